import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LaggingSubscriber, Topics } from "../../../src/newsroom/outbound/topics.ts";
import { COMBINATION_TOPICS_MAX } from "../../../src/newsroom/limits.ts";
import { newsroom } from "../../../src/runtime/stubs.ts";
import {
  askHub,
  callback,
  delivered,
  acceptHubRequest,
  sentTo,
  subscribeAtHub,
  verify,
} from "../../support/hub.ts";
import {
  act,
  BASE_URL,
  inNewsroom,
  kvBody,
  ledgerRows,
  newsroomLater,
  publish,
  put,
  release,
  request,
  send,
  settled,
  subscriberIdle,
} from "../../support/service.ts";

const HOUR = 3_600;
const TOPIC = "/en/feed.json";
const REGISTRY = { types: [], people: [], organisations: [], places: [] };

const countOf = async (to: string) => (await sentTo(to)).length;

// The feed has not changed for longer than it may take readers to see that.
beforeAll(async () => {
  const topics = [{ slug: "csto", names: { en: "CSTO" } }];
  await send("PUT", "/api/v1/registry", { ...REGISTRY, topics });
  await publish(release({ topics: ["csto"] }));
});
beforeEach(async () => void (await newsroomLater(HOUR)));

describe("a topic of the hub", () => {
  it("is sent at each change of its releases, a minor one too, as GET serves it", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, TOPIC);
    const text = release({ title: "A text", body: "The first text of ten words, and a few more." });
    await publish(text);
    await delivered(id);
    await publish({ ...text, body: "The first text of ten words, and a few others.", change: "minor" });
    await delivered(id);
    await act("withdraw", text.id);
    await delivered(id);
    await act("kill", text.id, "Never to be read");
    await delivered(id);
    const bodies = (await sentTo(to)).map(({ body }) => body);
    expect(
      bodies.map((body) =>
        [/a few more/, /a few others/, /Withdrawn/, /Never to be read/].map((of) => of.test(body)),
      ),
    ).toEqual([
      [true, false, false, false],
      [false, true, false, false],
      [false, true, true, false],
      [false, false, false, true],
    ]);
    expect(bodies.at(-1)).toBe(await kvBody(TOPIC));
  });

  it("is sent once when several changes come within a second", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, TOPIC);
    for (let count = 0; count < 5; count += 1) await publish(release());
    await delivered(id);
    await delivered(id);
    expect((await sentTo(to)).at(-1)!.body).toBe(await kvBody(TOPIC));
    // The first may have left before the others came.
    expect(await countOf(to)).toBeLessThanOrEqual(2);
  });

  it("tells nothing before an embargo ends", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, TOPIC);
    const embargo = new Date((await inNewsroom((instance) => instance.clock())) + HOUR * 1000).toISOString();
    expect((await put(release({ title: "Embargoed", embargo }))).status).toBe(201);
    await delivered(id);
    expect(await sentTo(to)).toEqual([]);
    await newsroomLater(HOUR + 1);
    await delivered(id);
    expect((await sentTo(to)).map(({ body }) => body.includes("Embargoed"))).toEqual([true]);
  });

  it("is not sent because names, the site or KV changed", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, TOPIC);
    const before = await kvBody(TOPIC);
    const topics = [{ slug: "csto", names: { en: "Treaty organisation" } }];
    await send("PUT", "/api/v1/registry", { ...REGISTRY, topics });
    await delivered(id);
    expect(await kvBody(TOPIC)).not.toBe(before);
    await send("POST", "/api/v1/rebuild", undefined);
    await delivered(id);
    expect(await sentTo(to)).toEqual([]);
  });

  it("says that it ends when its value leaves the registry", async () => {
    const named = { slug: "ending", names: { en: "Ending" } };
    await send("PUT", "/api/v1/registry", {
      ...REGISTRY,
      topics: [{ slug: "csto", names: { en: "CSTO" } }, named],
    });
    const filed = release({ topics: ["ending"] });
    await publish(filed);
    await newsroomLater(HOUR);
    const to = callback();
    const { id } = await subscribeAtHub(to, "/en/topics/ending/feed.json");
    await publish({ ...filed, topics: [], change: "minor" });
    await delivered(id);
    await send("PUT", "/api/v1/registry", { ...REGISTRY, topics: [{ slug: "csto", names: { en: "CSTO" } }] });
    await delivered(id);
    const last = (await sentTo(to)).at(-1)!.body;
    expect(last).toContain("#ended");
    expect(last).toBe(await kvBody("/en/topics/ending/feed.json"));
  });
});

