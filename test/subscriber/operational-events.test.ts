import { describe, expect, it } from "vitest";
import { ADMIN, release, request, send, subscriberIdle, subscriberLater } from "../support/service.ts";
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

describe("operational events", () => {
  it("reach all subscriptions that request them, over several invocations", async () => {
    const admins = [];
    for (let count = 0; count < 7; count += 1) admins.push(await subscribe({ events: ["operational"] }));
    const gone = await subscribe({ url: endpoint("410") });
    await publishTo([gone], release());
    for (const admin of admins) {
      await subscriberIdle(admin.id);
      const told = (await arrivals(admin)).map(({ body }) => body).filter((body) => body.includes(gone.id));
      expect(told.length).toBe(1);
      const { data } = JSON.parse(told[0]!) as { data: { subscription: unknown } };
      // The rest of a URL is often a secret.
      expect(data.subscription).toEqual({ id: gone.id, host: new URL(gone.endpoint).host });
    }
  });

  it("are caused by no subscription that was never verified, since strangers make those up", async () => {
    const admin = await subscribe({ events: ["operational"] });
    const gone = await subscribe({ url: endpoint("410"), verify: true });
    const expired = await subscribe({ url: endpoint("500"), verify: true });
    await subscriberLater(expired.id, 86_401);
    const moved = await subscribe();
    await own(moved, "", "PATCH", { url: endpoint("410") });
    for (const made of [gone, expired, moved, admin]) await subscriberIdle(made.id);
    for (const made of [gone, expired, moved]) expect((await viewOf(made)).status).toBe("disabled");
    const told = (await arrivals(admin)).map(({ body }) => body).join();
    expect([gone, expired, moved].map(({ id }) => told.includes(id))).toEqual([false, false, true]);
  });

  it("stay in a change by the owner, who cannot ask for them", async () => {
    const events = ["release.published", "operational"];
    const admin = await subscribe({ events: ["operational"] });
    expect((await own(admin, "", "PATCH", { events })).status).toBe(200);
    expect((await viewOf(admin)).events).toEqual(events);
    const desk = await subscribe({ events: ["release.published"] });
    expect((await own(desk, "", "PATCH", { events })).status).toBe(401);
    expect((await viewOf(desk)).events).toEqual(["release.published"]);
  });

  it("are not sent to the subscription that was disabled", async () => {
    const admin = await subscribe({
      url: endpoint("410"),
      events: ["operational", "release.published"],
    });
    await publishTo([admin], release());
    await subscriberIdle(admin.id);
    expect((await viewOf(admin)).status).toBe("disabled");
    expect((await deliveries(admin)).map(({ type }) => type)).toEqual(["release.published"]);
  });

  it("report an event that was given up, which the health and the list count", async () => {
    const admin = await subscribe({ events: ["operational"] });
    const made = await subscribe({ url: `${endpoint("500")}&token=secret`, description: "Desk" });
    await publishTo([made], release());
    for (const hours of [1, 1, 1, 3, 6, 12, 16, 23, 28]) await subscriberLater(made.id, hours * 3_600);
    const [row] = await deliveries(made);
    expect(row).toMatchObject({ state: "failed", attempts: 10 });
    expect((await viewOf(made)).health).toMatchObject({ givenUp: 1, waiting: 0 });
    await subscriberIdle(admin.id);
    const [notice, ...others] = (await arrivals(admin)).filter(({ body }) => body.includes(made.id));
    expect(others).toEqual([]);
    expect(notice!.body).not.toContain("secret");
    expect(JSON.parse(notice!.body)).toMatchObject({
      type: "operational",
      data: {
        what: "delivery.given-up",
        subscription: { id: made.id, host: new URL(made.endpoint).host, description: "Desk" },
        reason: "answered 500",
        delivery: { event: row!.event, sequence: row!.sequence },
      },
    });
    await subscriberLater(made.id, 20);
    const list = await send("GET", "/api/v1/subscriptions?limit=100", undefined);
    const { data } = await list.json<{ data: { id: string; health: unknown }[] }>();
    expect(data.find(({ id }) => id === made.id)?.health).toMatchObject({ givenUp: 1 });
  });

  it("are not about a chat that never took a message: a stranger may have made up its URL", async () => {
    const admin = await subscribe({ events: ["operational"] });
    const made = await subscribe({ url: endpoint("500"), format: "slack" });
    await publishTo([made], release());
    for (const hours of [1, 1, 1, 3, 6, 12, 16, 23, 28]) await subscriberLater(made.id, hours * 3_600);
    expect(await deliveries(made)).toMatchObject([{ state: "failed", attempts: 10 }]);
    await subscriberIdle(admin.id);
    expect((await arrivals(admin)).filter(({ body }) => body.includes(made.id))).toEqual([]);
  });

  it("are for the admin only", async () => {
    const ask = (headers: Record<string, string>) =>
      request("/api/v1/subscriptions", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ url: endpoint("500"), events: ["operational"] }),
      });
    expect((await ask({})).status).toBe(401);
    expect((await ask(ADMIN)).status).toBe(201);
    const made = await subscribe();
    expect((await own(made, "", "PATCH", { events: ["operational"] })).status).toBe(401);
  });
});

