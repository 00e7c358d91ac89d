import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { type OutboundEvent } from "../../src/domain/event.ts";
import { subscriber } from "../../src/runtime/stubs.ts";
import { act, release, settled, subscriberIdle, subscriberLater } from "../support/service.ts";
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
} from "../support/subscriptions.ts";

describe("redeliver", () => {
  it("sends a pending delivery now", async () => {
    const made = await subscribe({ url: endpoint("500,500,500,204") });
    await publishTo([made], release());
    for (const seconds of [56, 331]) await subscriberLater(made.id, seconds);
    const [waiting] = await deliveries(made);
    expect(waiting).toMatchObject({ state: "pending", attempts: 3 });
    const response = await own(made, `/deliveries/${waiting!.event}/redeliver`, "POST");
    expect(response.status).toBe(202);
    await subscriberIdle(made.id);
    expect(await delivery(made, waiting!.event)).toMatchObject({ state: "delivered", attempts: 4 });
  });

  it("sends a finished delivery again, with a restarted schedule", async () => {
    const made = await subscribe({ url: endpoint("204,500,204") });
    await publishTo([made], release());
    const [sent] = await deliveries(made);
    await own(made, `/deliveries/${sent!.event}/redeliver`, "POST");
    await subscriberIdle(made.id);
    expect(await delivery(made, sent!.event)).toMatchObject({ state: "pending", attempts: 2 });
    await subscriberLater(made.id, 56);
    const again = await arrivals(made);
    expect(again.length).toBe(3);
    expect(new Set(again.map(({ body }) => body)).size).toBe(1);
    expect(new Set(again.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect((await delivery(made, sent!.event)).log.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 204],
      [2, 500],
      [3, 204],
    ]);
    expect((await deliveries(made)).length).toBe(1);
  });

  it("lets no event overtake an earlier one of its release", async () => {
    const made = await subscribe({ url: endpoint("500,204") });
    const text = release();
    await publishTo([made], text);
    await publishTo([made], { ...text, body: "Corrected.", change: "major", note: "All" });
    const [second] = await deliveries(made);
    await own(made, `/deliveries/${second!.event}/redeliver`, "POST");
    await subscriberIdle(made.id);
    expect((await arrivals(made)).map(eventOf).map(({ type }) => type)).toEqual([
      "release.published",
      "release.published",
      "release.corrected",
    ]);
  });

  it("refuses deliveries that cannot be sent, with a reason", async () => {
    const made = await subscribe({ url: endpoint("500") });
    const text = release();
    await publishTo([made], text);
    const [first] = await deliveries(made);
    await own(made, "/pause", "POST");
    expect((await own(made, `/deliveries/${first!.event}/redeliver`, "POST")).status).toBe(409);
    await own(made, "/resume", "POST");
    await act("kill", text.id);
    await settled();
    await subscriberIdle(made.id);
    const replaced = await own(made, `/deliveries/${first!.event}/redeliver`, "POST");
    expect(replaced.status).toBe(409);
    expect(await replaced.json()).toMatchObject({
      code: "release-killed",
      detail: expect.stringContaining("killed"),
    });
    expect((await own(made, "/deliveries/evt_none/redeliver", "POST")).status).toBe(404);
    await own(made, "/test", "POST");
  });

  it("sends only the kill of a killed release, until it is reinstated", async () => {
    const made = await subscribe();
    const text = release({ title: "To be killed" });
    await publishTo([made], text);
    await act("kill", text.id);
    await settled();
    await subscriberIdle(made.id);
    const [kill, first] = await deliveries(made);
    const before = (await arrivals(made)).length;
    const again = async (event: string): Promise<Response> => {
      const response = await own(made, `/deliveries/${event}/redeliver`, "POST");
      await subscriberIdle(made.id);
      return response;
    };
    const types = async () =>
      (await arrivals(made))
        .slice(before)
        .map(eventOf)
        .map(({ type }) => type);

    const refused = await again(first!.event);
    expect(refused.status).toBe(409);
    expect((await refused.json<{ detail: string }>()).detail).toBe(
      "Its release was killed later. The kill can be sent again: redeliver its release.killed event.",
    );
    expect(await types()).toEqual([]);
    expect((await again(kill!.event)).status).toBe(202);
    expect(await types()).toEqual(["release.killed"]);

    await act("reinstate", text.id);
    await settled();
    expect((await again(first!.event)).status).toBe(202);
    expect(await types()).toEqual(["release.killed", "release.reinstated", "release.published"]);
    expect((await arrivals(made)).at(-1)!.body).toContain("To be killed");
  });
});