describe("a combination of filters with subscribers", () => {
  const topic = "/en/feed.json?type=press-release&type=statement";

  it("is kept as long as their leases last", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, topic, { "hub.lease_seconds": String(20 * 24 * HOUR) });
    await settled();
    await newsroomLater(15 * 24 * HOUR);
    await publish(release({ title: "Days later" }));
    await delivered(id);
    await delivered(id);
    expect((await sentTo(to)).map(({ body }) => body.includes("Days later"))).toEqual([true]);
    expect((await sentTo(to))[0]!.body).toBe(await (await request(topic)).text());
  });

  it("is not displaced by further ones of its client", async () => {
    const path = "/en/feed.json?type=press-release&type=visit";
    const client = { "cf-connecting-ip": "203.0.113.9" };
    const to = callback();
    const form = { "hub.mode": "subscribe", "hub.callback": to, "hub.topic": BASE_URL + path };
    expect((await askHub(form, client)).status).toBe(202);
    const [row] = await ledgerRows<{ id: string }>(`SELECT id FROM subscriptions WHERE url = '${to}'`);
    await verify(row!.id);
    await inNewsroom(async (instance) => {
      for (let count = 0; count < 51; count += 1)
        await instance.document(`/en/feed.json?q=word${count}`, "4:cb007109");
    });
    const kept = await ledgerRows<{ address: string }>(
      "SELECT address FROM lists WHERE client = '4:cb007109'",
    );
    expect(kept.map(({ address }) => address)).toContain("/en?type=press-release&type=visit");
    expect(kept.length).toBe(1 + 50);
  });
});

describe("a hub that follows as many combinations as it may", () => {
  const followed = "/en/feed.json?type=speech&type=visit";
  const refusedTopic = "/en/feed.json?type=interview&type=visit";

  it("takes no further one; those that it has can be renewed, joined and ended", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, followed);
    await inNewsroom((_instance, { storage: { sql } }) => {
      const columns =
        "key, url, host, domain, format, content, filter, events, created_ms, since_sequence, active, proved, status, since_ms, trouble";
      for (let count = 1; count < COMBINATION_TOPICS_MAX; count += 1) {
        sql.exec(
          `INSERT INTO subscriptions (id, topic, ${columns}) SELECT ?, ?, ${columns} FROM subscriptions WHERE id = ?`,
          `hub_other${count}`,
          `/en/feed.json?q=other${count}`,
          id,
        );
      }
    });
    const form = {
      "hub.mode": "subscribe",
      "hub.callback": callback(),
      "hub.topic": BASE_URL + refusedTopic,
    };
    expect((await askHub(form)).status).toBe(429);
    await subscribeAtHub(to, followed);
    await subscribeAtHub(callback(), followed);
    await subscribeAtHub(to, followed, { "hub.mode": "unsubscribe" });
    await inNewsroom((_instance, { storage: { sql } }) =>
      sql.exec("DELETE FROM subscriptions WHERE id LIKE 'hub_other%'"),
    );
    expect(await ledgerRows(`SELECT id FROM subscriptions WHERE id = '${id}'`)).toEqual([]);
  });
});

describe("a version that KV was given late", () => {
  /** The version that a new subscription has, after KV was given one in place of another. */
  const known = (before: string) =>
    inNewsroom(async (_instance, { storage: { sql } }) => {
      const etag = 'W/"1.abc"';
      const topics = new Topics({
        sql,
        languages: ["en"],
        visibleMs: 1_000,
        render: async () => ({ kind: "found", etag, body: new Uint8Array() }),
        isCostly: () => false,
        keepList: () => undefined,
        give: async () => true,
        deny: async () => undefined,
        removeNeverCreated: () => undefined,
        now: () => 4_000_000_000_000,
      });
      const path = "/en/feed.json?q=late";
      topics.onWritten(path, etag, before, "");
      return topics.lookUp(path, null);
    });

  it("counts as missing, since the requester may have read the one before", async () => {
    expect(await known('W/"0.abc"')).toEqual({ kind: "known", version: "" });
  });

  it("counts as known if there was none before", async () => {
    expect(await known("")).toEqual({ kind: "known", version: 'W/"1.abc"' });
  });
});

