import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { subscriber } from "../../../src/runtime/stubs.ts";
import {
  act,
  ADMIN,
  publish,
  release,
  request,
  send,
  settled,
  subscriberIdle,
} from "../../support/service.ts";
import { endpoint, own, publishTo, subscribe } from "../../support/subscriptions.ts";

interface Recipients {
  counts: Record<string, number>;
  data: {
    subscription: string;
    state: string;
    status: string;
    events: {
      type: string;
      state: string;
      delivered: string | null;
      reason: string | null;
      waitsFor: unknown;
    }[];
  }[];
  next: string | null;
}

const recipients = async (id: string, headers: Record<string, string> = ADMIN) => {
  const answer = await request(`/api/v1/releases/${id}/recipients`, { headers });
  return { status: answer.status, body: await answer.json<Recipients>() };
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

it("names who has a release, who has not, and why, the worst first", async () => {
  const topics = [`topic-${crypto.randomUUID()}`];
  await send("PUT", "/api/v1/registry", {
    types: [],
    topics: topics.map((slug) => ({ slug, names: { en: slug } })),
    people: [],
    organisations: [],
    places: [],
  });
  const filter = { topic: topics };
  const delivered = await subscribe({ filter });
  const failing = await subscribe({ filter, url: endpoint("500") });
  const gone = await subscribe({ filter, url: endpoint("410") });
  const paused = await subscribe({ filter });
  const pending = await subscribe({ filter, url: endpoint("200"), verify: true });
  const others = await subscribe({ filter: { lang: "hy" } });
  await own(paused, "/pause", "POST");
  const text = release({ topics });
  await publishTo([delivered, failing, gone, paused, pending, others], text);
  const { status, body } = await recipients(text.id);
  expect(status).toBe(200);
  expect(Object.keys(body).indexOf("counts")).toBeLessThan(Object.keys(body).indexOf("data"));
  expect(body.counts).toMatchObject({
    subscriptions: 5,
    delivered: 1,
    waiting: 1,
    held: 2,
    "not-sent": 1,
    failed: 0,
    unknown: 0,
  });
  const of = (id: string) => body.data.find(({ subscription }) => subscription === id);
  expect(of(delivered.id)).toMatchObject({
    state: "delivered",
    events: [{ type: "release.published", delivered: expect.stringMatching(INSTANT) as string }],
  });
  expect(of(failing.id)).toMatchObject({
    state: "waiting",
    events: [
      {
        reason: "answered 500",
        waitsFor: { what: "schedule" },
        nextAttempt: expect.stringMatching(INSTANT) as string,
      },
    ],
  });
  expect(of(gone.id)).toMatchObject({
    state: "held",
    status: "disabled",
    statusReason: "the endpoint answered 410 Gone",
  });
  expect(of(paused.id)).toMatchObject({ state: "held", status: "paused" });
  expect(of(pending.id)).toMatchObject({ state: "not-sent", events: [{ code: "waits-for-verification" }] });
  expect(of(others.id)).toBeUndefined();
  expect(body.data.map(({ state }) => state)).toEqual(["waiting", "held", "held", "not-sent", "delivered"]);
});

it("goes by the latest event, and names a subscription that was sent an earlier one", async () => {
  const made = await subscribe({});
  const text = release();
  await publishTo([made], text);
  await own(made, "", "PATCH", { filter: { lang: "hy" } });
  await act("kill", text.id);
  await settled();
  await subscriberIdle(made.id);
  const { body } = await recipients(text.id);
  const found = body.data.find(({ subscription }) => subscription === made.id);
  expect(found?.events.map(({ type, state }) => [type, state])).toEqual([
    ["release.published", "delivered"],
    ["release.killed", "delivered"],
  ]);
});

it("is the admin's, and knows nothing of a release that does not exist", async () => {
  const text = release();
  await publish(text);
  expect((await recipients(text.id, {})).status).toBe(401);
  expect((await recipients(crypto.randomUUID())).status).toBe(404);
  expect((await recipients("nothing")).status).toBe(404);
});

it("names nobody for a release under embargo", async () => {
  await subscribe({});
  const text = release({ embargo: new Date(Date.now() + 3_600_000).toISOString() });
  await publish(text);
  expect((await recipients(text.id)).body).toMatchObject({
    counts: { subscriptions: 0 },
    data: [],
    next: null,
  });
});

it("is right with more subscriptions than one call of the ledger reads", async () => {
  const made = [];
  for (let count = 0; count < 60; count += 1) made.push(await subscribe({ filter: { lang: "ru" } }));
  const text = release({ lang: "ru" });
  await publishTo(made, text);
  const { body } = await recipients(text.id);
  expect(body.next).toBeNull();
  const ours = new Set(made.map(({ id }) => id));
  expect(body.data.filter(({ subscription }) => ours.has(subscription)).map(({ state }) => state)).toEqual(
    Array.from({ length: 60 }, () => "delivered"),
  );
});

it("says that a log cannot be read, and shows the others", async () => {
  const [one, other] = [await subscribe({}), await subscribe({})];
  const text = release();
  await publishTo([one, other], text);
  await subscriber(env, one.id).restore("[]");
  const { body } = await recipients(text.id);
  const of = (id: string) => body.data.find(({ subscription }) => subscription === id)?.state;
  expect([of(one.id), of(other.id)]).toEqual(["unknown", "delivered"]);
});

it("refuses a cursor that no page has named, where it would say that nobody has the release", async () => {
  const text = release();
  await publish(text);
  for (const cursor of ["x", "zzz", "sub_1"]) {
    const answer = await request(`/api/v1/releases/${text.id}/recipients?cursor=${cursor}`, {
      headers: ADMIN,
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      errors: [{ path: "/cursor", message: "must be the `next` of the page before" }],
    });
  }
});
