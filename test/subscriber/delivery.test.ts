import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import {
  act,
  inNewsroom,
  newsroomLater,
  publish,
  release,
  send,
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

describe("an event that is delivered", () => {
  it("carries a signature that the public library verifies, over the exact bytes", async () => {
    const made = await subscribe();
    await publishTo([made], release({ title: "Սահմանը", body: "Emoji 😀 & <b>" }));
    const [arrival] = await arrivals(made);
    expect(arrival).toBeDefined();
    expect(() => new Webhook(made.secret).verify(arrival!.body, arrival!.headers)).not.toThrow();
    expect(() => new Webhook(made.secret).verify(`${arrival!.body} `, arrival!.headers)).toThrow();
    expect(() =>
      new Webhook(`whsec_${btoa("another secret, 24 bytes")}`).verify(arrival!.body, arrival!.headers),
    ).toThrow();
    expect(arrival!.headers).toMatchObject({
      accept: "*/*",
      "content-type": "application/json",
      "webhook-event": "release.published",
      "user-agent": "communique (+https://press.example)",
    });
    expect(arrival!.headers["webhook-id"]).toBe(eventOf(arrival!).data.id);
  });

  it("has exactly the documented fields", async () => {
    const made = await subscribe();
    const text = release({
      title: "Q&A",
      summary: "In short.",
      topics: ["csto"],
      source: "https://src.example/1",
    });
    await publishTo([made], text);
    const [arrival] = await arrivals(made);
    const { data, ...outer } = eventOf(arrival!);
    expect(outer).toEqual({
      type: "release.published",
      timestamp: expect.stringMatching(/^\d{4}-.*:\d\dZ$/),
    });
    expect(data).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f]{32}$/),
      sequence: expect.any(Number),
      release: {
        id: text.id,
        group: text.id,
        lang: "en",
        type: "press-release",
        title: "Q&A",
        summary: "In short.",
        url: `https://press.example/en/releases/${String(text["slug"])}`,
        edition: 1,
        status: "published",
        date: "2020-12-01",
        datePrecision: "day",
        published: expect.any(String),
        updated: expect.any(String),
        topics: ["csto"],
        people: [],
        organisations: [],
        places: [],
        names: { types: {}, topics: {}, people: {}, organisations: {}, places: {} },
        translations: [],
        content: {
          html: "<p>On December 1, a session was held.</p>",
          text: "On December 1, a session was held.",
        },
        attachments: [],
      },
      change: null,
    });
  });

  it("has the same webhook-id for every subscription, and the content only with content: full", async () => {
    const [full, summary] = [await subscribe(), await subscribe({ content: "summary" })];
    await publishTo([full, summary], release());
    const [[one], [two]] = [await arrivals(full), await arrivals(summary)];
    expect(one!.headers["webhook-id"]).toBe(two!.headers["webhook-id"]);
    expect(eventOf(one!).data.release).toHaveProperty("content");
    expect(eventOf(two!).data.release).not.toHaveProperty("content");
  });

  it("goes to subscriptions whose filter matches; a minor edition only if release.revised is requested", async () => {
    const [hy, speeches, minor] = [
      await subscribe({ filter: { lang: "hy" } }),
      await subscribe({ filter: { lang: ["en", "ru"], type: "speech" } }),
      await subscribe({ events: ["release.revised"] }),
    ];
    const all = [hy, speeches, minor];
    const text = release({ lang: "hy" });
    await publishTo(all, text);
    await publishTo(all, release({ type: "speech" }));
    await publishTo(all, release({ type: "visit" }));
    await publishTo(all, { ...text, body: "Typo.", change: "minor", reallyMinor: true });
    const seen = await Promise.all(
      all.map(async (made) =>
        (await arrivals(made)).map((a) => [eventOf(a).type, eventOf(a).data.release["lang"]]),
      ),
    );
    expect(seen).toEqual([
      [["release.published", "hy"]],
      [["release.published", "en"]],
      [["release.revised", "hy"]],
    ]);
  });

  it("contains the note and the changed fields of a correction", async () => {
    const made = await subscribe();
    const text = release();
    await publishTo([made], text);
    await publishTo([made], {
      ...text,
      title: "Another",
      date: "2020-12-02",
      change: "major",
      note: "Date and title",
    });
    expect(eventOf((await arrivals(made))[1]!)).toMatchObject({
      type: "release.corrected",
      data: { change: { kind: "major", note: "Date and title", previous: 1, fields: ["title", "date"] } },
    });
  });

  it("links the translations that existed at the time of the event", async () => {
    const made = await subscribe();
    await publishTo([made], release({ group: "both", slug: "both" }));
    await publishTo([made], release({ group: "both", lang: "ru", slug: "oba" }));
    const events = (await arrivals(made)).map(eventOf);
    expect(events.map(({ data }) => data.release["translations"])).toEqual([
      [],
      [{ lang: "en", id: events[0]!.data.release["id"], url: "https://press.example/en/releases/both" }],
    ]);
  });
});

