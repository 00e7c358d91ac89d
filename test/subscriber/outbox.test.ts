import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { OutboundEvent, ReleaseEventType } from "../../src/domain/event.ts";
import { subscriber } from "../../src/runtime/stubs.ts";
import { Outbox } from "../../src/subscriber/outbox.ts";
import { createTables } from "../../src/subscriber/schema.ts";
import { letWithdrawalPass } from "../../src/subscriber/unsent.ts";

const NEW = { kind: "new", whileReplaying: false } as const;
const REPLAYING = { kind: "new", whileReplaying: true } as const;
const NOW = 1_800_000_000_000;

function outboundEvent(sequence: number, type: ReleaseEventType, asked = true): OutboundEvent {
  return { event: `evt_${sequence}`, sequence, type, release: "r", isRequested: asked, body: `${sequence}` };
}

/** Runs a piece of code on an outbox of its own. */
function inOutbox(
  inside: (outbox: Outbox, storage: DurableObjectStorage) => void,
  firstDelayMs = 0,
): Promise<void> {
  return runInDurableObject(subscriber(env, crypto.randomUUID()), (_instance, { storage }) => {
    const outbox = new Outbox({ sql: storage.sql, firstDelayMs: () => firstDelayMs });
    createTables(storage);
    inside(outbox, storage);
  });
}

const waiting = (outbox: Outbox) => outbox.next("everything", 9).map(({ event }) => event);

describe("a replay that was read before its release was retracted", () => {
  it.each(["release.killed", "release.withdrawn"] as const)(
    "does not send the release after the %s",
    (isRetraction) =>
      inOutbox((outbox) => {
        outbox.accept([outboundEvent(1, "release.published"), outboundEvent(2, isRetraction)], NEW, NOW);
        for (const event of ["evt_1", "evt_2"]) outbox.complete(event, "delivered", null, 1);
        outbox.accept([outboundEvent(1, "release.published")], { kind: "replayed", asOf: 1 }, NOW);
        expect(waiting(outbox)).toEqual([]);
        // A replay that was read after the retraction sends both, in order.
        const both = [outboundEvent(1, "release.published"), outboundEvent(2, isRetraction)];
        outbox.accept(both, { kind: "replayed", asOf: 2 }, NOW);
        expect(waiting(outbox).length).toBeGreaterThan(0);
      }),
  );

  it.each(["release.killed", "release.withdrawn"] as const)(
    "sends nothing of the release to an endpoint that never had it, nor the %s",
    (isRetraction) =>
      inOutbox((outbox) => {
        outbox.accept([outboundEvent(2, isRetraction, false)], REPLAYING, NOW);
        outbox.accept([outboundEvent(1, "release.published")], { kind: "replayed", asOf: 1 }, NOW);
        expect(waiting(outbox)).toEqual([]);
        expect(outbox.wasSent("r", 9)).toBe(false);
      }),
  );
});

describe("a retraction of a release that an endpoint was never sent", () => {
  it("is not sent, during a replay or not", () =>
    inOutbox((outbox) => {
      outbox.accept([outboundEvent(2, "release.withdrawn", false)], NEW, NOW);
      outbox.accept([outboundEvent(3, "release.killed", false)], REPLAYING, NOW);
      expect(waiting(outbox)).toEqual([]);
    }));

  it("is forgotten when the replay has ended", () =>
    inOutbox((outbox, storage) => {
      outbox.accept([outboundEvent(2, "release.withdrawn", false)], REPLAYING, NOW);
      outbox.accept([], NEW, NOW);
      expect(storage.sql.exec("SELECT * FROM taken_back").toArray()).toEqual([]);
    }));
});

