import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import {
  inNewsroom,
  ledgerRows,
  newsroomLater,
  subscriberIdle,
  subscriberLater,
} from "../support/service.ts";
import { endpoint, own, subscribe } from "../support/subscriptions.ts";

const DAY_SECONDS = 86_400;

/** What the object of a subscription stores, its tables and its alarm. */
const stored = (id: string) =>
  runInDurableObject(subscriber(env, id), async (_instance, { storage }) => ({
    values: [...storage.kv.list()].length,
    tables: storage.sql
      .exec("SELECT name FROM sqlite_schema WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'")
      .toArray().length,
    alarm: await storage.getAlarm(),
  }));
const NOTHING = { values: 0, tables: 0, alarm: null };
const rowsOf = (id: string) => ledgerRows(`SELECT id FROM subscriptions WHERE id = '${id}'`);

describe("the object of a subscription", () => {
  it("that was never verified deletes itself after 30 days, with its alarm", async () => {
    const made = await subscribe({ url: endpoint("500"), verify: true });
    await subscriberLater(made.id, DAY_SECONDS + 1);
    expect((await own(made)).status).toBe(200);
    await newsroomLater(29 * DAY_SECONDS);
    await subscriberLater(made.id, 28 * DAY_SECONDS);
    expect([(await own(made)).status, await rowsOf(made.id)]).toEqual([200, [{ id: made.id }]]);
    expect((await stored(made.id)).alarm).not.toBeNull();
    await newsroomLater(DAY_SECONDS + 120);
    await subscriberLater(made.id, DAY_SECONDS + 120);
    expect(await stored(made.id)).toEqual(NOTHING);
    expect([(await own(made)).status, await rowsOf(made.id)]).toEqual([404, []]);
    await subscriberIdle(made.id);
    expect(await stored(made.id)).toEqual(NOTHING);
  });

  it("that was verified stays", async () => {
    const made = await subscribe({ url: endpoint("echo"), verify: true });
    await newsroomLater(31 * DAY_SECONDS);
    await subscriberLater(made.id, 31 * DAY_SECONDS);
    expect([(await own(made)).status, await rowsOf(made.id)]).toEqual([200, [{ id: made.id }]]);
  });

  it("stays empty if it is deleted during a change", async () => {
    const made = await subscribe();
    await runInDurableObject(subscriber(env, made.id), async (instance) => {
      const header = { name: "X-Key", value: "secret" };
      const changing = instance.change({ header, verify: true }, false);
      for (let turn = 0; turn < 3; turn += 1) await Promise.resolve(); // the change begins
      await instance.remove();
      expect(await changing).toBeNull();
    });
    expect(await stored(made.id)).toEqual(NOTHING);
  });

  it("deletes itself when the Newsroom does not know it any more, as after a deletion that was cut off", async () => {
    const made = await subscribe();
    await inNewsroom((instance) => instance.unregister(made.id));
    // A change of its state is reported.
    await own(made, "/pause", "POST");
    await subscriberIdle(made.id);
    expect(await stored(made.id)).toEqual(NOTHING);
    expect((await own(made)).status).toBe(404);
  });
});
