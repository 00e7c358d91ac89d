import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Handed } from "../../src/domain/event.ts";
import { formatInstant } from "../../src/domain/instant.ts";
import { subscriber } from "../../src/objects.ts";
import {
  act,
  ADMIN,
  newsroomLater,
  publish,
  release,
  request,
  send,
  settled,
  subscriberIdle,
  subscriberLater,
} from "../service.ts";
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
  viewOf,
} from "../subscriptions.ts";

const sequencesAt = async (made: Made) =>
  (await arrivals(made)).map(eventOf).map(({ data }) => data.sequence);

interface Told {
  event: string;
  state: string;
  reason: string | null;
  type: string;
}

describe("redeliver", () => {
  it("sends now what waits for its time", async () => {
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

  it("sends once more what was delivered or has failed, by a schedule that begins anew", async () => {
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

  it("refuses what cannot be sent, and says why", async () => {
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
    expect(await replaced.text()).toContain("killed");
    expect((await own(made, "/deliveries/evt_none/redeliver", "POST")).status).toBe(404);
    await own(made, "/test", "POST");
  });

  it("does not send the text of a release that was killed since", async () => {
    const made = await subscribe();
    const text = release({ title: "To be killed" });
    await publishTo([made], text);
    await act("kill", text.id);
    await settled();
    await subscriberIdle(made.id);
    const first = (await deliveries(made)).at(-1)!;
    await own(made, `/deliveries/${first.event}/redeliver`, "POST");
    await subscriberIdle(made.id);
    const again = (await arrivals(made)).at(-1)!;
    expect(again.headers["webhook-id"]).toBe(first.event);
    expect(again.body).not.toContain("To be killed");
  });
});

describe("a killed text", () => {
  it("is not told word by word to who replays what happened before it was killed", async () => {
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
    // Whoever had it is told once more that it is gone, and of nothing else.
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

  it("knows nothing of a subscription that was deleted", async () => {
    const made = await subscribe();
    await publishTo([made], release());
    const [sent] = await deliveries(made);
    await own(made, "", "DELETE");
    expect((await own(made, `/deliveries/${sent!.event}/redeliver`, "POST")).status).toBe(404);
  });
});

describe("a text that is killed after it was delivered", () => {
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

  it("stays delivered in the log if it was about to be sent once more", async () => {
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

describe("a kill that overtakes what the Newsroom was asked for", () => {
  /** Hands over the kill of a text while the Newsroom, which does not know of it yet, is being asked. */
  const killDuring = async (made: Made, text: { id: string }, ask: "redeliver" | "replay") => {
    const [row] = await deliveries(made);
    const event = row!.event;
    const sequence = eventOf((await arrivals(made))[0]!).data.sequence;
    const kill: Handed = {
      event: `evt_${crypto.randomUUID()}`,
      type: "release.killed",
      sequence: sequence + 1,
      release: text.id,
      asked: true,
      body: "{}",
    };
    await runInDurableObject(subscriber(env, made.id), async (instance) => {
      const asked = ask === "redeliver" ? instance.redeliver(event) : instance.replay(sequence - 1, sequence);
      // Until the question is on its way: no answer comes in before this turn ends.
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      await Promise.all([asked, instance.enqueue([kill])]);
      await instance.idle();
    });
    return (await arrivals(made)).filter(({ body }) => body.includes("Told once")).length;
  };

  it.each(["redeliver", "replay"] as const)("is not followed by the text: %s", async (ask) => {
    const made = await subscribe();
    const text = release({ title: "Told once" });
    await publishTo([made], text);
    expect(await killDuring(made, text, ask)).toBe(1);
  });
});

describe("replay", () => {
  it("sends once more what happened after a sequence, in order, each once", async () => {
    const made = await subscribe();
    const before = (await publishTo([made], release())).sequence;
    for (let count = 0; count < 25; count += 1) await publish(release());
    await settled();
    await subscriberIdle(made.id);
    // Where a loaded machine let an attempt run out of time, the next one is made.
    await subscriberLater(made.id, 56);
    const sentBefore = (await arrivals(made)).length;
    const response = await own(made, "/replay", "POST", { after: before });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ after: before, to: before + 25 });
    await subscriberIdle(made.id);
    const sent = (await sequencesAt(made)).slice(sentBefore);
    expect(sent.sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, n) => before + 1 + n));
    expect((await deliveries(made)).every(({ state }) => state === "delivered")).toBe(true);
    expect((await own(made, "/deliveries/replay", "POST", { after: before + 25 })).status).toBe(202);
  });

  it("sends what happened before the subscription was made, if its filter takes it", async () => {
    const early = release({ lang: "hy" });
    const other = release();
    const { sequence } = await publish(early);
    await publish(other);
    const made = await subscribe({ filter: { lang: "hy" } });
    await own(made, "/replay", "POST", { after: (sequence ?? 1) - 1 });
    await subscriberIdle(made.id);
    expect(await sequencesAt(made)).toEqual([sequence]);
  });

  it("tells of no withdrawal that came before anything of its release was sent", async () => {
    const made = await subscribe({ events: ["release.corrected"] });
    const text = release();
    const { sequence } = await publishTo([made], text);
    await act("withdraw", text.id);
    await act("reinstate", text.id);
    const corrected = await publishTo([made], {
      ...text,
      title: "Corrected",
      change: "major",
      note: "The title.",
    });
    expect(await sequencesAt(made)).toEqual([corrected.sequence]);
    await own(made, "/replay", "POST", { after: sequence - 1 });
    await subscriberIdle(made.id);
    await subscriberIdle(made.id);
    expect(await sequencesAt(made)).toEqual([corrected.sequence, corrected.sequence]);
  });

  it("goes by time too, both ends included", async () => {
    const made = await subscribe();
    const first = await publishTo([made], release());
    const beginMs = await newsroomLater(3_600);
    const second = await publishTo([made], release());
    const endMs = await newsroomLater(3_600);
    await publishTo([made], release());
    const span = {
      from: formatInstant(Math.floor(beginMs / 1000)),
      to: formatInstant(Math.floor(endMs / 1000) - 1),
    };
    expect(await (await own(made, "/replay", "POST", span)).json()).toEqual({
      after: first.sequence,
      to: second.sequence,
    });
    await subscriberIdle(made.id);
    expect((await sequencesAt(made)).slice(3)).toEqual([second.sequence]);
  });

  it.each([
    [{}],
    [{ after: -1 }],
    [{ after: 1_000_000 }],
    [{ after: 5, to: 1 }],
    [{ from: "yesterday" }],
    [{ after: 0, from: "2020-01-01T00:00:00Z" }],
    [{ from: "2020-01-02T00:00:00Z", to: "2020-01-01T00:00:00Z" }],
  ])("refuses %j and sends nothing", async (body) => {
    const made = await subscribe();
    expect((await own(made, "/replay", "POST", body)).status).toBe(422);
    expect(await arrivals(made)).toEqual([]);
  });

  it("waits for an endpoint that has not proved itself", async () => {
    const made = await subscribe({ url: endpoint("500"), verify: true });
    expect((await own(made, "/replay", "POST", { after: 0 })).status).toBe(409);
  });
});

describe("why a desk did not get a statement", () => {
  const told = async (made: Made, release: string) =>
    (await (await own(made, `/deliveries?release=${release}`)).json<{ data: Told[] }>()).data;

  it("is one request: what was sent, and of all else why it was not", async () => {
    const early = release({ type: "statement" });
    await publish(early);
    const made = await subscribe({ filter: { type: "statement", topic: "csto" } });
    const text = release({ type: "statement", topics: ["csto"] });
    await publishTo([made], text);
    await publishTo([made], { ...text, body: "Typo.", change: "minor" });
    await publishTo([made], { ...text, topics: [], change: "major", note: "Topic" });
    const other = release({ type: "speech", topics: ["csto"] });
    await publishTo([made], other);
    await act("withdraw", other.id);
    await settled();
    expect((await told(made, text.id)).map(({ type, state, reason }) => [type, state, reason])).toEqual([
      ["release.corrected", "not-sent", "the filter does not take it: it asks for topic csto"],
      ["release.revised", "not-sent", "the subscription does not ask for release.revised"],
      ["release.published", "delivered", null],
    ]);
    expect((await told(made, other.id)).map(({ reason }) => reason)).toEqual([
      "it takes back a text that this subscription was not sent",
      "the filter does not take it: it asks for type statement",
    ]);
    expect((await told(made, early.id))[0]).toMatchObject({
      state: "not-sent",
      reason: "it happened before the subscription was made; replay sends it",
    });
    expect(await told(made, crypto.randomUUID())).toEqual([]);
  });

  it("tells nobody but the office what a killed text would have been taken by", async () => {
    const text = release({ title: "About a zebra" });
    const [zebra, giraffe] = [
      await subscribe({ filter: { q: "giraffe" } }),
      await subscribe({ filter: { q: "giraffe" } }),
    ];
    await publishTo([zebra, giraffe], text);
    await act("kill", text.id);
    await settled();
    await own(zebra, "", "PATCH", { filter: { q: "zebra" } });
    const [one, other] = [await told(zebra, text.id), await told(giraffe, text.id)];
    expect(one).toEqual(other);
    expect(new Set(one.map(({ reason }) => reason))).toEqual(new Set(["the text was killed"]));
    const office = await send(
      "GET",
      `/api/v1/subscriptions/${giraffe.id}/deliveries?release=${text.id}`,
      undefined,
    );
    expect(await office.text()).toContain("it asks for q giraffe");
  });

  it("tells nothing of a text under embargo", async () => {
    const made = await subscribe();
    const text = release({ embargo: "2099-01-01T00:00:00Z" });
    await publish(text);
    expect(await told(made, text.id)).toEqual([]);
  });

  it("says of what is held that it is, and when the next attempt is of what is not", async () => {
    const made = await subscribe({ url: endpoint("500") });
    const text = release();
    await publishTo([made], text);
    expect((await told(made, text.id))[0]).toMatchObject({
      state: "pending",
      nextAttempt: expect.any(String),
    });
    await own(made, "/pause", "POST");
    expect((await told(made, text.id))[0]).toMatchObject({ state: "held", nextAttempt: null });
  });

  it("does not call unsent what a further page of the log shows", async () => {
    const made = await subscribe();
    const text = release();
    await publishTo([made], text);
    await publishTo([made], { ...text, body: "Corrected.", change: "major", note: "All" });
    const short = await own(made, `/deliveries?release=${text.id}&limit=1`);
    expect((await short.json<{ data: Told[] }>()).data.map(({ state }) => state)).toEqual(["delivered"]);
  });

  it("can be narrowed to what is in one state", async () => {
    const made = await subscribe({ url: endpoint("204,500") });
    await publishTo([made], release());
    await publishTo([made], release());
    const states = async (state: string) =>
      (await (await own(made, `/deliveries?state=${state}`)).json<{ data: Told[] }>()).data.map(
        (one) => one.state,
      );
    expect(await states("delivered")).toEqual(["delivered"]);
    expect(await states("pending")).toEqual(["pending"]);
    expect(await states("held")).toEqual([]);
    await own(made, "/pause", "POST");
    expect(await states("held")).toEqual(["held"]);
    expect((await own(made, "/deliveries?state=lost")).status).toBe(422);
    expect((await own(made, "/deliveries?release=none")).status).toBe(422);
  });
});

describe("the log", () => {
  it("shows what an endpoint answered to its owner alone", async () => {
    const made = await subscribe({ url: endpoint("500") });
    await publishTo([made], release());
    const { event } = (await deliveries(made))[0]!;
    expect((await delivery(made, event)).log[0]).toMatchObject({ status: 500, answer: "as told" });
    const office = await request(`/api/v1/subscriptions/${made.id}/deliveries/${event}`, { headers: ADMIN });
    expect(await office.json()).toMatchObject({ log: [{ status: 500, answer: null }] });
  });

  it("forgets after thirty days what is over, and never what is held", async () => {
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
    // Whose text it was sent is remembered for longer: it learns when that is taken back.
  });

  it("tells of a withdrawal whose text was sent longer ago than the log goes", async () => {
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

describe("the office's list of subscriptions", () => {
  it("has those in trouble first, with how they do", async () => {
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

  it("follows one in trouble within seconds: what is given up, and what has arrived, waits no more", async () => {
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

  it.each(["trouble", "created"])("is paged by %s without gaps or doubles", async (sort) => {
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

  it("is for the office alone, and refuses what it cannot sort by", async () => {
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

describe("the health of a subscription", () => {
  it("is that of its last hundred attempts", async () => {
    const made = await subscribe({ url: endpoint("500,204") });
    expect((await viewOf(made)).health).toEqual({
      lastSuccess: null,
      lastFailure: null,
      successRate: null,
      medianLatencyMs: null,
      waiting: 0,
      nextAttempt: null,
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
