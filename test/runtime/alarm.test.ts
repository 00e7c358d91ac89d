import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import { Alarm } from "../../src/runtime/alarm.ts";
import { release, subscriberLater } from "../support/service.ts";
import { deliveries, endpoint, publishTo, subscribe } from "../support/subscriptions.ts";

/** When the alarm of a new object is set to fire, in milliseconds since 1970. */
function firesAt(set: (alarm: Alarm) => Promise<unknown>): Promise<number | null> {
  return runInDurableObject(subscriber(env, crypto.randomUUID()), async (_instance, { storage }) => {
    await set(new Alarm(storage));
    const setFor = await storage.getAlarm();
    await storage.deleteAlarm();
    return setFor;
  });
}

const soon = Date.now() + 3_600_000;
const later = soon + 1_000;

describe("an alarm", () => {
  it("fires at the earliest requested time, in any order", async () => {
    expect(await firesAt((alarm) => Promise.all([alarm.scheduleBy(soon), alarm.scheduleBy(later)]))).toBe(
      soon,
    );
    expect(await firesAt((alarm) => Promise.all([alarm.scheduleBy(later), alarm.scheduleBy(soon)]))).toBe(
      soon,
    );
  });

  it("is set again each time its work fails", async () => {
    const made = await subscribe({ url: endpoint("500,204") });
    await publishTo([made], release());
    const object = subscriber(env, made.id);
    const rename = (from: string, to: string) =>
      runInDurableObject(object, (_instance, { storage }) => {
        storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`);
      });
    await rename("deliveries", "elsewhere");
    for (let count = 0; count < 8; count += 1) expect(await runDurableObjectAlarm(object)).toBe(true);
    await rename("elsewhere", "deliveries");
    await subscriberLater(made.id, 61);
    expect((await deliveries(made))[0]).toMatchObject({ state: "delivered", attempts: 2 });
  });

  it("is set again after setting it failed", async () => {
    const setFor = await firesAt(async (alarm) => {
      await expect(alarm.scheduleBy(-1)).rejects.toThrow();
      await alarm.scheduleBy(later);
    });
    expect(setFor).toBe(later);
  });
});
