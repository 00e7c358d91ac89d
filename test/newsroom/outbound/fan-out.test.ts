import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { configOf } from "../../../src/config.ts";
import { Budget } from "../../../src/runtime/bounded-work.ts";
import type { OutboundEvent } from "../../../src/domain/event.ts";
import { EventReader } from "../../../src/newsroom/store/events.ts";
import { FanOut } from "../../../src/newsroom/outbound/fan-out.ts";
import { ReleaseViews } from "../../../src/newsroom/store/release-views.ts";
import { withTimeout } from "../../../src/runtime/async.ts";
import { newsroom, subscriber } from "../../../src/runtime/stubs.ts";
import {
  act,
  inNewsroom,
  ledgerRows,
  newsroomLater,
  publish,
  release,
  settled,
  subscriberIdle,
} from "../../support/service.ts";
import { newSecret } from "../../../src/subscriber/secrets.ts";
import { arrivals, endpoint, eventOf, subscribe } from "../../support/subscriptions.ts";

const eventReader = (sql: SqlStorage) =>
  new EventReader({
    sql,
    views: new ReleaseViews({ sql, baseUrl: "https://press.example", registry: () => undefined }),
  });

const site = () => configOf(env).site;

/** Adds rows of active subscriptions that have no Subscriber, named `many_1` and so on. */
function addSubscriptions(sql: SqlStorage, count: number, events: string): void {
  sql.exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO subscriptions (id, key, url, host, domain, format, content, filter, events, created_ms,
       since_sequence, active, proved, status, since_ms, trouble)
     SELECT 'many_' || i, i, '', '', '', 'standard', 'full', '{}', ?, 0, 0, 1, 1, 'active', 0, 0 FROM n`,
    count,
    events,
  );
}

/** Runs steps of a separate fan-out over the ledger, with a budget of `calls`. */
async function runFanOut(
  calls: number,
  enqueue: (id: string, events: OutboundEvent[]) => Promise<boolean>,
  steps: number,
): Promise<void> {
  await inNewsroom(async (_instance, { storage }) => {
    const events = eventReader(storage.sql);
    const sql = storage.sql;
    const removeNeverCreated = () => undefined;
    const now = () => Date.now();
    const catchUpWithTopic = async () => undefined;
    const fanOut = new FanOut({ sql, events, site, enqueue, catchUpWithTopic, removeNeverCreated, now });
    const budget = new Budget(calls);
    for (let step = 0; step < steps; step += 1) await fanOut.step(budget);
  });
}

/** Makes the fan-out start again after sequence `to`. */
const unsweep = (to: number) =>
  inNewsroom((_instance, { storage }) => {
    storage.sql.exec("UPDATE marks SET value = ? WHERE name = 'swept'", to);
    storage.sql.exec("DELETE FROM marks WHERE name = 'sweep'");
  });

const sweptTo = async () =>
  (await ledgerRows<{ value: number }>("SELECT value FROM marks WHERE name = 'swept'"))[0]?.value ?? 0;

describe("the fan-out", () => {
  it("makes no more calls than the budget allows, and continues where it stopped", async () => {
    const made = [];
    for (let count = 0; count < 7; count += 1) made.push(await subscribe());
    const { sequence } = await publish(release());
    await settled();
    await unsweep((sequence ?? 1) - 1);
    const sent: string[] = [];
    const record = async (id: string) => {
      sent.push(id);
      return true;
    };
    // Two steps of one invocation share its budget.
    for (const expected of [3, 6, 7]) {
      await runFanOut(3, record, 2);
      expect(sent.length).toBe(expected);
    }
    expect(new Set(sent)).toEqual(new Set(made.map(({ id }) => id)));
    expect(await sweptTo()).toBe(sequence);
  });

  it("calls no Subscriber whose filter matches nothing", async () => {
    for (let count = 0; count < 30; count += 1) await subscribe({ filter: { lang: "ru" } });
    const one = await subscribe({ filter: { lang: "hy" } });
    const { sequence } = await publish(release({ lang: "hy" }));
    await settled();
    await unsweep((sequence ?? 1) - 1);
    const sent: string[] = [];
    const record = async (id: string) => {
      sent.push(id);
      return true;
    };
    await runFanOut(20, record, 1);
    expect(sent).toContain(one.id);
    expect(await sweptTo()).toBe(sequence);
  });

  it("sends long events in several windows, so that they fit into memory", async () => {
    const made = await subscribe({ filter: { type: "visit" } });
    const { sequence } = await publish(release());
    const long = "A long text. ".repeat(30_000); // about 400 kB, as HTML and as text
    for (let count = 0; count < 4; count += 1) await publish(release({ type: "visit", body: long }));
    await settled();
    await unsweep(sequence ?? 0);
    const windows: number[] = [];
    const record = async (id: string, events: OutboundEvent[]) => {
      if (id === made.id) windows.push(events.length);
      return true;
    };
    await runFanOut(500, record, 6);
    expect(windows.length).toBeGreaterThan(1);
    expect(windows.reduce((sum, length) => sum + length, 0)).toBe(4);
  });

  it("leaves the calls that one invocation may not make to the next alarm", async () => {
    // More subscriptions than an invocation on the free plan may call.
    const made = [];
    for (let count = 0; count < 30; count += 1) made.push(await subscribe({ filter: { type: "qa" } }));
    await publish(release({ type: "qa" }));
    for (let rings = 0; rings < 3; rings += 1) await runDurableObjectAlarm(newsroom(env));
    await settled();
    for (const { id } of made) await subscriberIdle(id);
    expect(await Promise.all(made.map(async (one) => (await arrivals(one)).length))).toEqual(
      made.map(() => 1),
    );
  });

  it("gives up a call that hangs, and retries that subscription later", async () => {
    await expect(withTimeout(new Promise(() => undefined), 5)).rejects.toThrow("no answer within 5 ms");
    expect(await withTimeout(Promise.resolve("answer"), 5)).toBe("answer");
    const made = await subscribe({ filter: { type: "interview" } });
    const { sequence } = await publish(release({ type: "interview" }));
    await settled();
    await unsweep((sequence ?? 1) - 1);
    await runFanOut(
      50,
      async (id) => (id === made.id ? withTimeout(new Promise(() => undefined), 5) : true),
      1,
    );
    const [row] = await ledgerRows<{ cursor: number; failures: number }>(
      `SELECT cursor, failures FROM subscriptions WHERE id = '${made.id}'`,
    );
    expect(row).toMatchObject({ cursor: (sequence ?? 1) - 1, failures: 1 });
    await newsroomLater(61);
    await subscriberIdle(made.id);
    expect((await arrivals(made)).map(eventOf).map(({ data }) => data.sequence)).toEqual([sequence]);
  });

  it("sends a lagging subscription the kill of a release that it was not sent yet", async () => {
    const made = await subscribe({ filter: { type: "visit", topic: "csto" } });
    const text = release({ type: "visit", topics: ["csto"] });
    const { sequence } = await publish(text);
    await act("kill", text.id);
    await settled();
    await subscriberIdle(made.id);
    const before = (await arrivals(made)).length;
    await inNewsroom((_instance, { storage }) => {
      storage.sql.exec(
        "UPDATE subscriptions SET cursor = ?, due_ms = 0 WHERE id = ?",
        (sequence ?? 1) - 1,
        made.id,
      );
    });
    // As if its Subscriber had failed at every call.
    await runInDurableObject(subscriber(env, made.id), (_instance, { storage }) => {
      storage.sql.exec("DELETE FROM deliveries");
      storage.sql.exec("DELETE FROM told");
    });
    await newsroomLater(1);
    await subscriberIdle(made.id);
    expect(
      (await arrivals(made))
        .slice(before)
        .map(eventOf)
        .map(({ type }) => type),
    ).toContain("release.killed");
  });

  it("deletes a registration whose Subscriber was never created", async () => {
    const id = "sub_nevermade";
    await inNewsroom((instance) =>
      instance.register(
        {
          id,
          url: "https://endpoint.example/",
          format: "standard",
          content: "full",
          events: ["release.published"],
          filter: {},
          createdMs: Date.now() - 120_000,
        },
        true,
        { client: "x", isAdmin: true },
      ),
    );
    await publish(release());
    await settled();
    expect(await ledgerRows(`SELECT id FROM subscriptions WHERE id = '${id}'`)).toEqual([]);
  });

  it("does not let an unverified URL block another subscription with the same URL", async () => {
    const of = (id: string, url: string) => ({
      id,
      url,
      format: "standard" as const,
      content: "full" as const,
      events: ["release.published" as const],
      filter: {},
      createdMs: Date.now(),
    });
    const admin = { client: "x", isAdmin: true };
    const [here, there] = ["https://a.example/", "https://b.example/"];
    await inNewsroom(async (instance) => {
      await instance.register(of("sub_claims", here), true, admin);
      await instance.register(of("sub_verifies", there), false, admin);
      expect(await instance.changeSubscription(of("sub_claims", there), true)).toEqual({ kind: "amended" });
      expect(await instance.activate("sub_verifies", false)).toBe("active");
      expect(await instance.activate("sub_claims", false)).toBe("duplicate");
    });
  });

  it("retries when the Subscriber does not exist yet", async () => {
    const registration = {
      id: "sub_aboutto",
      url: endpoint(),
      format: "standard" as const,
      content: "full" as const,
      events: ["release.published" as const],
      filter: { place: ["yerevan"] },
      createdMs: await inNewsroom((instance) => instance.clock()),
    };
    await inNewsroom((instance) => instance.register(registration, true, { client: "x", isAdmin: true }));
    const { sequence } = await publish(release({ places: ["yerevan"] }));
    await settled();
    const input = { ...registration, asymmetric: false, verify: false };
    await subscriber(env, registration.id).create(registration, registration.url, input, newSecret());
    await newsroomLater(2);
    await subscriberIdle(registration.id);
    const sent = await arrivals({ endpoint: registration.url });
    expect(sent.map(eventOf).map(({ data }) => data.sequence)).toEqual([sequence]);
  });

  it("sends every event when a release is reinstated during a sweep", async () => {
    const made = [];
    for (let count = 0; count < 3; count += 1) made.push(await subscribe({ filter: { type: "speech" } }));
    const long = "A long text. ".repeat(30_000); // about 400 kB, as HTML and as text
    const killed = release({ type: "speech", body: long });
    const { sequence: first } = await publish(killed);
    await act("kill", killed.id);
    const { sequence: last } = await publish(release({ type: "speech", body: long }));
    await settled();
    await unsweep((first ?? 1) - 1);
    const sent = new Map<string, number[]>();
    const record = async (id: string, events: OutboundEvent[]) => {
      sent.set(id, [...(sent.get(id) ?? []), ...events.map(({ sequence }) => sequence)]);
      return true;
    };
    // All events fit into one window without the killed text, but not with it.
    await runFanOut(1, record, 1);
    await inNewsroom((_instance, { storage }) =>
      storage.sql.exec("UPDATE releases SET status = 'published' WHERE id = ?", killed.id),
    );
    await runFanOut(100, record, 10);
    for (const { id } of made) expect(sent.get(id)).toEqual(expect.arrayContaining([first, last]));
  });

  it("sends no text after it was killed, even to subscriptions later in the sweep", async () => {
    const text = release({ body: "To be killed soon." });
    const { sequence } = await publish(text);
    await settled();
    await inNewsroom((_instance, { storage }) => addSubscriptions(storage.sql, 120, '["release.published"]'));
    await unsweep((sequence ?? 1) - 1);
    const before: boolean[] = [];
    const after: boolean[] = [];
    let isKilled = false;
    const killed = Promise.withResolvers<void>();
    const record = async (id: string, events: OutboundEvent[]) => {
      const hasText = events.some(({ body }) => body.includes("To be killed soon."));
      if (id.startsWith("many_")) (isKilled ? after : before).push(hasText);
      await killed.promise;
      return true;
    };
    await inNewsroom(async (instance, { storage }) => {
      const events = eventReader(storage.sql);
      const parts = {
        sql: storage.sql,
        events,
        site,
        enqueue: record,
        catchUpWithTopic: async () => undefined,
        removeNeverCreated: () => undefined,
        now: Date.now,
      };
      const step = new FanOut(parts).step(new Budget(1_000));
      await instance.act("kill", text.id, "Wrong");
      isKilled = true;
      killed.resolve();
      await step;
      storage.sql.exec("DELETE FROM subscriptions WHERE id LIKE 'many_%'");
    });
    expect(before).toContain(true);
    expect(after.length).toBeGreaterThan(0);
    expect(after).not.toContain(true);
  });

  it("sends one that catches up to the swept events, during a sweep, the events of that sweep too", async () => {
    const { sequence: before } = await publish(release());
    await settled();
    const { sequence: swept } = await publish(release());
    const { sequence: last } = await publish(release());
    await settled();
    await inNewsroom((_instance, { storage: { sql } }) => {
      addSubscriptions(sql, 3, '["release.published"]');
      // It lags by one event, and the sweep of the last event has passed it already.
      sql.exec("UPDATE subscriptions SET id = 'aaa', cursor = ?, due_ms = 0 WHERE id = 'many_1'", before);
      sql.exec("UPDATE marks SET value = ? WHERE name = 'swept'", swept);
      sql.exec(
        "INSERT OR REPLACE INTO marks (name, value) VALUES ('sweep', ?)",
        JSON.stringify({ first: (swept ?? 0) + 1, last, after: "many_2" }),
      );
      // Its next window ends exactly with the swept events.
      sql.exec("UPDATE subscriptions SET since_sequence = ? WHERE id = 'aaa'", before);
    });
    const sent: number[] = [];
    const record = async (id: string, events: OutboundEvent[]) => {
      if (id === "aaa") sent.push(...events.map(({ sequence }) => sequence));
      return true;
    };
    await runFanOut(50, record, 5);
    expect(sent).toEqual(expect.arrayContaining([swept, last]));
    await inNewsroom((_instance, { storage }) =>
      storage.sql.exec("DELETE FROM subscriptions WHERE id = 'aaa' OR id LIKE 'many_%'"),
    );
  });

  it("sends a subscription that is created during a sweep no earlier event", async () => {
    const { sequence } = await publish(release());
    await settled();
    await inNewsroom((_instance, { storage: { sql } }) => {
      // More than one step looks at; only the last one requests anything.
      addSubscriptions(sql, 601, "[]");
      sql.exec(
        `UPDATE subscriptions SET id = 'zzz', events = '["release.published"]', cursor = ?1, due_ms = 0,
           since_sequence = ?1 WHERE id = 'many_601'`,
        sequence,
      );
    });
    await unsweep((sequence ?? 1) - 1);
    const sent: string[] = [];
    const record = async (id: string) => {
      sent.push(id);
      return true;
    };
    await runFanOut(50, record, 3);
    expect(sent).not.toContain("zzz");
    await inNewsroom((_instance, { storage }) =>
      storage.sql.exec("DELETE FROM subscriptions WHERE id = 'zzz' OR id LIKE 'many_%'"),
    );
  });
});
