import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import {
  type ProblemJson,
  act,
  ADMIN,
  BASE_URL,
  inNewsroom,
  publish,
  release,
  request,
  send,
  settled,
  subscriberIdle,
  subscriberLater,
} from "../support/service.ts";
import {
  arrivals,
  deliveries,
  delivery,
  endpoint,
  eventOf,
  type Made,
  own,
  publishTo,
  subscribe,
  viewOf,
} from "../support/subscriptions.ts";

const DAY = 86_400;
const unverified = { verify: true };

/** The latest verification that the endpoint was sent. */
async function verification(made: { endpoint: string }): Promise<{ challenge: string; confirm: string }> {
  const sent = (await arrivals(made)).filter(
    ({ headers }) => headers["webhook-event"] === "subscription.verify",
  );
  return (JSON.parse(sent.at(-1)!.body) as { data: { challenge: string; confirm: string } }).data;
}

const confirm = (url: string) => request(url.slice(BASE_URL.length), { method: "POST" });

/** Subscribes as a stranger with this address. */
const ask = async (url: string, client: string, fields: Record<string, unknown> = {}): Promise<Made> => {
  const response = await request("/api/v1/subscriptions", {
    method: "POST",
    headers: { "content-type": "application/json", "cf-connecting-ip": client },
    body: JSON.stringify({ url, ...fields }),
  });
  expect(response.status).toBe(201);
  const made = await response.json<Omit<Made, "endpoint">>();
  await subscriberIdle(made.id);
  return { ...made, endpoint: url };
};

describe("an endpoint that is not verified", () => {
  it("is sent the verification by the schedule, and is disabled after a day", async () => {
    const made = await subscribe({ url: endpoint("500"), ...unverified });
    for (const seconds of [56, 331, 1_981, 7_921, 19_801]) await subscriberLater(made.id, seconds);
    expect((await arrivals(made)).length).toBe(6);
    expect((await viewOf(made)).status).toBe("pending");
    await subscriberLater(made.id, DAY);
    expect(await viewOf(made)).toMatchObject({
      status: "disabled",
      reason: "the endpoint was not verified in time",
    });
    const tried = (await arrivals(made)).length;
    await subscriberLater(made.id, 10 * DAY);
    expect((await arrivals(made)).length).toBe(tried);
  });

  it("gets no header of the owner's choice, and shows nothing of its answers, then or later", async () => {
    const header = { name: "Authorization", value: "Bearer x" };
    const made = await subscribe({ url: endpoint("500,500,204,500"), header, ...unverified });
    await subscriberLater(made.id, 56);
    await publish(release());
    await settled();
    expect((await confirm((await verification(made)).confirm)).status).toBe(200);
    await subscriberIdle(made.id);
    await publishTo([made], release());
    expect((await arrivals(made)).map(({ headers }) => headers["authorization"])).toEqual([
      undefined,
      undefined,
      "Bearer x",
      "Bearer x",
    ]);
    const logs = await Promise.all((await deliveries(made)).map(({ event }) => delivery(made, event)));
    const answers = logs.map(({ type, log }) => [type, ...log.map(({ status, answer }) => [status, answer])]);
    expect(answers).toEqual([
      ["release.published", [500, "as told"]],
      ["release.published", [204, ""]],
      ["subscription.verify", [500, null], [500, null]],
    ]);
  });

  it("gets none after its subscription moved to it from a verified one", async () => {
    const header = { name: "X-Token", value: "for the old endpoint" };
    const made = await subscribe({ header });
    const moved = { ...made, endpoint: endpoint("500") };
    expect((await own(made, "", "PATCH", { url: moved.endpoint })).status).toBe(200);
    await subscriberIdle(made.id);
    expect((await arrivals(moved)).map(({ headers }) => headers["x-token"])).toEqual([undefined]);
    const { event } = (await deliveries(made)).find(({ type }) => type === "subscription.verify")!;
    expect((await delivery(made, event)).log).toMatchObject([{ status: 500, answer: null }]);
  });

  it("can be verified later, and then gets the events since its creation", async () => {
    const made = await subscribe({ url: endpoint("500,echo,204"), ...unverified });
    await publish(release());
    await settled();
    await subscriberLater(made.id, DAY + 1);
    expect((await viewOf(made)).status).toBe("disabled");
    expect((await own(made, "/resume", "POST")).status).toBe(409);
    expect((await own(made, "/verify", "POST")).status).toBe(200);
    await subscriberIdle(made.id);
    await settled();
    await subscriberIdle(made.id);
    expect((await viewOf(made)).status).toBe("active");
    expect((await arrivals(made)).map(({ headers }) => headers["webhook-event"])).toEqual([
      "subscription.verify",
      "subscription.verify",
      "release.published",
    ]);
  });

  it("can be activated without verification by the admin only", async () => {
    const made = await subscribe({ url: endpoint("500"), ...unverified });
    expect((await own(made, "/verify", "POST", { verify: false })).status).toBe(401);
    expect((await viewOf(made)).status).toBe("pending");
    const vouched = await send("POST", `/api/v1/subscriptions/${made.id}/verify`, { verify: false });
    expect(await vouched.json()).toMatchObject({ status: "active" });
    expect((await own(made, "/verify", "POST")).status).toBe(409);
  });
});