describe("a killed release", () => {
  it("reveals nothing of its words to a replay of earlier events", async () => {
    const text = release({ body: "Of zebras and nothing else." });
    const early = await subscribe({ filter: { q: "zebras" } });
    const { sequence } = await publishTo([early], text);
    await act("kill", text.id);
    await settled();
    const answers = await Promise.all(
      ["zebras", "giraffes"].map(async (q) => {
        const made = await subscribe({ filter: { q } });
        await own(made, "/replay", "POST", { after: sequence - 1 });
        await subscriberIdle(made.id);
        return (await arrivals(made)).length;
      }),
    );
    expect(answers).toEqual([0, 0]);
    // A subscription that had the release gets the kill again, and nothing else.
    await subscriberIdle(early.id);
    const before = (await arrivals(early)).length;
    await own(early, "/replay", "POST", { after: sequence - 1 });
    await subscriberIdle(early.id);
    expect(
      (await arrivals(early))
        .slice(before)
        .map(eventOf)
        .map(({ type }) => type),
    ).toEqual(["release.killed"]);
  });

  it("cannot be redelivered to a deleted subscription", async () => {
    const made = await subscribe();
    await publishTo([made], release());
    const [sent] = await deliveries(made);
    await own(made, "", "DELETE");
    expect((await own(made, `/deliveries/${sent!.event}/redeliver`, "POST")).status).toBe(404);
  });
});

describe("a release that is killed after its delivery", () => {
  const killed = async (made: Made, text: { id: string }): Promise<void> => {
    await act("kill", text.id);
    await settled();
    await subscriberIdle(made.id);
  };
  const states = async (made: Made) => (await deliveries(made)).map(({ type, state }) => [type, state]);
  const KILLED_AND_DELIVERED = [
    ["release.killed", "delivered"],
    ["release.published", "delivered"],
  ];

  it("stays delivered in the log while it is replayed", async () => {
    const made = await subscribe();
    const text = release();
    const { sequence } = await publishTo([made], text);
    await killed(made, text);
    await own(made, "/replay", "POST", { after: sequence - 1 });
    await subscriberIdle(made.id);
    expect(await states(made)).toEqual(KILLED_AND_DELIVERED);
  });

  it("stays delivered in the log if it was queued to be sent again", async () => {
    const made = await subscribe({ url: endpoint("204,500,204") });
    const text = release();
    await publishTo([made], text);
    await own(made, `/deliveries/${(await deliveries(made))[0]!.event}/redeliver`, "POST");
    await subscriberIdle(made.id);
    expect(await states(made)).toEqual([["release.published", "pending"]]);
    await killed(made, text);
    expect(await states(made)).toEqual(KILLED_AND_DELIVERED);
  });
});

describe("a retraction that arrives during a call to the Newsroom", () => {
  /** Sends a kill to the object during its call to the Newsroom, which does not know of the kill yet. */
  const killDuring = async (made: Made, text: { id: string }, ask: "redeliver" | "replay") => {
    const [row] = await deliveries(made);
    const event = row!.event;
    const sequence = eventOf((await arrivals(made))[0]!).data.sequence;
    const kill: OutboundEvent = {
      event: `evt_${crypto.randomUUID()}`,
      type: "release.killed",
      sequence: sequence + 1,
      release: text.id,
      isRequested: true,
      body: "{}",
    };
    await runInDurableObject(subscriber(env, made.id), async (instance) => {
      const asked = ask === "redeliver" ? instance.redeliver(event) : instance.replay(sequence - 1, sequence);
      // Until the call has left: no answer arrives before this turn ends.
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      await Promise.all([asked, instance.enqueue([kill])]);
      await instance.idle();
    });
    return (await arrivals(made)).filter(({ body }) => body.includes("Told once")).length;
  };

  it("is neither sent to an endpoint that never had the release, nor followed by the release", async () => {
    const text = release({ title: "Told never" });
    const { sequence } = await publishTo([], text);
    const made = await subscribe();
    const withdrawal: OutboundEvent = {
      event: `evt_${crypto.randomUUID()}`,
      type: "release.withdrawn",
      sequence: sequence + 1,
      release: text.id,
      isRequested: false,
      body: "{}",
    };
    await runInDurableObject(subscriber(env, made.id), async (instance) => {
      const asked = instance.replay(sequence - 1, sequence);
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      await Promise.all([asked, instance.enqueue([withdrawal])]);
      await instance.idle();
    });
    expect(await arrivals(made)).toEqual([]);
  });

  it.each(["redeliver", "replay"] as const)("is not followed by the release: %s", async (ask) => {
    const made = await subscribe();
    const text = release({ title: "Told once" });
    await publishTo([made], text);
    expect(await killDuring(made, text, ask)).toBe(1);
  });
});
