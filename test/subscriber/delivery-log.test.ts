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
  type DeliveryJson,
  delivery,
  endpoint,
  eventOf,
  own,
  publishTo,
  subscribe,
  viewOf,
} from "../support/subscriptions.ts";

type Text = ReturnType<typeof release>;

describe("the delivery log", () => {
  it("shows the endpoint's answer to the owner and the admin", async () => {
    const made = await subscribe({ url: endpoint("500") });
    await publishTo([made], release());
    const { event } = (await deliveries(made))[0]!;
    expect((await delivery(made, event)).log[0]).toMatchObject({ status: 500, answer: "as told" });
    const admin = await request(`/api/v1/subscriptions/${made.id}/deliveries/${event}`, { headers: ADMIN });
    expect(await admin.json()).toMatchObject({ log: [{ status: 500, answer: "as told" }] });
  });

  it("names releases by their present titles, and killed ones not at all", async () => {
    const made = await subscribe({ filter: { lang: ["en", "ru"] } });
    const texts = [
      release({ title: "Kept" }),
      release({ title: "Об отозванном", lang: "ru" }),
      release({ title: "Killed" }),
    ];
    for (const text of texts) await publishTo([made], text);
    const [corrected, withdrawn, killed] = texts as [Text, Text, Text];
    await publishTo([made], {
      ...corrected,
      title: "Kept and corrected",
      change: "major",
      note: "The title.",
    });
    await act("withdraw", withdrawn.id);
    await act("kill", killed.id);
    await own(made, "/test", "POST");
    await settled();
    await subscriberIdle(made.id);
    const rows = await deliveries(made);
    expect(rows.map(({ release: id, title, lang }) => [id, title, lang])).toEqual([
      [null, null, null],
      [killed.id, null, null],
      [withdrawn.id, "Об отозванном", "ru"],
      ...[corrected, killed, withdrawn, corrected].map(({ id }) => {
        if (id === killed.id) return [id, null, null];
        return id === withdrawn.id ? [id, "Об отозванном", "ru"] : [id, "Kept and corrected", "en"];
      }),
    ]);
    // Where it was not sent, too.
    const other = await subscribe({ filter: { lang: "fr" } });
    for (const [{ id }, title] of [
      [corrected, "Kept and corrected"],
      [killed, null],
    ] as const) {
      const log = await own(other, `/deliveries?release=${id}`);
      const { data } = await log.json<{ data: DeliveryJson[] }>();
      expect(data.length).toBeGreaterThan(0);
      expect(new Set(data.map((row) => row.title))).toEqual(new Set([title]));
    }
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
