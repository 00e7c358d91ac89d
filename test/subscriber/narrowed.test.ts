import { describe, expect, it } from "vitest";
import { act, release, settled, subscriberIdle } from "../support/service.ts";
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

const rows = async (made: Made) => (await deliveries(made)).map(({ type, state }) => `${type} ${state}`);
const types = async (made: Made) => (await arrivals(made)).map((arrival) => eventOf(arrival).type);

async function change(made: Made, fields: Record<string, unknown>): Promise<void> {
  expect((await own(made, "", "PATCH", fields)).status).toBe(200);
  await subscriberIdle(made.id);
}

describe("what waits when a subscription is narrowed", () => {
  it("ends if the filter no longer matches, and stays if it does", async () => {
    const made = await subscribe();
    await own(made, "/pause", "POST");
    await publishTo([made], release({ lang: "hy" }));
    await publishTo([made], release({ title: "About summits" }));
    await publishTo([made], release());
    await change(made, { filter: { lang: "en", not: { q: "summits" } } });
    expect(await rows(made)).toEqual([
      "release.published held",
      "release.published dropped",
      "release.published dropped",
    ]);
    await own(made, "/resume", "POST");
    await subscriberIdle(made.id);
    expect(await types(made)).toEqual(["release.published"]);
    // The owner can still ask for it by hand.
    const [, dropped] = await deliveries(made);
    expect(dropped).toMatchObject({ reason: expect.stringContaining("no longer asks for it") });
    expect((await own(made, `/deliveries/${dropped!.event}/redeliver`, "POST")).status).toBe(202);
    await subscriberIdle(made.id);
    expect(await types(made)).toEqual(["release.published", "release.published"]);
  });

  it("ends if its type is no longer asked for, after failed attempts too", async () => {
    const made = await subscribe({ url: endpoint("500,204") });
    await publishTo([made], release());
    await change(made, { events: ["release.corrected"] });
    expect(await rows(made)).toEqual(["release.published dropped"]);
  });

  it("stays if it is a withdrawal or kill of what was sent", async () => {
    const made = await subscribe();
    const [withdrawn, killed] = [release(), release()];
    for (const each of [withdrawn, killed]) await publishTo([made], each);
    await own(made, "/pause", "POST");
    await act("withdraw", withdrawn.id);
    await act("kill", killed.id);
    await settled();
    await change(made, { filter: { lang: "hy" } });
    expect(await rows(made)).toEqual([
      "release.killed held",
      "release.withdrawn held",
      "release.published delivered",
      "release.published delivered",
    ]);
  });

  it("ends with its withdrawal if nothing of the release was sent, and a later kill is not sent either", async () => {
    const made = await subscribe();
    await own(made, "/pause", "POST");
    const text = release();
    await publishTo([made], text);
    await act("withdraw", text.id);
    await settled();
    await change(made, { filter: { lang: "hy" } });
    expect(await rows(made)).toEqual(["release.withdrawn dropped", "release.published dropped"]);
    await act("kill", text.id);
    await settled();
    await subscriberIdle(made.id);
    expect((await deliveries(made)).length).toBe(2);
    await own(made, "/resume", "POST");
    await subscriberIdle(made.id);
    expect(await types(made)).toEqual([]);
  });

  it("stays as it is when the change is of something else", async () => {
    const made = await subscribe({ filter: { lang: "en" } });
    await own(made, "/pause", "POST");
    await publishTo([made], release());
    await change(made, { description: "Desk", events: ["release.published"] });
    expect(await rows(made)).toEqual(["release.published held"]);
  });
});
