import { describe, expect, it } from "vitest";
import { publish, release, send, settled, subscriberIdle, subscriberLater } from "../support/service.ts";
import {
  arrivals,
  deliveries,
  endpoint,
  eventOf,
  own,
  publishTo,
  subscribe,
  viewOf,
} from "../support/subscriptions.ts";

const DAY = 86_400;

describe("a paused subscription", () => {
  it("is sent nothing, and gets everything in order when it is resumed", async () => {
    const made = await subscribe();
    const paused = await own(made, "/pause", "POST");
    expect(await paused.json()).toMatchObject({ status: "paused" });
    const text = release();
    await publishTo([made], text);
    await publishTo([made], { ...text, body: "Corrected.", change: "major", note: "All" });
    await publishTo([made], release());
    await subscriberLater(made.id, 40 * DAY);
    expect(await arrivals(made)).toEqual([]);
    expect((await deliveries(made)).map(({ state, nextAttempt }) => [state, nextAttempt])).toEqual(
      Array.from({ length: 3 }, () => ["held", null]),
    );
    expect((await viewOf(made)).health).toMatchObject({ waiting: 3, nextAttempt: null });

    expect((await own(made, "/pause", "POST")).status).toBe(200); // twice is once
    expect((await own(made, "/test", "POST")).status).toBe(409);
    expect((await own(made, "/resume", "POST")).status).toBe(200);
    await subscriberIdle(made.id);
    const sent = (await arrivals(made)).map(eventOf).filter(({ data }) => data.release["id"] === text.id);
    expect(sent.map(({ type }) => type)).toEqual(["release.published", "release.corrected"]);
    expect((await arrivals(made)).length).toBe(3);
    expect((await own(made, "/resume", "POST")).status).toBe(200);
    expect((await viewOf(made)).status).toBe("active");
  });

  it("finishes the attempt in flight and makes no other", async () => {
    const made = await subscribe({ url: endpoint("500,204") });
    await publish(release());
    await settled();
    await own(made, "/pause", "POST");
    await subscriberIdle(made.id);
    await subscriberLater(made.id, 600);
    expect((await arrivals(made)).length).toBe(1);
  });

  it("cannot be pending: pause and resume refuse a pending subscription", async () => {
    const made = await subscribe({ url: endpoint("500"), verify: true });
    expect((await own(made, "/pause", "POST")).status).toBe(409);
    expect((await own(made, "/resume", "POST")).status).toBe(409);
  });
});

describe("an endpoint that is gone", () => {
  it("has its deliveries held after 410, and sent in order after resume", async () => {
    const made = await subscribe({ url: endpoint("410,204") });
    const text = release();
    await publishTo([made], text);
    await publishTo([made], { ...text, body: "Corrected.", change: "major", note: "All" });
    expect(await viewOf(made)).toMatchObject({ status: "disabled", since: expect.stringMatching(/Z$/) });
    await own(made, "/resume", "POST");
    await subscriberIdle(made.id);
    expect((await arrivals(made)).map(eventOf).map(({ type }) => type)).toEqual([
      "release.published",
      "release.published",
      "release.corrected",
    ]);
  });
});

describe("an endpoint that answers 410 to several attempts in flight", () => {
  it("sends one notice only", async () => {
    const admin = await subscribe({ events: ["operational"] });
    const made = await subscribe({ url: endpoint("410,late:410") });
    await own(made, "/pause", "POST");
    for (let count = 0; count < 3; count += 1) await publishTo([made], release());
    await own(made, "/resume", "POST");
    await subscriberIdle(made.id);
    await subscriberIdle(admin.id);
    expect((await arrivals(made)).length).toBe(3);
    expect((await arrivals(admin)).map(eventOf).map(({ type }) => type)).toEqual(["operational"]);
  });
});