describe("a subscription that has expired unverified", () => {
  it("does not become active when its confirm URL is used; the answer asks for a new subscription", async () => {
    const made = await subscribe({ url: endpoint("500"), ...unverified });
    await inNewsroom((_instance, { storage }) =>
      storage.sql.exec("UPDATE subscriptions SET created_ms = 1 WHERE id = ?", made.id),
    );
    await subscribe();
    const refused = await confirm((await verification(made)).confirm);
    const { code, detail } = await refused.json<ProblemJson>();
    expect([code, detail]).toEqual(["subscription-expired", expect.stringContaining("Create a new one")]);
    // The answer to its next report deletes it.
    await subscriberIdle(made.id);
    expect((await own(made)).status).toBe(404);
  });
});

describe("the owner of a pending subscription", () => {
  it("learns nothing about a killed release by changing the filter", async () => {
    const text = release({ title: "The minister resigns", body: "The minister resigns today." });
    const made = await subscribe({ url: endpoint("500"), ...unverified, filter: { q: "resigns" } });
    const other = await subscribe({ url: endpoint("500"), ...unverified, filter: { q: "else" } });
    await publishTo([], text);
    await act("kill", text.id);
    await settled();
    expect((await own(made, "", "PATCH", { filter: { q: "minister" } })).status).toBe(200);
    for (const { id } of [made, other]) {
      await send("POST", `/api/v1/subscriptions/${id}/verify`, { verify: false });
      await settled();
      await subscriberIdle(id);
    }
    const told = async (one: Made) =>
      (await deliveries(one)).map(({ type }) => type).filter((type) => type.startsWith("release."));
    expect(await told(made)).toEqual(await told(other));
  });
});

