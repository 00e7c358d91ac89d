import { describe, expect, it } from "vitest";
import { rateAllowsMs } from "../../src/subscriber/waiting.ts";
import {
  type ProblemJson,
  release,
  send,
  settled,
  subscriberIdle,
  subscriberLater,
} from "../support/service.ts";
import {
  arrivals,
  deliveries,
  type DeliveryJson,
  endpoint,
  eventOf,
  type Made,
  own,
  publishTo,
  subscribe,
} from "../support/subscriptions.ts";

const secondsUntil = ({ nextAttempt }: Pick<DeliveryJson, "nextAttempt">): number =>
  Math.round((Date.parse(String(nextAttempt)) - Date.now()) / 1_000);

async function publishAndCorrect(made: Made): Promise<void> {
  const text = release();
  await publishTo([made], text);
  await publishTo([made], { ...text, body: "Corrected.", change: "major", note: "All of it" });
}

async function redeliver(made: Made, event: string): Promise<ProblemJson> {
  const answer = await own(made, `/deliveries/${event}/redeliver`, "POST");
  await subscriberIdle(made.id);
  return answer.json();
}

describe("an event that waits", () => {
  it("behind another one of its release says for which, and until when", async () => {
    const made = await subscribe({ url: endpoint("500,500,204") });
    await publishAndCorrect(made);
    const [corrected, published] = await deliveries(made);
    expect(published).toMatchObject({ reason: "answered 500", waitsFor: { what: "schedule" } });
    expect(corrected).toMatchObject({
      state: "pending",
      reason: `waits for event ${published!.sequence} of the same release, which is sent first`,
      waitsFor: { what: "earlier-event", event: published!.event, sequence: published!.sequence },
      nextAttempt: published!.nextAttempt,
    });
    expect(secondsUntil(corrected!)).toBeGreaterThan(30);
    // Asked for the one that waits, the service acts on the one that blocks: 500 again, and then both.
    await redeliver(made, corrected!.event);
    expect((await arrivals(made)).length).toBe(2);
    await redeliver(made, corrected!.event);
    expect((await arrivals(made)).map((arrival) => eventOf(arrival).type)).toEqual([
      "release.published",
      "release.published",
      "release.published",
      "release.corrected",
    ]);
  });

  it("is made due by a replay of its sequence", async () => {
    const made = await subscribe({ url: endpoint("500,204") });
    await publishAndCorrect(made);
    const [corrected] = await deliveries(made);
    const to = corrected!.sequence!;
    expect((await own(made, "/replay", "POST", { after: to - 1, to })).status).toBe(202);
    await subscriberIdle(made.id);
    expect((await deliveries(made)).map(({ state }) => state)).toEqual(["delivered", "delivered"]);
  });

  it("for the Retry-After of its endpoint says so, and redeliver says why it sends nothing", async () => {
    const made = await subscribe({ url: endpoint("retry-after:3600,204") });
    await publishAndCorrect(made);
    await publishTo([made], release());
    const [other, corrected, published] = await deliveries(made);
    expect(published).toMatchObject({ reason: "answered 429" });
    expect(other).toMatchObject({
      reason: expect.stringMatching(/^the endpoint asked to be sent nothing before .*Z \(Retry-After\)$/),
      waitsFor: { what: "endpoint" },
    });
    for (const row of [other, corrected, published]) expect(secondsUntil(row!)).toBeGreaterThan(3_500);
    expect(await redeliver(made, corrected!.event)).toMatchObject({ status: 409, code: "endpoint-put-off" });
    expect((await arrivals(made)).length).toBe(1);
  });

  it("for ratePerMinute says when its turn is", async () => {
    const made = await subscribe({ ratePerMinute: 2 });
    const releases = Array.from({ length: 7 }, () => release());
    expect((await send("POST", "/api/v1/releases", { releases })).status).toBe(200);
    await settled();
    await subscriberIdle(made.id);
    const waiting = (await deliveries(made)).filter(({ state }) => state === "pending").toReversed();
    expect(waiting.map(({ waitsFor, reason }) => [waitsFor, reason])).toEqual(
      Array.from({ length: 5 }, () => [{ what: "rate" }, "ratePerMinute allows no earlier attempt"]),
    );
    const minutes = waiting.map((row) => Math.round(secondsUntil(row) / 60));
    expect(minutes).toEqual([1, 1, 2, 2, 3]);
    expect(await redeliver(made, waiting[0]!.event)).toMatchObject({ status: 409, code: "rate-reached" });
  });

  it("behind a disabled endpoint waits for resume, with no time", async () => {
    const made = await subscribe({ url: endpoint("410") });
    await publishTo([made], release());
    const [row] = await deliveries(made);
    expect(row).toMatchObject({ state: "held", waitsFor: { what: "resume" }, nextAttempt: null });
  });

  it("for verification says so; the verification that a 410 ends does not wait", async () => {
    const made = await subscribe({ url: endpoint("410"), verify: true });
    expect(await deliveries(made)).toMatchObject([
      { type: "subscription.verify", state: "failed", attempts: 1, nextAttempt: null, waitsFor: null },
    ]);
    await subscriberLater(made.id, 100);
    expect((await arrivals(made)).length).toBe(1);
  });
});

describe("the time that ratePerMinute allows", () => {
  it.each([
    [[], 2, 1, 0],
    [[], 2, 2, 60],
    [[], 2, 4, 120],
    [[-10], 2, 0, 0],
    [[-10], 2, 1, 50],
    [[-10], 2, 2, 60],
    [[-10], 2, 3, 110],
    [[-50, -40, -30], 2, 0, 20],
    [[-50, -40, -30], 2, 1, 30],
  ])(
    "after attempts at %j, at %i a minute, with %i before it, is in %i s",
    (started, rate, before, expected) => {
      const startedMs = started.map((seconds) => 1_000_000 + seconds * 1_000);
      const allowedMs = rateAllowsMs({ nowMs: 1_000_000, startedMs }, rate, () => before);
      expect((allowedMs - 1_000_000) / 1_000).toBe(expected);
    },
  );
});