// After the others, because the Newsroom returns with the time of the machine.
describe("a version that is not given yet", () => {
  it("waits in the ledger if the Newsroom dies after it was written", async () => {
    const to = callback();
    const { id } = await subscribeAtHub(to, TOPIC);
    await inNewsroom((_instance, { storage }) =>
      storage.sql.exec(
        "UPDATE subscriptions SET cursor = 1, due_ms = 0, topic_version = '' WHERE id = ?",
        id,
      ),
    );
    await evictDurableObject(newsroom(env));
    await newsroomLater(1);
    await subscriberIdle(id);
    expect((await sentTo(to)).map(({ body }) => body)).toEqual([await kvBody(TOPIC)]);
  });
});

describe("a Subscriber that fails", () => {
  /** Runs topics of its own over the ledger, for one subscription. */
  const catchUp = (id: string, deps: Partial<ConstructorParameters<typeof Topics>[0]>) =>
    inNewsroom(async (_instance, { storage: { sql } }) => {
      const given: string[] = [];
      const topics = new Topics({
        sql,
        languages: ["en"],
        visibleMs: 0,
        render: async () => ({ kind: "found", etag: 'W/"7.abc"', body: new TextEncoder().encode("<feed/>") }),
        isCostly: () => false,
        keepList: () => undefined,
        give: async (_id, { version }) => given.push(version) > 0,
        deny: async () => undefined,
        removeNeverCreated: () => undefined,
        now: () => 1_000_000,
        ...deps,
      });
      sql.exec("UPDATE documents SET etag = 'W/\"7.abc\"' WHERE path = ?", TOPIC);
      sql.exec(
        "UPDATE subscriptions SET cursor = 5, due_ms = 0, topic_version = '6', failures = 0 WHERE id = ?",
        id,
      );
      const lagging = {
        id,
        topic: TOPIC,
        topic_version: "6",
        cursor: 5,
        failures: 0,
      } satisfies LaggingSubscriber;
      await topics.catchUp(lagging);
      const [row] = sql
        .exec("SELECT cursor, due_ms, topic_version, failures FROM subscriptions WHERE id = ?", id)
        .toArray();
      return { given, row };
    });

  let id = "";
  beforeEach(async () => void ({ id } = await acceptHubRequest(callback(), TOPIC)));

  it("is given the version again", async () => {
    const give = async () => {
      throw new Error("died");
    };
    const { row } = await catchUp(id, { give });
    expect(row).toEqual({ cursor: 5, due_ms: 1_000_500, topic_version: "6", failures: 1 });
  });

  it("has what it is to have once it has taken it", async () => {
    const { given, row } = await catchUp(id, {});
    expect(given).toEqual(['W/"7.abc"']);
    expect(row).toEqual({ cursor: null, due_ms: null, topic_version: 'W/"7.abc"', failures: 0 });
  });

  it("still lags if the topic changes meanwhile", async () => {
    const { row } = await catchUp(id, {
      give: async () => {
        await inNewsroom((_instance, { storage: { sql } }) =>
          sql.exec("UPDATE subscriptions SET cursor = cursor + 1, due_ms = 9 WHERE id = ?", id),
        );
        return true;
      },
    });
    expect(row).toMatchObject({ cursor: 6, due_ms: 9, topic_version: 'W/"7.abc"' });
  });

  it("waits for the version that KV does not hold yet", async () => {
    const render = async () => ({ kind: "found" as const, etag: 'W/"8.def"', body: new Uint8Array() });
    const { given, row } = await catchUp(id, { render });
    expect([given, row]).toEqual([[], { cursor: 5, due_ms: 1_000_500, topic_version: "6", failures: 0 }]);
  });

  it("is denied a topic that this site has no more", async () => {
    const denied: string[] = [];
    await catchUp(id, {
      render: async () => ({ kind: "missing" }),
      deny: async (_id, reason) => void denied.push(reason),
    });
    expect(denied).toEqual(["this site has no such feed any more"]);
    await verify(id);
  });

  it("is denied a search whose changes are not rendered any more", async () => {
    const denied: string[] = [];
    const { given } = await catchUp(id, {
      isCostly: () => true,
      deny: async (_id, reason) => void denied.push(reason),
    });
    expect([given, denied]).toEqual([
      [],
      ["this hub does not follow searches that read so many texts any more"],
    ]);
  });
});