describe("a new URL", () => {
  it("must be verified, and then gets the pending deliveries of the old URL", async () => {
    const made = await subscribe({ url: endpoint("500") });
    const { sequence } = await publishTo([made], release());
    const url = endpoint("200,204");
    const moved = { ...made, endpoint: url };
    const changed = await own(made, "", "PATCH", { url });
    expect(await changed.json()).toMatchObject({ status: "pending", url });
    await subscriberIdle(made.id);
    await publishTo([made], release());
    await subscriberLater(made.id, 3_600);
    expect((await arrivals(made)).length).toBe(1); // the first attempt, before it moved
    expect((await arrivals(moved)).map(({ headers }) => headers["webhook-event"])).not.toContain(
      "release.published",
    );

    expect((await confirm((await verification(moved)).confirm)).status).toBe(200);
    await subscriberIdle(made.id);
    const sent = (await arrivals(moved)).map(eventOf).filter(({ type }) => type === "release.published");
    expect(sent.map(({ data }) => data.sequence)).toEqual([sequence, sequence + 1]);
    expect((await arrivals(made)).length).toBe(1);
  });

  it("is not verified by the confirm URL that was sent to the old URL", async () => {
    const made = await subscribe({ url: endpoint("200"), ...unverified });
    const first = await verification(made);
    const url = endpoint("200");
    await own(made, "", "PATCH", { url });
    await subscriberIdle(made.id);
    const refused = await confirm(first.confirm);
    expect(refused.status).toBe(409);
    expect((await viewOf(made)).status).toBe("pending");
    const second = await verification({ endpoint: url });
    expect(second.challenge).not.toBe(first.challenge);
    expect((await confirm(second.confirm)).status).toBe(200);
    expect((await viewOf(made)).status).toBe("active");
  });

  it("needs no verification if the admin waives it", async () => {
    const made = await subscribe();
    const url = endpoint();
    const changed = await send("PATCH", `/api/v1/subscriptions/${made.id}`, { url, verify: false });
    expect(await changed.json()).toMatchObject({ status: "active", url });
    await publishTo([made], release());
    expect((await arrivals({ endpoint: url })).map(eventOf).map(({ type }) => type)).toEqual([
      "release.published",
    ]);
    expect((await own(made, "", "PATCH", { url: endpoint(), verify: false })).status).toBe(401);
  });

  it("is refused if it is not allowed as a target, and nothing changes", async () => {
    const made = await subscribe();
    const before = await viewOf(made);
    expect((await own(made, "", "PATCH", { url: "http://10.0.0.1/" })).status).toBe(422);
    expect((await viewOf(made)).url).toBe(before.url);
  });

  it("ignores the result of an attempt in flight to the old URL", async () => {
    const made = await subscribe({ url: endpoint("hang") });
    await publish(release());
    await settled();
    const url = endpoint("echo,204");
    await own(made, "", "PATCH", { url });
    await subscriberIdle(made.id);
    expect((await arrivals({ endpoint: url })).map(eventOf).map(({ type }) => type)).toEqual([
      "subscription.verify",
      "release.published",
    ]);
    expect((await deliveries(made)).find(({ type }) => type === "release.published")).toMatchObject({
      state: "delivered",
      attempts: 1,
    });
  });
});

describe("one URL with one filter", () => {
  const filter = { lang: ["en", "hy"], topic: "csto" };

  it("is one subscription: its owner and the admin see it, others are refused", async () => {
    const made = await subscribe({ filter });
    const again = (headers: Record<string, string>, fields: object = {}) =>
      request("/api/v1/subscriptions", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({
          url: made.endpoint,
          filter: { topic: ["csto"], lang: ["hy", "en"] },
          ...fields,
        }),
      });
    for (const headers of [ADMIN, { authorization: `Bearer ${made.token}` }]) {
      const shown = await again(headers);
      expect(shown.status).toBe(200);
      const body = await shown.json<Record<string, unknown>>();
      expect(body).toMatchObject({ id: made.id, status: "active" });
      expect(body).not.toHaveProperty("secret");
      expect(body).not.toHaveProperty("token");
    }
    const refused = await again({});
    expect(refused.status).toBe(409);
    expect(await refused.text()).not.toContain(made.id);
    expect((await again({}, { filter: { lang: "en" } })).status).toBe(201);
    await publishTo([made], release({ topics: ["csto"] }));
    expect(
      (await arrivals(made)).filter(({ headers }) => headers["webhook-event"] === "release.published").length,
    ).toBe(1);
  });

  it("is the same subscription with and without the dot at the end of its host name", async () => {
    const made = await subscribe({ url: "https://dots.example/hook" });
    for (const url of ["https://dots.example./hook", "https://DOTS.example.:443/hook"]) {
      const again = await send("POST", "/api/v1/subscriptions", { url, verify: false });
      expect([again.status, (await again.json<{ id: string }>()).id]).toEqual([200, made.id]);
    }
    const other = await subscribe({ url: "https://dots.example./other" });
    expect((await viewOf(other)).url).toBe("https://dots.example/other");
    await own(other, "", "PATCH", { url: "https://dots.example./third" });
    expect((await viewOf(other)).url).toBe("https://dots.example/third");
    for (const { id } of [made, other]) await send("DELETE", `/api/v1/subscriptions/${id}`, undefined);
  });

  it("is the same subscription if a filter has only a search without words", async () => {
    const made = await subscribe({ filter: { q: "😀", not: { q: "" } } });
    expect(await (await own(made)).json()).toMatchObject({ filter: {} });
    for (const same of [{}, { q: "" }, { q: " " }, { not: {} }]) {
      const again = await request("/api/v1/subscriptions", {
        method: "POST",
        headers: { "content-type": "application/json", ...ADMIN },
        body: JSON.stringify({ url: made.endpoint, filter: same }),
      });
      expect([again.status, await again.json()]).toMatchObject([200, { id: made.id, filter: {} }]);
    }
    await publishTo([made], release());
    expect((await arrivals(made)).length).toBe(1);
  });

  it("belongs to the first pending subscription that is verified", async () => {
    const url = endpoint("200");
    const [first, second] = [
      await ask(url, "192.0.2.84", { filter }),
      await ask(url, "192.0.2.85", { filter }),
    ];
    const [one, two] = (await arrivals({ endpoint: url })).map(
      ({ body }) => (JSON.parse(body) as { data: { confirm: string } }).data.confirm,
    );
    expect((await confirm(two!)).status).toBe(200);
    expect((await confirm(one!)).status).toBe(409);
    expect((await viewOf(second)).status).toBe("active");
    expect(await viewOf(first)).toMatchObject({
      status: "disabled",
      reason: expect.stringContaining("Another verified subscription"),
    });
  });

  it("cannot be duplicated by a change", async () => {
    const [made, other] = [await subscribe({ filter }), await subscribe({ filter: { lang: "ru" } })];
    const changed = await own(other, "", "PATCH", { url: made.endpoint, filter });
    expect(changed.status).toBe(409);
    expect((await viewOf(other)).url).toBe(other.endpoint);
  });

  it("is not blocked by an unverified subscription", async () => {
    const url = endpoint("echo,204");
    const claims = await subscribe({ filter });
    // A subscription that moves to the URL of another one is not verified there.
    await runInDurableObject(subscriber(env, claims.id), (instance) => {
      instance.clock = () => Date.now();
    });
    expect((await own(claims, "", "PATCH", { url: url.replace("echo", "500") })).status).toBe(200);
    const desk = await subscribe({ url: url.replace("echo", "500"), filter, verify: false });
    expect((await viewOf(desk)).status).toBe("active");
  });
});

