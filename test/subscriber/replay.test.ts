import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { formatInstant } from "../../src/domain/dates.ts";
import { EVENTS_PER_WINDOW } from "../../src/newsroom/limits.ts";
import { newsroom, subscriber } from "../../src/runtime/stubs.ts";
import {
  act,
  type Answer,
  newsroomLater,
  publish,
  release,
  settled,
  subscriberIdle,
  subscriberLater,
} from "../support/service.ts";
import {
  arrivals,
  deliveries,
  endpoint,
  eventOf,
  type Made,
  own,
  publishTo,
  subscribe,
} from "../support/subscriptions.ts";

const sequencesAt = async (made: Made) =>
  (await arrivals(made)).map(eventOf).map(({ data }) => data.sequence);

describe("replay", () => {
  it("sends the events after a sequence again, each once", async () => {
    const made = await subscribe();
    const before = (await publishTo([made], release())).sequence;
    for (let count = 0; count < 25; count += 1) await publish(release());
    await settled();
    await subscriberIdle(made.id);
    // On a loaded machine an attempt may time out: let the retry happen.
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

  it("sends events from before the subscription if its filter matches", async () => {
    const early = release({ lang: "hy" });
    const other = release();
    const { sequence } = await publish(early);
    await publish(other);
    const made = await subscribe({ filter: { lang: "hy" } });
    await own(made, "/replay", "POST", { after: (sequence ?? 1) - 1 });
    await subscriberIdle(made.id);
    expect(await sequencesAt(made)).toEqual([sequence]);
  });

  it("sends no withdrawal from before the first event that was sent of its release", async () => {
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

  it("ends with a withdrawal that came later than the range, whether the release was sent before or not", async () => {
    const text = release();
    const [had, never] = [await subscribe(), await subscribe({ filter: { not: { lang: "en" } } })];
    const { sequence } = await publishTo([had], text);
    await act("withdraw", text.id);
    await settled();
    await own(never, "", "PATCH", { filter: {} });
    // As if the replay came late: the withdrawal has been sent by now.
    for (const made of [had, never]) {
      await subscriberIdle(made.id);
      await runInDurableObject(subscriber(env, made.id), (instance) =>
        instance.replay(sequence - 1, sequence),
      );
      await subscriberIdle(made.id);
    }
    const both = [sequence, sequence + 1];
    expect(await sequencesAt(had)).toEqual([...both, ...both]);
    expect(await sequencesAt(never)).toEqual(both);
    await act("reinstate", text.id);
    await settled();
    const { events } = await newsroom(env).replayEvents(had.id, sequence - 1, sequence);
    expect(events.map((event) => event.sequence)).toEqual([sequence]);
  });

  it("sends no release without its withdrawal, even if that is after the range", async () => {
    const text = release({ lang: "hy" });
    const other = release({ lang: "hy" });
    const { sequence } = await publish(text);
    await publish(other);
    await publish({ ...text, title: "Corrected", change: "major", note: "The title." });
    await act("withdraw", text.id);
    await settled();
    const made = await subscribe({ filter: { lang: "hy" }, events: ["release.published"] });
    const ask = async () => {
      await own(made, "/replay", "POST", { after: (sequence ?? 1) - 1, to: sequence });
      await subscriberIdle(made.id);
      return (await arrivals(made)).map(eventOf).map(({ type, data }) => [type, data.sequence]);
    };
    const sent = [
      ["release.published", sequence],
      ["release.withdrawn", sequence! + 3],
    ];
    expect(await ask()).toEqual(sent);
    // A second replay sends the withdrawal, too.
    expect(await ask()).toEqual([...sent, ...sent]);
  });

  it("sends the withdrawal after all other events of the release, over several windows", async () => {
    const text = release();
    const { sequence } = await publish(text);
    for (let count = 0; count < 20; count += 1) await publish(release());
    const corrected = await publish({ ...text, title: "Corrected", change: "major", note: "The title." });
    const withdrawn = await (await act("withdraw", text.id)).json<Answer>();
    const made = await subscribe();
    const [after, to, last] = [sequence! - 1, corrected.sequence!, withdrawn.sequence!];
    const first = await newsroom(env).replayEvents(made.id, after, to);
    expect(first.last).toBeLessThan(to);
    const second = await newsroom(env).replayEvents(made.id, first.last, to);
    const sent = [...first.events, ...second.events].filter((event) => event.release === text.id);
    expect(sent.map((event) => event.sequence)).toEqual([sequence, to, last]);
  });

  it("sends the kill of a release in place of its events", async () => {
    const text = release();
    const { sequence } = await publish(text);
    await act("kill", text.id);
    await settled();
    const made = await subscribe();
    await own(made, "/replay", "POST", { after: (sequence ?? 1) - 1, to: sequence });
    await subscriberIdle(made.id);
    expect((await arrivals(made)).map(eventOf).map(({ type }) => type)).toEqual(["release.killed"]);
  });

  it("sends by a filter only the kill of a release, also when the kill is in a later window", async () => {
    const made = await subscribe({ filter: { lang: "hy" } });
    const text = release({ lang: "hy" });
    const { sequence } = await publishTo([made], text);
    // So many that one hand-over does not reach from the publish to the kill.
    for (let count = 0; count < EVENTS_PER_WINDOW; count += 1) await publish(release());
    const killed = await (await act("kill", text.id)).json<Answer>();
    await settled();
    await subscriberIdle(made.id);
    expect(await sequencesAt(made)).toEqual([sequence, killed.sequence]);
    await own(made, "/replay", "POST", { after: sequence - 1 });
    await subscriberIdle(made.id);
    expect(await sequencesAt(made)).toEqual([sequence, killed.sequence, killed.sequence]);
  });

  it("takes a range of instants, both ends included", async () => {
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

  it("is refused while the endpoint is not verified", async () => {
    const made = await subscribe({ url: endpoint("500"), verify: true });
    expect((await own(made, "/replay", "POST", { after: 0 })).status).toBe(409);
  });
});
