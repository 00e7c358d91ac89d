import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import { release, send, settled, subscriberIdle, subscriberLater } from "../support/service.ts";
import {
  arrivals,
  deliveries,
  endpoint,
  type Made,
  own,
  publishTo,
  subscribe,
  viewOf,
} from "../support/subscriptions.ts";

const arrived = async (made: Made) => (await arrivals(made)).length;

describe("a Retry-After", () => {
  it("puts off the whole endpoint: other releases and tests wait too", async () => {
    const made = await subscribe({ url: endpoint("retry-after:600,204") });
    await publishTo([made], release());
    await publishTo([made], release());
    expect((await own(made, "/test", "POST")).status).toBe(202);
    await subscriberLater(made.id, 590);
    expect(await arrived(made)).toBe(1);
    await subscriberLater(made.id, 20);
    expect((await deliveries(made)).map(({ state }) => state)).toEqual(Array(3).fill("delivered"));
    expect((await deliveries(made)).map(({ attempts }) => attempts)).toEqual([1, 1, 2]);
  });

  it("puts off a verification, until the URL is another one", async () => {
    const made = await subscribe({ url: endpoint("retry-after:600,echo"), verify: true });
    await own(made, "/verify", "POST", {});
    await subscriberLater(made.id, 590);
    expect(await arrived(made)).toBe(1);
    const url = endpoint("echo");
    expect((await own(made, "", "PATCH", { url })).status).toBe(200);
    await subscriberIdle(made.id);
    expect(await arrived({ ...made, endpoint: url })).toBe(1);
    expect((await viewOf(made)).status).toBe("active");
  });

  it("holds after a restart, and is the next attempt that the health shows", async () => {
    const made = await subscribe({ url: endpoint("retry-after:600,204") });
    await publishTo([made], release());
    await evictDurableObject(subscriber(env, made.id));
    await publishTo([made], release());
    expect(await arrived(made)).toBe(1);
    const { nextAttempt } = (await viewOf(made)).health;
    expect(Date.parse(String(nextAttempt)) - Date.now()).toBeGreaterThan(590_000);
  });

  it("of several takes the longest, at most a day", async () => {
    for (const [header, after, until] of [
      ["60;120", 110, 15],
      ["60.5", 60, 2],
      ["9".repeat(400), 86_390, 20],
    ] as const) {
      const made = await subscribe({ url: endpoint(`retry-after:${header},204`) });
      await publishTo([made], release());
      await subscriberLater(made.id, after);
      expect(await arrived(made), header).toBe(1);
      await subscriberLater(made.id, until);
      expect(await arrived(made), header).toBe(2);
    }
  });

  it("that refuses an event more often than the schedule is long loses nothing", async () => {
    const made = await subscribe({ url: endpoint(`${"retry-after:2,".repeat(20)}204`) });
    await publishTo([made], release());
    for (let count = 0; count < 20; count += 1) await subscriberLater(made.id, 60);
    expect((await deliveries(made))[0]).toMatchObject({ state: "delivered", attempts: 21 });
  });

  it("lets one attempt at a time ask whether the endpoint takes events again", async () => {
    const refusals = `${"retry-after:60,".repeat(4)}204,204,retry-after:2,204`;
    const made = await subscribe({ url: endpoint(refusals) });
    const releases = Array.from({ length: 10 }, () => release());
    expect((await send("POST", "/api/v1/releases", { releases })).status).toBe(200);
    await settled();
    await subscriberIdle(made.id);
    const refused = await arrived(made);
    expect(refused).toBeLessThanOrEqual(4);
    for (let round = refused; round < 4; round += 1) {
      await subscriberLater(made.id, 61);
      expect(await arrived(made)).toBe(round + 1);
    }
    // Two are taken, the third is refused, and no fourth is on its way.
    await subscriberLater(made.id, 61);
    expect(await arrived(made)).toBe(7);
    for (let round = 0; round < 3; round += 1) await subscriberLater(made.id, 61);
    expect((await deliveries(made)).every(({ state }) => state === "delivered")).toBe(true);
  });

  it("is not undone by a shorter one, or by a success, of an attempt in flight", async () => {
    const made = await subscribe({ url: endpoint("retry-after:600,late:204,retry-after:2,204") });
    const releases = Array.from({ length: 9 }, () => release());
    expect((await send("POST", "/api/v1/releases", { releases })).status).toBe(200);
    await settled();
    await subscriberIdle(made.id);
    // How many were in flight when the first answer arrived depends on the machine.
    const before = await arrived(made);
    await subscriberLater(made.id, 590);
    expect(await arrived(made)).toBe(before);
    await subscriberLater(made.id, 20);
    expect(await arrived(made)).toBeGreaterThan(before);
  });
});