describe("a client that asks again because it lost the answer", () => {
  it("holds the secret of the one subscription that becomes active: the newest", async () => {
    const url = endpoint("500,500,echo,204");
    const [first, second, third] = [
      await ask(url, "192.0.2.81"),
      await ask(url, "192.0.2.81"),
      await ask(url, "192.0.2.81"),
    ];
    for (const lost of [first, second]) expect((await own(lost)).status).toBe(404);
    await subscriberIdle(third.id);
    expect((await viewOf(third)).status).toBe("active");
    for (const lost of [first, second]) await subscriberLater(lost.id, 100);
    expect((await arrivals({ endpoint: url })).length).toBe(3);
    await publishTo([third], release());
    const sent = (await arrivals({ endpoint: url })).at(-1)!;
    expect(() => new Webhook(third.secret).verify(sent.body, sent.headers)).not.toThrow();
  });

  it("takes the place of no other client's subscription, of no other filter and of none that is active", async () => {
    const url = endpoint("500");
    const kept = [
      await ask(url, "192.0.2.82"),
      await ask(url, "192.0.2.83", { filter: { lang: "hy" } }),
      await ask(url, "192.0.2.83"),
    ];
    for (const made of kept) expect((await viewOf(made)).status).toBe("pending");
    const active = await subscribe();
    const again = await request("/api/v1/subscriptions", {
      method: "POST",
      headers: { "content-type": "application/json", "cf-connecting-ip": "192.0.2.83" },
      body: JSON.stringify({ url: active.endpoint }),
    });
    expect(again.status).toBe(409);
    expect((await viewOf(active)).status).toBe("active");
  });

  it("is told which of its settings were not taken", async () => {
    const made = await subscribe({ description: "Desk", header: { name: "X-Key", value: "a" } });
    const again = async (fields: Record<string, unknown>) => {
      const body = { url: made.endpoint, description: "Desk", verify: false, ...fields };
      const response = await send("POST", "/api/v1/subscriptions", body);
      expect(response.status).toBe(200);
      return (await response.json<{ notTaken: string[] }>()).notTaken;
    };
    expect(await again({ header: { name: "x-key", value: "a" } })).toEqual([]);
    expect(await again({ header: { name: "x-key", value: "b" } })).toEqual(["header"]);
    const other = { content: "summary", events: ["release.killed"], ratePerMinute: 3, asymmetric: true };
    expect(await again(other)).toEqual(["content", "events", "header", "asymmetric", "ratePerMinute"]);
  });
});