describe("a withdrawal", () => {
  const failed = (outbox: Outbox, storage: DurableObjectStorage, event: string) => {
    storage.sql.exec("INSERT INTO attempts VALUES (?, 1, 0, 0, 500, 'answered 500', NULL, NULL)", event);
    outbox.retryAt(event, { dueMs: NOW + 9_000, reason: "answered 500", attempts: 1 });
  };
  const states = (storage: DurableObjectStorage) =>
    storage.sql
      .exec("SELECT state FROM deliveries ORDER BY number")
      .toArray()
      .map(({ state }) => state);

  it("waits its turn while no attempt has failed", () =>
    inOutbox((outbox, storage) => {
      outbox.accept([outboundEvent(1, "release.published"), outboundEvent(2, "release.withdrawn")], NEW, NOW);
      letWithdrawalPass(storage.sql, "r");
      expect(waiting(outbox)).toEqual(["evt_1"]);
      expect(states(storage)).toEqual(["pending", "pending"]);
    }));

  it("replaces what waits before it once an attempt has failed, before or after its arrival", () =>
    inOutbox((outbox, storage) => {
      outbox.accept([outboundEvent(1, "release.published"), outboundEvent(2, "release.corrected")], NEW, NOW);
      failed(outbox, storage, "evt_1");
      outbox.accept([outboundEvent(3, "release.withdrawn")], NEW, NOW);
      expect(states(storage)).toEqual(["replaced", "replaced", "pending"]);
      outbox.accept(
        [outboundEvent(4, "release.reinstated"), outboundEvent(5, "release.withdrawn")],
        NEW,
        NOW,
      );
      expect(waiting(outbox)).toEqual(["evt_3"]);
      failed(outbox, storage, "evt_3");
      letWithdrawalPass(storage.sql, "r");
      expect(states(storage)).toEqual(["replaced", "replaced", "replaced", "replaced", "pending"]);
    }));

  it("does not replace what comes after it, nor other releases", () =>
    inOutbox((outbox, storage) => {
      const other = { ...outboundEvent(2, "release.published"), release: "other" };
      outbox.accept([outboundEvent(1, "release.published"), other], NEW, NOW);
      failed(outbox, storage, "evt_1");
      outbox.accept(
        [outboundEvent(3, "release.withdrawn"), outboundEvent(4, "release.reinstated")],
        NEW,
        NOW,
      );
      expect(states(storage)).toEqual(["replaced", "pending", "pending", "pending"]);
      outbox.complete("evt_3", "delivered", null, 1);
      expect(waiting(outbox)).toEqual(["evt_2", "evt_4"]);
    }));

  it("does not replace what was delivered and is to be repeated", () =>
    inOutbox((outbox, storage) => {
      outbox.accept([outboundEvent(1, "release.published")], NEW, NOW);
      failed(outbox, storage, "evt_1");
      storage.sql.exec("INSERT INTO attempts VALUES ('evt_1', 2, 0, 0, 204, NULL, NULL, NULL)");
      outbox.accept([outboundEvent(2, "release.withdrawn")], NEW, NOW);
      expect(states(storage)).toEqual(["pending", "pending"]);
    }));
});

describe("an event that is replaced while its attempt is in flight", () => {
  it.each(["release.killed", "release.withdrawn"] as const)(
    "is logged as delivered if the endpoint takes it: %s",
    (retraction) =>
      inOutbox((outbox, storage) => {
        outbox.accept([outboundEvent(1, "release.published")], NEW, NOW);
        storage.sql.exec("INSERT INTO attempts VALUES ('evt_1', 1, 0, 0, 500, 'answered 500', NULL, NULL)");
        outbox.accept([outboundEvent(2, retraction)], NEW, NOW);
        expect(storage.sql.exec("SELECT state FROM deliveries").toArray()[0]).toEqual({ state: "replaced" });
        outbox.retryAt("evt_1", { dueMs: NOW, reason: "answered 500", attempts: 2 });
        outbox.complete("evt_1", "failed", "answered 500", 2);
        expect(storage.sql.exec("SELECT state FROM deliveries").toArray()[0]).toEqual({ state: "replaced" });
        outbox.complete("evt_1", "delivered", null, 2);
        expect(storage.sql.exec("SELECT state, reason FROM deliveries").toArray()[0]).toEqual({
          state: "delivered",
          reason: null,
        });
        expect(waiting(outbox)).toEqual(["evt_2"]);
      }),
  );
});

describe("a first attempt", () => {
  it("waits for the first delay of the schedule", () =>
    inOutbox((outbox) => {
      outbox.accept([outboundEvent(1, "release.published")], NEW, NOW);
      expect(outbox.next("everything", 1)).toMatchObject([{ createdMs: NOW, dueMs: NOW + 60_000 }]);
    }, 60_000));
});

describe("a held delivery", () => {
  const plan = (storage: DurableObjectStorage, statement: string) =>
    storage.sql
      .exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement}`)
      .toArray()
      .map(({ detail }) => detail);

  it("is due in order of arrival after resume, and is written only if it was attempted", () =>
    inOutbox((outbox, storage) => {
      for (const sequence of [1, 2, 3]) {
        outbox.accept(
          [{ ...outboundEvent(sequence, "release.published"), release: `r${sequence}` }],
          NEW,
          NOW + sequence,
        );
      }
      outbox.retryAt("evt_1", { dueMs: NOW + 9_000, reason: "answered 500", attempts: 1 });
      outbox.retryAt("evt_2", { dueMs: NOW, reason: "answered 410", attempts: 1 });
      outbox.restartSchedule();
      const changed = storage.sql.exec<{ changed: number }>("SELECT changes() AS changed").one();
      expect(changed).toEqual({ changed: 2 });
      expect(outbox.next("everything", 9)).toMatchObject([
        { event: "evt_1", attempts: 1, before: 1 },
        { event: "evt_2", attempts: 1, before: 1 },
        { event: "evt_3", attempts: 0, before: 0 },
      ]);
    }));

  it("is not scanned to find the verification", () =>
    inOutbox((_outbox, storage) => {
      for (const statement of [
        "SELECT event FROM deliveries AS d WHERE d.state = 'pending' AND d.type = 'subscription.verify' ORDER BY due_ms, number LIMIT 1",
        "UPDATE deliveries SET state = 'failed' WHERE type = 'subscription.verify' AND state = 'pending'",
      ]) {
        expect(plan(storage, statement).join()).toContain("deliveries_verifying");
      }
    }));
});
