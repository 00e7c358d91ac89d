import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { subscriber } from "../../src/objects.ts";
import { Alarm } from "../../src/subscriber/alarm.ts";

/** When the alarm of an object of its own rings in the end, in milliseconds since 1970. */
function ringsAt(set: (alarm: Alarm) => Promise<unknown>): Promise<number | null> {
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
  it("rings at the earliest of the times that are asked for, in whatever order", async () => {
    expect(await ringsAt((alarm) => Promise.all([alarm.ringBy(soon), alarm.ringBy(later)]))).toBe(soon);
    expect(await ringsAt((alarm) => Promise.all([alarm.ringBy(later), alarm.ringBy(soon)]))).toBe(soon);
  });

  it("is set again after it could not be", async () => {
    const setFor = await ringsAt(async (alarm) => {
      await expect(alarm.ringBy(-1)).rejects.toThrow();
      await alarm.ringBy(later);
    });
    expect(setFor).toBe(later);
  });
});
