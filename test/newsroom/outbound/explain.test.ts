import { describe, expect, it } from "vitest";
import type { NotSentCode } from "../../../src/domain/codes.ts";
import { act, publish, release, send, settled, subscriberIdle } from "../../support/service.ts";
import {
  arrivals,
  endpoint,
  eventOf,
  type Made,
  own,
  publishTo,
  subscribe,
} from "../../support/subscriptions.ts";

interface LogEntry {
  event: string;
  state: string;
  code?: NotSentCode;
  reason: string | null;
  type: string;
}

const BEFORE_SUBSCRIPTION = "it happened before the subscription was created; replay sends it";
const NEVER_SENT = "it retracts a release that the subscription was never sent";

/** The delivery log of one release as the owner of the subscription reads it. */
const ownLog = async (made: Made, id: string) =>
  (await (await own(made, `/deliveries?release=${id}`)).json<{ data: LogEntry[] }>()).data;

/** The same as the admin reads it. */
const adminLog = async (made: Made, id: string) => {
  const path = `/api/v1/subscriptions/${made.id}/deliveries?release=${id}`;
  return (await (await send("GET", path, undefined)).json<{ data: LogEntry[] }>()).data;
};

const explained = (log: LogEntry[]) => log.map(({ code, reason }) => [code, reason]);

describe("the delivery log of one release", () => {
  it("explains every event that was not sent", async () => {
    const early = release({ type: "statement", topics: ["csto"] });
    await publish(early);
    const made = await subscribe({ filter: { type: "statement", topic: "csto" } });
    const text = release({ type: "statement", topics: ["csto"] });
    await publishTo([made], text);
    await publishTo([made], { ...text, body: "Typo.", change: "minor", reallyMinor: true });
    await publishTo([made], { ...text, topics: [], change: "major", note: "Topic" });
    const other = release({ type: "speech", topics: ["csto"] });
    await publishTo([made], other);
    await act("withdraw", other.id);
    await settled();
    const log = await ownLog(made, text.id);
    expect(log.map(({ type, state, code, reason }) => [type, state, code, reason])).toEqual([
      [
        "release.corrected",
        "not-sent",
        "filter-does-not-match",
        "the filter does not match: it asks for topic csto",
      ],
      [
        "release.revised",
        "not-sent",
        "type-not-requested",
        "the subscription does not request release.revised events",
      ],
      ["release.published", "delivered", undefined, null],
    ]);
    expect(explained(await ownLog(made, other.id))).toEqual([
      ["release-never-sent", NEVER_SENT],
      ["filter-does-not-match", "the filter does not match: it asks for type statement"],
    ]);
    expect((await ownLog(made, early.id))[0]).toMatchObject({
      state: "not-sent",
      code: "before-subscription",
      reason: BEFORE_SUBSCRIPTION,
    });
    expect(await ownLog(made, crypto.randomUUID())).toEqual([]);
  });

  it("promises a replay only where a replay sends something", async () => {
    const [english, french] = [release({ lang: "en" }), release({ lang: "fr" })];
    const killed = release({ lang: "en" });
    await publish(english);
    await publish({ ...english, body: "Typo.", change: "minor", reallyMinor: true });
    await publish(french);
    await act("withdraw", french.id);
    await publish(killed);
    const { sequence } = await publishTo([], release({ lang: "fr" }));
    await act("kill", killed.id);
    await settled();
    const made = await subscribe({ filter: { lang: "en" } });
    expect(explained(await adminLog(made, english.id))).toEqual([
      ["type-not-requested", "the subscription does not request release.revised events"],
      ["before-subscription", BEFORE_SUBSCRIPTION],
    ]);
    expect(explained(await adminLog(made, french.id))).toEqual([
      ["release-never-sent", NEVER_SENT],
      ["filter-does-not-match", "the filter does not match: it asks for lang en"],
    ]);
    // With a filter, a replay sends nothing of a release that is killed by then.
    expect(explained(await adminLog(made, killed.id))).toEqual([
      ["release-never-sent", NEVER_SENT],
      ["release-killed", "the release was killed later; only its kill is sent"],
    ]);
    const killedLog = explained(await ownLog(made, killed.id));
    expect(killedLog).toEqual(killedLog.map(() => ["release-killed", "the release was killed"]));
    await own(made, "/replay", "POST", { after: sequence - 6, to: sequence + 1 });
    await subscriberIdle(made.id);
    const sent = (await arrivals(made)).map(eventOf);
    expect(sent.map(({ type, data }) => [type, data.release.id])).toEqual([
      ["release.published", english.id],
    ]);
  });

  it("tells only the admin which filters a killed release matched", async () => {
    const text = release({ title: "About a zebra" });
    const [zebra, giraffe] = [
      await subscribe({ filter: { q: "giraffe" } }),
      await subscribe({ filter: { q: "giraffe" } }),
    ];
    await publishTo([zebra, giraffe], text);
    await act("kill", text.id);
    await settled();
    await own(zebra, "", "PATCH", { filter: { q: "zebra" } });
    const [one, other] = [await ownLog(zebra, text.id), await ownLog(giraffe, text.id)];
    expect(one).toEqual(other);
    expect(explained(one)).toEqual(one.map(() => ["release-killed", "the release was killed"]));
    const forAdmin = await adminLog(giraffe, text.id);
    expect(forAdmin.at(-1)).toMatchObject({
      code: "filter-does-not-match",
      reason: expect.stringContaining("it asks for q giraffe"),
    });
  });

  it("reveals nothing of an embargoed release", async () => {
    const made = await subscribe();
    const text = release({ embargo: "2099-01-01T00:00:00Z" });
    await publish(text);
    expect(await ownLog(made, text.id)).toEqual([]);
  });

  it("shows a paused delivery as held, and the next attempt of a pending one", async () => {
    const made = await subscribe({ url: endpoint("500") });
    const text = release();
    await publishTo([made], text);
    expect((await ownLog(made, text.id))[0]).toMatchObject({
      state: "pending",
      nextAttempt: expect.any(String),
    });
    await own(made, "/pause", "POST");
    expect((await ownLog(made, text.id))[0]).toMatchObject({ state: "held", nextAttempt: null });
  });

  it("does not explain events that are on a further page of the log", async () => {
    const made = await subscribe();
    const text = release();
    await publishTo([made], text);
    await publishTo([made], { ...text, body: "Corrected.", change: "major", note: "All" });
    const page = await own(made, `/deliveries?release=${text.id}&limit=1`);
    expect((await page.json<{ data: LogEntry[] }>()).data.map(({ state }) => state)).toEqual(["delivered"]);
  });

  it("can be limited to deliveries in one state", async () => {
    const made = await subscribe({ url: endpoint("204,500") });
    await publishTo([made], release());
    await publishTo([made], release());
    const states = async (state: string) =>
      (await (await own(made, `/deliveries?state=${state}`)).json<{ data: LogEntry[] }>()).data.map(
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
