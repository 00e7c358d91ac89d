import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { createHmac } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import { VERIFIED_PER_HOST_MAX } from "../../src/newsroom/limits.ts";
import {
  askedBy,
  askHub,
  callback,
  delivered,
  acceptHubRequest,
  sentTo,
  subscribeAtHub,
  verify,
} from "../support/hub.ts";
import {
  BASE_URL,
  inNewsroom,
  ledgerRows,
  newsroomLater,
  type ProblemJson,
  publish,
  release,
  request,
  send,
  subscriberIdle,
  subscriberLater,
} from "../support/service.ts";

const HOUR = 3_600;
const DAY = 86_400;
const TOPIC = "/en/feed.rss";

const isRegistered = async (id: string) =>
  (await ledgerRows<{ id: string }>("SELECT id FROM subscriptions")).some((row) => row.id === id);

/** Publishes a release with this title, and waits until it was sent. */
async function publishTitled(title: string, ...ids: string[]): Promise<void> {
  await publish(release({ title }));
  await delivered(...ids);
}

/** Which of these titles each arrival has. */
const titlesIn = async (to: string, ...titles: string[]) =>
  (await sentTo(to)).map(({ body }) => titles.filter((title) => body.includes(title)));

const view = async (id: string) => (await send("GET", `/api/v1/subscriptions/${id}`, undefined)).json();
const leaseOf = async (id: string) => Date.parse(((await view(id)) as { leaseUntil: string }).leaseUntil);

// The feed has not changed for longer than it may take readers to see that.
beforeAll(async () => void (await publish(release())));
beforeEach(async () => void (await newsroomLater(HOUR)));

describe("the verification of a request", () => {
  it("is sent after the answer has left", async () => {
    const { id } = await acceptHubRequest(callback(), TOPIC);
    const [row] = await runInDurableObject(subscriber(env, id), (_instance, { storage }) =>
      storage.sql.exec<{ delay: number }>("SELECT due_ms - created_ms AS delay FROM deliveries").toArray(),
    );
    expect(row!.delay).toBeGreaterThan(0);
  });

  it.each(["404", "410", "302", "200", "broken:200"])(
    "leaves no subscription behind if the callback answers %s",
    async (answer) => {
      const to = callback(`confirm=${answer}`);
      const { id } = await subscribeAtHub(to, TOPIC);
      for (const seconds of [60, 600, 3_600]) await subscriberLater(id, seconds);
      expect((await askedBy(to)).length).toBe(1);
      expect(await isRegistered(id)).toBe(false);
      await publishTitled("Nobody wants this", id);
      expect(await sentTo(to)).toEqual([]);
    },
  );

  it("is sent again to a callback that is away for a moment, three times at most", async () => {
    const returning = callback("confirm=503,500,echo");
    const { id } = await subscribeAtHub(returning, TOPIC);
    for (const seconds of [60, 600]) await subscriberLater(id, seconds);
    expect((await view(id)) as object).toMatchObject({ status: "active", format: "websub" });
    const away = callback("confirm=500");
    const failed = await subscribeAtHub(away, TOPIC);
    for (const seconds of [60, 600, 3_600]) await subscriberLater(failed.id, seconds);
    expect((await askedBy(away)).length).toBe(3);
    expect(await isRegistered(failed.id)).toBe(false);
  });

  it("of a topic that has changed since the request is followed by one delivery, else by none", async () => {
    const [waiting, quick] = [callback(), callback()];
    const late = await acceptHubRequest(waiting, TOPIC);
    await publishTitled("In between");
    expect(await sentTo(waiting)).toEqual([]);
    await verify(late.id);
    await delivered(late.id);
    expect(await titlesIn(waiting, "In between")).toEqual([["In between"]]);
    await newsroomLater(HOUR);
    const early = await subscribeAtHub(quick, TOPIC);
    await delivered(early.id, late.id);
    expect(await sentTo(quick)).toEqual([]);
    expect((await sentTo(waiting)).length).toBe(1);
  });

  it("is followed by a delivery if readers may not see the last change yet", async () => {
    await publishTitled("A moment before");
    const to = callback();
    const { id } = await subscribeAtHub(to, TOPIC);
    await delivered(id);
    expect(await titlesIn(to, "A moment before")).toEqual([["A moment before"]]);
  });
});

