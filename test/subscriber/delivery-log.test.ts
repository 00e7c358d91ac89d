import { describe, expect, it } from "vitest";
import {
  act,
  ADMIN,
  release,
  request,
  settled,
  subscriberIdle,
  subscriberLater,
} from "../support/service.ts";
import {
  arrivals,
  deliveries,
  delivery,
  endpoint,
  eventOf,
  own,
  publishTo,
  subscribe,
  viewOf,
} from "../support/subscriptions.ts";

describe("the delivery log", () => {
  it("shows the endpoint's answer to the owner and the admin", async () => {
    const made = await subscribe({ url: endpoint("500") });
    await publishTo([made], release());
    const { event } = (await deliveries(made))[0]!;
    expect((await delivery(made, event)).log[0]).toMatchObject({ status: 500, answer: "as told" });
    const admin = await request(`/api/v1/subscriptions/${made.id}/deliveries/${event}`, { headers: ADMIN });
    expect(await admin.json()).toMatchObject({ log: [{ status: 500, answer: "as told" }] });
  });

  it("deletes finished deliveries after thirty days, but never held ones", async () => {
    const made = await subscribe({ url: endpoint("204,500") });
    await publishTo([made], release());
    await publishTo([made], release());
    await own(made, "/pause", "POST");
    await subscriberLater(made.id, 30 * 86_400 - 60);
    expect((await deliveries(made)).map(({ state }) => state)).toEqual(["held", "delivered"]);
    await subscriberLater(made.id, 120);
    const kept = await deliveries(made);
    expect(kept.map(({ state }) => state)).toEqual(["held"]);
    expect((await own(made, `/deliveries/${kept[0]!.event}`)).status).toBe(200);
  });

  it("sends a withdrawal of a release whose delivery is no longer in the log", async () => {
    const made = await subscribe();
    const text = release();
    await publishTo([made], text);
    await subscriberLater(made.id, 31 * 86_400);
    expect(await deliveries(made)).toEqual([]);
    await own(made, "", "PATCH", { filter: { lang: "hy" } });
    await act("withdraw", text.id);
    await settled();
    await subscriberIdle(made.id);
    expect((await arrivals(made)).map(eventOf).map(({ type }) => type)).toEqual([
      "release.published",
      "release.withdrawn",
    ]);
  });
});

describe("the health of a subscription", () => {
  it("is computed from the last hundred attempts", async () => {
    const made = await subscribe({ url: endpoint("500,204") });
    expect((await viewOf(made)).health).toEqual({
      lastSuccess: null,
      lastFailure: null,
      successRate: null,
      medianLatencyMs: null,
      waiting: 0,
      nextAttempt: null,
      givenUp: 0,
      blocked: null,
    });
    await publishTo([made], release());
    await subscriberLater(made.id, 56);
    for (let count = 0; count < 2; count += 1) await publishTo([made], release());
    expect((await viewOf(made)).health).toMatchObject({
      lastSuccess: expect.any(String),
      lastFailure: expect.any(String),
      successRate: 0.75,
      medianLatencyMs: expect.any(Number),
      waiting: 0,
    });
  });
});