describe("an endpoint that does not accept an event", () => {
  it("is retried by the schedule with the same bytes and id, and each attempt is logged", async () => {
    const url = endpoint("500,503,204");
    const made = await subscribe({ url });
    await publishTo([made], release());
    expect((await deliveries(made))[0]).toMatchObject({
      state: "pending",
      attempts: 1,
      reason: "answered 500",
    });
    await subscriberLater(made.id, 40); // not yet: fifty seconds
    expect((await arrivals(made)).length).toBe(1);
    await subscriberLater(made.id, 16);
    await subscriberLater(made.id, 331); // five minutes, and up to a tenth more
    const tried = await arrivals(made);
    expect(tried.length).toBe(3);
    expect(new Set(tried.map(({ body }) => body)).size).toBe(1);
    expect(new Set(tried.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(tried.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(3);
    const { event, ...logged } = await delivery(made, (await deliveries(made))[0]!.event);
    expect(event).toBe(tried[0]!.headers["webhook-id"]);
    expect(logged).toMatchObject({ state: "delivered", attempts: 3, reason: null, nextAttempt: null });
    expect(logged.log.map(({ attempt, status, reason }) => [attempt, status, reason])).toEqual([
      [1, 500, "answered 500"],
      [2, 503, "answered 503"],
      [3, 204, null],
    ]);
  });

  it("gets no further attempt when the schedule is used up", async () => {
    const made = await subscribe({ url: endpoint("500") });
    await publishTo([made], release());
    for (const seconds of [50, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 50_000]) {
      await subscriberLater(made.id, seconds * 1.1 + 1);
    }
    expect((await arrivals(made)).length).toBe(10);
    expect((await deliveries(made))[0]).toMatchObject({ state: "failed", attempts: 10, nextAttempt: null });
  });

  it("is not followed when it redirects", async () => {
    const made = await subscribe({ url: endpoint("redirect") });
    await publishTo([made], release());
    expect((await deliveries(made))[0]).toMatchObject({
      state: "pending",
      reason: "answered 302; redirects are not followed",
    });
    expect(await arrivals({ endpoint: new URL("/elsewhere", made.endpoint).href })).toEqual([]);
  });

  it("is retried after the delay of its Retry-After", async () => {
    const made = await subscribe({ url: endpoint("retry-after:600,204") });
    await publishTo([made], release());
    await subscriberLater(made.id, 590);
    expect((await arrivals(made)).length).toBe(1);
    await subscriberLater(made.id, 20);
    expect((await arrivals(made)).length).toBe(2);
  });

  it("disables its subscription with 410, and pending deliveries are held", async () => {
    const made = await subscribe({ url: endpoint("410") });
    await publishTo([made], release());
    await publishTo([made], release());
    await subscriberLater(made.id, 100_000);
    expect((await arrivals(made)).length).toBe(1);
    expect(await (await own(made)).json()).toMatchObject({
      status: "disabled",
      reason: "the endpoint answered 410 Gone",
    });
    expect((await deliveries(made)).map(({ state }) => state)).toEqual(["held", "held"]);
  });

  it.each([
    [410, "disabled", "held", null],
    [429, "active", "pending", 600],
    [500, "active", "pending", 50],
    [200, "active", "delivered", null],
  ])(
    "counts by its status, although the connection breaks off: %i",
    async (status, subscriptionStatus, state, delay) => {
      const made = await subscribe({ url: endpoint(`broken:${status}`) });
      await publishTo([made], release());
      expect((await viewOf(made)).status).toBe(subscriptionStatus);
      const [row] = await deliveries(made);
      expect(row?.state).toBe(state);
      const [first] = (await delivery(made, row!.event)).log;
      expect(first).toMatchObject({
        status,
        answer: "It is",
        note: "the connection broke off before the end of the answer's body",
      });
      if (delay === null) return;
      const putOff = (Date.parse(row!.nextAttempt!) - Date.parse(first!.at)) / 1_000;
      expect(putOff).toBeGreaterThanOrEqual(delay - 1);
      expect(putOff).toBeLessThan(delay * 1.1 + 5);
    },
  );

  it.each([
    ["gzip", ""],
    ["gzip", "706c61696e"],
    ["br", ""],
    ["br", "ffffffff"],
  ])("has arrived although its 200 says %s over the bytes <%s>", async (coding, hex) => {
    const made = await subscribe({ url: endpoint(`undecodable:${coding}:${hex}`) });
    await publishTo([made], release());
    const [row] = await deliveries(made);
    expect(row).toMatchObject({ state: "delivered", attempts: 1, reason: null });
    expect((await delivery(made, row!.event)).log).toMatchObject([
      {
        status: 200,
        reason: null,
        note: "the answer's body cannot be decoded as its content-encoding says",
      },
    ]);
    expect(await viewOf(made)).toMatchObject({ status: "active", health: { successRate: 1 } });
  });

  it("says in its reason that the protection in front of the endpoint wants a browser", async () => {
    const made = await subscribe({ url: endpoint("challenged") });
    await publishTo([made], release());
    const [row] = await deliveries(made);
    expect(row).toMatchObject({ state: "pending", attempts: 1 });
    expect(row?.reason).toContain(
      "answered 403: the protection in front of the endpoint wants a browser (at Cloudflare, switch off Bot Fight Mode",
    );
  });

  it("has only the beginning of its answer read and logged", async () => {
    const made = await subscribe({ url: endpoint("huge") });
    await publishTo([made], release());
    const [first] = await deliveries(made);
    expect(first).toMatchObject({ state: "delivered" });
    expect((await delivery(made, first!.event)).log[0]!.answer?.length).toBe(4_096);
  });

  it.each([
    ["hang", "pending", { status: null, reason: "no answer in time", note: null }],
    ["stall", "delivered", { status: 200, reason: null, note: "the answer's body did not end in time" }],
  ])("is aborted at the timeout when its answer would %s", async (kind, state, attempt) => {
    const made = await subscribe({ url: endpoint(`${kind},204`) });
    await publishTo([made], release());
    const [row] = await deliveries(made);
    expect(row).toMatchObject({ state });
    expect((await delivery(made, row!.event)).log).toMatchObject([attempt]);
  });

  it("is not sent the second event of a release before the first is delivered", async () => {
    const made = await subscribe({ url: endpoint("500,204") });
    const text = release();
    await publishTo([made], text);
    await publishTo([made], { ...text, body: "Corrected.", change: "major", note: "All of it" });
    await publishTo([made], release()); // another release need not wait
    const types = async () =>
      (await arrivals(made)).map((arrival) => [
        eventOf(arrival).type,
        eventOf(arrival).data.release["id"] === text.id,
      ]);
    expect(await types()).toEqual([
      ["release.published", true],
      ["release.published", false],
    ]);
    await subscriberLater(made.id, 56);
    expect((await types()).slice(2)).toEqual([
      ["release.published", true],
      ["release.corrected", true],
    ]);
  });
});

describe("a withdrawal behind a correction that the endpoint refuses", () => {
  it("arrives at once, and a reinstatement after it", async () => {
    const made = await subscribe({ url: endpoint("204,500,204") });
    const text = release();
    await publishTo([made], text);
    await publishTo([made], { ...text, body: "Corrected.", change: "major", note: "All of it" });
    for (const action of ["withdraw", "reinstate"]) {
      await act(action, text.id);
      await settled();
      await subscriberIdle(made.id);
    }
    expect((await arrivals(made)).map((arrival) => eventOf(arrival).type)).toEqual([
      "release.published",
      "release.corrected",
      "release.withdrawn",
      "release.reinstated",
    ]);
    const [, , corrected] = await deliveries(made);
    expect(corrected).toMatchObject({
      type: "release.corrected",
      state: "replaced",
      reason: expect.stringContaining("withdrawn"),
      nextAttempt: null,
    });
    const again = await own(made, `/deliveries/${corrected!.event}/redeliver`, "POST");
    expect(await again.json()).toMatchObject({ status: 409, code: "release-retracted" });
  });

  it("arrives although it was on its way when the attempt failed", async () => {
    const made = await subscribe({ url: endpoint("late:500,204") });
    const text = release();
    await publish(text);
    await act("withdraw", text.id);
    await settled();
    await subscriberIdle(made.id);
    expect((await arrivals(made)).map((arrival) => eventOf(arrival).type)).toEqual([
      "release.published",
      "release.withdrawn",
    ]);
  });
});

/** In one batch, so that the deliveries begin together, however slow the machine publishes. */
async function publishAll(releases: object[]): Promise<void> {
  expect((await send("POST", "/api/v1/releases", { releases })).status).toBe(200);
}

describe("attempts in parallel", () => {
  it("are at most four, and one for each release", async () => {
    const made = await subscribe({ url: endpoint("hang") });
    const text = release();
    await publish(text);
    const correction = { ...text, body: "Corrected.", change: "major", note: "All" };
    const others = Array.from({ length: 5 }, () => release());
    await publishAll([correction, ...others]);
    await settled();
    await expect.poll(async () => (await arrivals(made)).length, { timeout: 30_000 }).toBe(4);
    await settled();
    const underWay = (await arrivals(made)).map(eventOf);
    expect(underWay.length).toBe(4);
    expect(new Set(underWay.map(({ data }) => data.release["id"])).size).toBe(4);
    expect(underWay.map(({ type }) => type)).not.toContain("release.corrected");
    await own(made, "/pause", "POST"); // otherwise the rest would follow, one timeout after the other
    await subscriberIdle(made.id);
  });

  it("are not slowed by another endpoint that does not answer", async () => {
    const [slow, quick] = [await subscribe({ url: endpoint("hang") }), await subscribe()];
    await publishAll(Array.from({ length: 6 }, () => release()));
    await settled();
    await subscriberIdle(quick.id);
    expect((await arrivals(quick)).length).toBe(6);
    expect((await deliveries(slow)).every(({ attempts }) => attempts === 0)).toBe(true);
    await own(slow, "/pause", "POST");
    await subscriberIdle(slow.id);
  });
});

describe("a delivery", () => {
  it("is one row for each event, however often the Newsroom sends it", async () => {
    const made = await subscribe();
    await publishTo([made], release());
    const [arrival] = await arrivals(made);
    const { data } = eventOf(arrival!);
    await runInDurableObject(subscriber(env, made.id), async (instance) => {
      const [event] = await instance.deliveries({ limit: 10 }).then((page) => page!.deliveries);
      expect(event).toMatchObject({ event: data.id, sequence: data.sequence });
    });
    // As if the Newsroom had died before it stored the end of its sweep.
    await inNewsroom(async (instance, { storage }) => {
      storage.sql.exec("UPDATE marks SET value = ? WHERE name = 'swept'", data.sequence - 1);
      await instance.alarm();
      await instance.idle();
    });
    await subscriberIdle(made.id);
    expect((await arrivals(made)).length).toBe(1);
    expect((await deliveries(made)).length).toBe(1);
  });

  it("continues by alarm when the object died during the attempt", async () => {
    const made = await subscribe({ url: endpoint("204") });
    await runInDurableObject(subscriber(env, made.id), (_instance, { storage }) => {
      storage.sql.exec(
        `INSERT INTO deliveries (event, type, sequence, release, state, attempts, created_ms, due_ms, body)
         VALUES ('evt_left', 'release.published', 1, 'r', 'pending', 0, 0, 0, '{"type":"release.published"}')`,
      );
    });
    await runInDurableObject(subscriber(env, made.id), async (_instance, { storage }) =>
      storage.setAlarm(Date.now() + 60_000),
    );
    await runDurableObjectAlarm(subscriber(env, made.id));
    await subscriberIdle(made.id);
    expect((await arrivals(made))[0]?.headers["webhook-id"]).toBe("evt_left");
  });

  it("reaches a subscription whose object fails at first, without delaying others", async () => {
    const [ill, well] = [await subscribe(), await subscribe()];
    await runInDurableObject(subscriber(env, ill.id), (_instance, { storage }) => {
      storage.sql.exec("ALTER TABLE deliveries RENAME TO deliveries_away");
    });
    await publish(release());
    await settled();
    await subscriberIdle(well.id);
    expect((await arrivals(well)).length).toBe(1);
    await runInDurableObject(subscriber(env, ill.id), (_instance, { storage }) => {
      storage.sql.exec("ALTER TABLE deliveries_away RENAME TO deliveries");
    });
    await newsroomLater(61);
    await subscriberIdle(ill.id);
    expect((await arrivals(ill)).length).toBe(1);
  });
});