describe("a secret", () => {
  it("signs the bytes of each delivery", async () => {
    const to = callback();
    const secret = "geheim ✓";
    const { id } = await subscribeAtHub(to, TOPIC, { "hub.secret": secret });
    await publishTitled("Signed", id);
    const [{ body, headers }] = (await sentTo(to)) as [Awaited<ReturnType<typeof sentTo>>[0]];
    const hmac = createHmac("sha256", secret).update(body).digest("hex");
    expect(headers["x-hub-signature"]).toBe(`sha256=${hmac}`);
  });

  it("is stored encrypted, before the verification too", async () => {
    const { id } = await acceptHubRequest(callback(), TOPIC, { "hub.secret": "in plain sight" });
    const stored = () =>
      runInDurableObject(subscriber(env, id), (_instance, { storage }) =>
        JSON.stringify([
          storage.sql.exec("SELECT * FROM deliveries").toArray(),
          [...storage.kv.list()].map(([, value]) => value),
        ]),
      );
    expect(await stored()).not.toContain("in plain sight");
    await verify(id);
    expect(await stored()).not.toContain("in plain sight");
  });
});

describe("a renewal", () => {
  it("takes the place of secret and lease once it is verified, and brings no second delivery", async () => {
    const to = callback("confirm=echo,404,echo");
    const { id } = await subscribeAtHub(to, TOPIC, { "hub.secret": "first", "hub.lease_seconds": "7200" });
    const lease = await leaseOf(id);
    const signature = async (secret: string) => {
      const last = (await sentTo(to)).at(-1)!;
      const hmac = createHmac("sha256", secret).update(last.body).digest("hex");
      return last.headers["x-hub-signature"] === `sha256=${hmac}`;
    };
    // Refused: everything stays.
    const again = await subscribeAtHub(to, TOPIC, { "hub.secret": "second", "hub.lease_seconds": "86400" });
    expect(again.id).toBe(id);
    await publishTitled("After a refusal", id);
    expect([(await sentTo(to)).length, await signature("first"), await leaseOf(id)]).toEqual([
      1,
      true,
      lease,
    ]);
    // Confirmed.
    await subscribeAtHub(to, TOPIC, { "hub.secret": "third", "hub.lease_seconds": "86400" });
    await publishTitled("After a renewal", id);
    expect([(await sentTo(to)).length, await signature("third")]).toEqual([2, true]);
    expect(await leaseOf(id)).toBeGreaterThan(lease + 20 * HOUR * 1000);
    expect((await askedBy(to)).length).toBe(3);
  });

  it("without a secret ends the signatures", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, TOPIC, { "hub.secret": "first" });
    await subscribeAtHub(to, TOPIC);
    await publishTitled("Unsigned", id);
    expect((await sentTo(to)).map(({ headers }) => headers["x-hub-signature"])).toEqual([undefined]);
  });

  it("that is confirmed overrides the requests before it", async () => {
    const to = callback("confirm=500,echo,echo");
    const { id } = await subscribeAtHub(to, TOPIC, { "hub.mode": "unsubscribe" });
    await subscribeAtHub(to, TOPIC);
    for (const seconds of [60, 600]) await subscriberLater(id, seconds);
    expect((await askedBy(to)).map((asked) => asked.get("hub.mode"))).toEqual(["unsubscribe", "subscribe"]);
    expect(await view(id)).toMatchObject({ status: "active" });
  });
});

