import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { subscriber } from "../../../src/runtime/stubs.ts";
import { callback, delivered, subscribeAtHub } from "../../support/hub.ts";
import {
  act,
  ADMIN,
  type Answer,
  newsroomLater,
  publish,
  release,
  request,
  send,
  settled,
} from "../../support/service.ts";

interface Recipients {
  data: {
    subscription: string;
    state: string;
    topic: string | null;
    events: { type: string; sequence: number }[];
  }[];
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

async function recipients(id: string): Promise<Recipients> {
  return (await request(`/api/v1/releases/${id}/recipients`, { headers: ADMIN })).json<Recipients>();
}

it("names the subscriptions of the hub whose feed holds the release", async () => {
  const text = release({ lang: "ru" });
  await publish(text);
  await settled();
  const has = await subscribeAtHub(callback(), "/ru/feed.rss");
  const lacks = await subscribeAtHub(callback("answers=204,500"), "/ru/feed.json");
  const others = await subscribeAtHub(callback(), "/hy/feed.rss");
  const ids = [has.id, lacks.id, others.id];
  const states = async () => {
    const { data } = await recipients(text.id);
    return ids.map((id) => data.find(({ subscription }) => subscription === id)?.state);
  };
  // The release is so young that the hub has sent the feeds after the verification.
  expect(await states()).toEqual(["delivered", "delivered", undefined]);
  await publish({ ...text, title: "Corrected", change: "major", note: "The title." });
  await delivered(...ids);
  expect(await states()).toEqual(["delivered", "waiting", undefined]);
  const { data } = await recipients(text.id);
  expect(data.find(({ subscription }) => subscription === has.id)).toMatchObject({
    topic: "/ru/feed.rss",
    format: "websub",
    events: [{ type: "topic.changed", delivered: expect.stringMatching(INSTANT) as string }],
  });
  const { sequence } = await (await act("kill", text.id)).json<Answer>();
  await delivered(...ids);
  expect(await states()).toEqual(["delivered", "waiting", undefined]);
  const after = (await recipients(text.id)).data.find(({ subscription }) => subscription === has.id);
  expect(after?.events).toMatchObject([{ type: "topic.changed", sequence }]);
  // A subscription that is younger than the kill never had the release.
  const young = await subscribeAtHub(callback(), "/ru/feed.atom");
  await publish(release({ lang: "ru" }));
  await delivered(young.id);
  const names = (await recipients(text.id)).data.map(({ subscription }) => subscription);
  expect(names).toContain(has.id);
  expect(names).not.toContain(young.id);
});

it("says that a version is about to be sent, or that its log cannot be read", async () => {
  const text = release({ lang: "fr" });
  await publish(text);
  const made = await subscribeAtHub(callback(), "/fr/feed.rss");
  const before = await subscribeAtHub(callback(), "/fr/feed.atom?to=2000-01-01");
  const of = async (id: string) =>
    (await recipients(text.id)).data.find(({ subscription }) => subscription === id);
  // The clock stands still from here on, and KV takes one version of a feed a second.
  await newsroomLater(5);
  await publish({ ...text, title: "Corrected", change: "major", note: "The title." });
  await settled();
  await publish({ ...text, title: "Again", change: "major", note: "The title again." });
  await settled();
  expect(await of(made.id)).toMatchObject({
    state: "not-sent",
    events: [{ type: "release.corrected", code: "about-to-be-sent" }],
  });
  await delivered(made.id, before.id);
  expect((await of(made.id))?.state).toBe("delivered");
  // Its feed ends before the release.
  expect(await of(before.id)).toBeUndefined();
  await subscriber(env, made.id).restore("[]");
  expect((await of(made.id))?.state).toBe("unknown");
});

it("leaves out a subscription of the hub whose feed no longer holds the release", async () => {
  const old = release({ lang: "ru", date: "2001-05-04" });
  await publish(old);
  // The feed is full of later releases, so that an archive has this one.
  const later = Array.from({ length: 60 }, () => release({ lang: "ru" }));
  expect((await send("POST", "/api/v1/releases", { releases: later })).status).toBe(200);
  await settled();
  const made = await subscribeAtHub(callback(), "/ru/feed.json");
  await publish({ ...old, title: "Corrected", change: "major", note: "The title." });
  await publish(release({ lang: "ru" }));
  await delivered(made.id);
  const { data } = await recipients(old.id);
  expect(data.map(({ subscription }) => subscription)).not.toContain(made.id);
});