describe("an endpoint that only fails", () => {
  it("is disabled after five days with a reason, holds its deliveries and notifies the admin", async () => {
    const admin = await subscribe({ events: ["operational"] });
    const made = await subscribe({ url: endpoint("500"), description: "Desk" });
    await publishTo([made], release());
    for (let day = 0; day < 4; day += 1) {
      await subscriberLater(made.id, DAY + 60);
      await publishTo([made], release());
    }
    expect((await viewOf(made)).status).toBe("active");
    await subscriberLater(made.id, 2 * DAY);
    const view = await viewOf(made);
    expect(view).toMatchObject({ status: "disabled" });
    expect(view.reason).toMatch(/^every attempt since \d{4}-\S+Z has failed; the last: answered 500$/);
    const tried = (await arrivals(made)).length;
    await subscriberLater(made.id, DAY);
    expect((await arrivals(made)).length).toBe(tried);
    expect(new Set((await deliveries(made)).map(({ state }) => state))).toEqual(new Set(["held"]));

    await subscriberIdle(admin.id);
    const [notice] = await arrivals(admin);
    expect(notice?.headers["webhook-event"]).toBe("operational");
    expect(JSON.parse(notice!.body)).toMatchObject({
      type: "operational",
      data: {
        what: "subscription.disabled",
        subscription: { id: made.id, host: new URL(made.endpoint).host, description: "Desk" },
        reason: view.reason,
      },
    });
    expect((await arrivals(admin)).length).toBe(1);
  });

  it("keeps the event whose last attempt disabled the subscription", async () => {
    const made = await subscribe({ url: endpoint("500") });
    await publishTo([made], release());
    const delays = [50, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    // The second starts two days after the first, and is still pending on the fifth day.
    for (const seconds of delays.slice(0, 8)) await subscriberLater(made.id, seconds * 1.1 + 1);
    await publishTo([made], release());
    for (const seconds of delays) await subscriberLater(made.id, seconds * 1.1 + 1);
    await subscriberLater(made.id, DAY);
    const view = await viewOf(made);
    expect(view).toMatchObject({ status: "disabled" });
    expect((await deliveries(made)).map(({ state }) => state)).toEqual(["held", "failed"]);
  });

  it("is not disabled if it accepts one event in between", async () => {
    const made = await subscribe({ url: endpoint("500,500,500,204,500") });
    await publishTo([made], release());
    for (const seconds of [56, 331, 1_981]) await subscriberLater(made.id, seconds);
    expect((await deliveries(made))[0]).toMatchObject({ state: "delivered" });
    await subscriberLater(made.id, 5 * DAY);
    await publishTo([made], release());
    expect((await viewOf(made)).status).toBe("active");
  });

  it("gets all pending deliveries as soon as one succeeds after an outage", async () => {
    const made = await subscribe({ url: endpoint("500,500,500,500,500,500,204") });
    await publishTo([made], release());
    for (const seconds of [56, 331, 1_981, 7_921]) await subscriberLater(made.id, seconds);
    await publishTo([made], release());
    // The first is due in five hours; the second is due in fifty seconds and succeeds.
    await subscriberLater(made.id, 56);
    await subscriberLater(made.id, 1);
    expect((await deliveries(made)).map(({ state }) => state)).toEqual(["delivered", "delivered"]);
  });

  it("does not use up the schedule of the one event that it rejects", async () => {
    const made = await subscribe({ url: endpoint("500,204,204,204,500") });
    await publishTo([made], release({ title: "It chokes on this" }));
    for (let count = 0; count < 3; count += 1) await publishTo([made], release());
    expect((await deliveries(made)).at(-1)).toMatchObject({ state: "pending", attempts: 1 });
  });
});

describe("a limit per minute", () => {
  it("is respected, and everything arrives", async () => {
    const made = await subscribe({ ratePerMinute: 2 });
    for (let count = 0; count < 5; count += 1) await publish(release());
    await settled();
    await subscriberIdle(made.id);
    expect((await arrivals(made)).length).toBe(2);
    await subscriberLater(made.id, 61);
    expect((await arrivals(made)).length).toBe(4);
    await subscriberLater(made.id, 61);
    expect((await arrivals(made)).length).toBe(5);
    for (const ratePerMinute of [0, 1.5, 6_001, "2"]) {
      expect((await own(made, "", "PATCH", { ratePerMinute })).status).toBe(422);
    }
    expect((await own(made, "", "PATCH", { ratePerMinute: null })).status).toBe(200);
    expect(await viewOf(made)).not.toHaveProperty("ratePerMinute");
  });
});

describe("a pause", () => {
  it.each([{ verify: true }, { verify: false }])("survives a change of the URL: %j", async ({ verify }) => {
    const made = await subscribe();
    await own(made, "/pause", "POST");
    await publishTo([made], release());
    const url = endpoint("echo,204");
    const changed = await send("PATCH", `/api/v1/subscriptions/${made.id}`, { url, verify });
    expect(changed.status).toBe(200);
    await subscriberIdle(made.id);
    expect((await viewOf(made)).status).toBe("paused");
    expect(await deliveries(made)).toMatchObject([
      { type: "subscription.verify", state: "delivered" },
      { state: "held", attempts: 0 },
    ]);
    expect((await own(made, "/resume", "POST")).status).toBe(200);
    await subscriberIdle(made.id);
    expect((await viewOf(made)).status).toBe("active");
    expect((await arrivals({ endpoint: url })).map((arrival) => eventOf(arrival).type).at(-1)).toBe(
      "release.published",
    );
  });

  it("survives a second change of the URL, and a verification that fails at first", async () => {
    const made = await subscribe();
    await own(made, "/pause", "POST");
    await own(made, "", "PATCH", { url: endpoint("410") });
    await subscriberIdle(made.id);
    expect((await viewOf(made)).status).toBe("disabled");
    await own(made, "", "PATCH", { url: endpoint("echo,204") });
    await subscriberIdle(made.id);
    expect((await viewOf(made)).status).toBe("paused");
    await own(made, "/resume", "POST");
    await own(made, "", "PATCH", { url: endpoint("echo,204") });
    await subscriberIdle(made.id);
    expect((await viewOf(made)).status).toBe("active");
  });
});