describe("a lease", () => {
  it.each([
    [undefined, 10 * DAY],
    ["60", HOUR],
    ["0", HOUR],
    ["86400", DAY],
    ["99999999", 30 * DAY],
  ])("asked for as %s has %i seconds, from the verification on", async (wanted, seconds) => {
    const to = callback();
    const { id } = await acceptHubRequest(
      to,
      TOPIC,
      wanted === undefined ? {} : { "hub.lease_seconds": wanted },
    );
    const before = Date.now();
    await verify(id);
    const [asked] = await askedBy(to);
    expect(asked!.get("hub.lease_seconds")).toBe(String(seconds));
    expect(Math.abs((await leaseOf(id)) - before - seconds * 1000)).toBeLessThan(60_000);
  });

  it("that ends takes the subscription with it, unless it was renewed", async () => {
    const [to, renewed] = [callback(), callback()];
    const { id } = await subscribeAtHub(to, TOPIC, { "hub.lease_seconds": "3600" });
    const other = await subscribeAtHub(renewed, TOPIC, { "hub.lease_seconds": "3600" });
    await subscriberLater(other.id, HOUR / 2);
    await subscribeAtHub(renewed, TOPIC, { "hub.lease_seconds": "3600" });
    for (const each of [id, other.id]) await subscriberLater(each, HOUR + 1);
    await subscriberLater(other.id, 0);
    expect(await isRegistered(id)).toBe(false);
    await publishTitled("After the lease", id);
    expect(await sentTo(to)).toEqual([]);
  });
});

describe("an unsubscription", () => {
  it("ends the subscription once the callback confirms it", async () => {
    const to = callback("confirm=echo,404,echo");
    const { id } = await subscribeAtHub(to, TOPIC);
    await subscribeAtHub(to, TOPIC, { "hub.mode": "unsubscribe" });
    await publishTitled("Still there", id);
    expect((await sentTo(to)).length).toBe(1);
    await subscribeAtHub(to, TOPIC, { "hub.mode": "unsubscribe" });
    await subscriberLater(id, 1);
    expect(await isRegistered(id)).toBe(false);
    await publishTitled("Gone", id);
    expect((await sentTo(to)).length).toBe(1);
    const last = (await askedBy(to)).at(-1)!;
    expect(Object.fromEntries(last)).toMatchObject({
      "hub.mode": "unsubscribe",
      "hub.topic": BASE_URL + TOPIC,
    });
  });

  it("of one topic leaves the other topics of the callback", async () => {
    const to = callback();
    const rss = await subscribeAtHub(to, TOPIC);
    const json = await subscribeAtHub(to, "/en/feed.json");
    expect(json.id).not.toBe(rss.id);
    await subscribeAtHub(to, TOPIC, { "hub.mode": "unsubscribe" });
    await publishTitled("For one", json.id);
    expect((await sentTo(to)).map(({ headers }) => headers["content-type"])).toEqual([
      "application/feed+json; charset=utf-8",
    ]);
  });
});

describe("a delivery of the hub", () => {
  it("that is answered 410 ends the subscription", async () => {
    const to = callback("answers=410");
    const { id } = await subscribeAtHub(to, TOPIC);
    await publishTitled("The first", id);
    await subscriberLater(id, 1);
    await publishTitled("The second", id);
    expect((await sentTo(to)).length).toBe(1);
    expect(await isRegistered(id)).toBe(false);
  });

  it("that fails is tried again, and its subscription is kept until the lease ends", async () => {
    const to = callback("answers=500");
    const { id } = await subscribeAtHub(to, TOPIC);
    await publishTitled("Never taken", id);
    for (let day = 0; day < 7; day += 1) await subscriberLater(id, DAY);
    expect((await sentTo(to)).length).toBeGreaterThan(5);
    expect(await view(id)).toMatchObject({ status: "active" });
    await subscriberLater(id, 4 * DAY);
    expect(await isRegistered(id)).toBe(false);
  });

  it("never brings an old version after a newer one", async () => {
    const to = callback("answers=500,204");
    const { id } = await subscribeAtHub(to, TOPIC);
    await publishTitled("Version A", id);
    await publishTitled("Version B", id);
    for (const seconds of [60, 600]) await subscriberLater(id, seconds);
    expect(await titlesIn(to, "Version A", "Version B")).toEqual([["Version A"], ["Version A", "Version B"]]);
    const response = await send("GET", `/api/v1/subscriptions/${id}/deliveries`, undefined);
    const log = await response.json<{ data: { type: string; state: string }[] }>();
    expect(log.data.map(({ type, state }) => [type, state])).toEqual([
      ["topic.changed", "delivered"],
      ["topic.changed", "replaced"],
      ["subscription.verify", "delivered"],
    ]);
  });

  it("waits for the one before that is under way", async () => {
    const to = callback("answers=late:204,204");
    const { id } = await subscribeAtHub(to, TOPIC);
    const object = subscriber(env, id);
    // The second arrives while the callback takes half a second for the first.
    await object.enqueueVersion({ version: "first", body: "<first/>" });
    await object.enqueueVersion({ version: "second", body: "<second/>" });
    await subscriberIdle(id);
    expect((await sentTo(to)).map(({ body }) => body)).toEqual(["<first/>", "<second/>"]);
    const [first, second] = await sentTo(to);
    expect(second!.at - first!.at).toBeGreaterThan(400);
  });

  it("is made once for a version that arrives twice", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, TOPIC);
    const object = subscriber(env, id);
    for (let count = 0; count < 2; count += 1)
      await object.enqueueVersion({ version: "once", body: "<once/>" });
    await subscriberIdle(id);
    expect((await sentTo(to)).map(({ body }) => body)).toEqual(["<once/>"]);
  });
});

