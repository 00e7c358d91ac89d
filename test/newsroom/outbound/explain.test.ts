import { describe, expect, it } from "vitest";
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

interface Told {
  event: string;
  state: string;
  reason: string | null;
  type: string;
}

describe("why a desk did not get a statement", () => {
  const told = async (made: Made, release: string) =>
    (await (await own(made, `/deliveries?release=${release}`)).json<{ data: Told[] }>()).data;

  it("is one request: what was sent, and of all else why it was not", async () => {
    const early = release({ type: "statement", topics: ["csto"] });
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

  it("promises a replay of what was before it only where a replay sends something", async () => {
    const [english, french] = [release({ lang: "en" }), release({ lang: "fr" })];
    const killed = release({ lang: "en" });
    await publish(english);
    await publish({ ...english, body: "Typo.", change: "minor" });
    await publish(french);
    await act("withdraw", french.id);
    await publish(killed);
    const { sequence } = await publishTo([], release({ lang: "fr" }));
    await act("kill", killed.id);
    await settled();
    const made = await subscribe({ filter: { lang: "en" } });
    const reasons = async (text: { id: string }) => {
      const log = await send(
        "GET",
        `/api/v1/subscriptions/${made.id}/deliveries?release=${text.id}`,
        undefined,
      );
      return (await log.json<{ data: Told[] }>()).data.map(({ reason }) => reason);
    };
    expect(await reasons(english)).toEqual([
      "the subscription does not ask for release.revised",
      "it happened before the subscription was made; replay sends it",
    ]);
    expect(await reasons(french)).toEqual([
      "it takes back a text that this subscription was not sent",
      "the filter does not take it: it asks for lang en",
    ]);
    // A replay tells a filter nothing of a text that is killed by then.
    expect(await reasons(killed)).toEqual([
      "it takes back a text that this subscription was not sent",
      "its text was killed since, and is told no more",
    ]);
    expect(new Set((await told(made, killed.id)).map(({ reason }) => reason))).toEqual(
      new Set(["the text was killed"]),
    );
    await own(made, "/replay", "POST", { after: sequence - 6, to: sequence + 1 });
    await subscriberIdle(made.id);
    const sent = (await arrivals(made)).map(eventOf);
    expect(sent.map(({ type, data }) => [type, data.release.id])).toEqual([
      ["release.published", english.id],
    ]);
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