describe("the admin's list of subscriptions", () => {
  it("lists subscriptions in trouble first, with their health", async () => {
    const well = await subscribe({ description: "Well" });
    const failing = await subscribe({ url: endpoint("500"), description: "Failing" });
    const gone = await subscribe({ url: endpoint("410"), description: "Gone" });
    await publishTo([well, failing, gone], release());
    const list = await send("GET", "/api/v1/subscriptions?limit=100", undefined);
    const { data } = await list.json<{ data: Record<string, unknown>[] }>();
    const place = (made: Made) => data.findIndex(({ id }) => id === made.id);
    expect(place(gone)).toBeLessThan(place(failing));
    expect(place(failing)).toBeLessThan(place(well));
    expect(data[place(gone)]).toMatchObject({
      status: "disabled",
      reason: "the endpoint answered 410 Gone",
      description: "Gone",
      url: gone.endpoint,
    });
    expect(data[place(failing)]).toMatchObject({
      status: "active",
      failingSince: expect.any(String),
      health: { successRate: 0, lastFailure: expect.any(String), waiting: 1 },
    });
    const disabled = await (
      await send("GET", "/api/v1/subscriptions?status=disabled", undefined)
    ).json<{
      data: { status: string }[];
    }>();
    expect(new Set(disabled.data.map(({ status }) => status))).toEqual(new Set(["disabled"]));
  });

  it("shows failed and recovered deliveries within seconds", async () => {
    const failing = await subscribe({ url: endpoint("500") });
    const recovered = await subscribe({ url: endpoint("500,500,204") });
    await publishTo([failing, recovered], release());
    for (const { id } of [failing, recovered]) await subscriberLater(id, 56);
    const shown = async ({ id }: Made) => {
      const list = await send("GET", "/api/v1/subscriptions?limit=100", undefined);
      const { data } = await list.json<{ data: { id: string; health: Record<string, unknown> }[] }>();
      return data.find((each) => each.id === id)?.health;
    };
    for (const made of [failing, recovered]) {
      await subscriberLater(made.id, 11);
      expect(await shown(made)).toEqual((await viewOf(made)).health);
    }
    await subscriberLater(recovered.id, 331);
    await subscriberLater(recovered.id, 11);
    expect(await shown(recovered)).toMatchObject({ waiting: 0, nextAttempt: null });
    for (let count = 0; count < 8; count += 1) await subscriberLater(failing.id, 100_000);
    await subscriberLater(failing.id, 11);
    expect(await shown(failing)).toEqual((await viewOf(failing)).health);
  });

  it.each(["trouble", "created"])("is paged by %s without gaps or duplicates", async (sort) => {
    for (let count = 0; count < 5; count += 1) await subscribe();
    const whole = await (
      await send("GET", `/api/v1/subscriptions?sort=${sort}&limit=100`, undefined)
    ).json<{
      data: { id: string }[];
      next: string | null;
    }>();
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: { data: { id: string }[]; next: string | null } = await (
        await send(
          "GET",
          `/api/v1/subscriptions?sort=${sort}&limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
          undefined,
        )
      ).json();
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next;
    }
    expect(seen).toEqual(whole.data.map(({ id }) => id));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("is for the admin only, and refuses invalid queries", async () => {
    expect((await request("/api/v1/subscriptions")).status).toBe(401);
    for (const query of [
      "sort=size",
      "status=ill",
      "cursor=x",
      "cursor=e30=",
      `cursor=${btoa('["a","b","c"]')}`,
      "limit=0",
    ]) {
      expect((await send("GET", `/api/v1/subscriptions?${query}`, undefined)).status).toBe(422);
    }
  });
});