describe("a callback at a host that has as many subscriptions as it may", () => {
  it("is denied, and told why", async () => {
    const to = callback();
    const form = { "hub.mode": "subscribe", "hub.callback": to, "hub.topic": BASE_URL + TOPIC };
    expect((await askHub(form, { "cf-connecting-ip": "203.0.113.5" })).status).toBe(202);
    const [row] = await ledgerRows<{ id: string }>(`SELECT id FROM subscriptions WHERE url = '${to}'`);
    const { id } = row!;
    await inNewsroom((_instance, { storage: { sql } }) => {
      sql.exec("CREATE TABLE others AS SELECT * FROM subscriptions WHERE id = ?", id);
      for (let count = 0; count < VERIFIED_PER_HOST_MAX; count += 1) {
        sql.exec(
          "UPDATE others SET id = ?, key = ?, topic = NULL, active = 1, proved = 1",
          `many${count}`,
          `${count}`,
        );
        sql.exec("INSERT INTO subscriptions SELECT * FROM others");
      }
    });
    await verify(id);
    await subscriberLater(id, 1);
    await inNewsroom((_instance, { storage: { sql } }) => {
      sql.exec("DELETE FROM subscriptions WHERE id LIKE 'many%'");
      sql.exec("DROP TABLE others");
    });
    expect((await askedBy(to)).map((asked) => asked.get("hub.mode"))).toEqual(["subscribe", "denied"]);
    expect((await askedBy(to))[1]!.get("hub.reason")).toContain("as many subscriptions");
    expect(await isRegistered(id)).toBe(false);
  });
});

describe("the admin", () => {
  it("sees topic, callback and lease, and can only end the subscription; the callback gets a denial", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, TOPIC);
    await subscriberLater(id, 1);
    const response = await send("GET", "/api/v1/subscriptions?sort=created", undefined);
    const listed = await response.json<{ data: { id: string }[] }>();
    const expected = { format: "websub", url: to, topic: BASE_URL + TOPIC, leaseUntil: expect.any(String) };
    expect(listed.data.find((each) => each.id === id)).toMatchObject(expected);
    expect(await view(id)).toMatchObject(expected);
    const path = `/api/v1/subscriptions/${id}`;
    for (const action of ["pause", "resume", "test", "verify", "rotate-secret", "rotate-token"]) {
      const refused = await send("POST", `${path}/${action}`, {});
      expect([action, refused.status, (await refused.json<ProblemJson>()).code]).toEqual([
        action,
        409,
        "hub-subscription",
      ]);
    }
    expect((await send("PATCH", path, { format: "standard" })).status).toBe(409);
    expect((await send("POST", `${path}/replay`, { after: 0 })).status).toBe(409);
    expect((await send("DELETE", path, undefined)).status).toBe(204);
    await subscriberIdle(id);
    const last = (await askedBy(to)).at(-1)!;
    expect(Object.fromEntries(last)).toMatchObject({
      "hub.mode": "denied",
      "hub.topic": BASE_URL + TOPIC,
      "hub.reason": "the publisher has ended this subscription",
    });
    expect(await isRegistered(id)).toBe(false);
    expect((await request(path, { headers: {} })).status).toBe(401);
  });
});
