import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { clientAt } from "../../../src/domain/client-network.ts";
import {
  LONG_POLLS_MAX,
  LONG_POLLS_PER_NETWORK_MAX,
  LONG_POLLS_RESERVED,
} from "../../../src/newsroom/limits.ts";
import { SentEvents } from "../../support/sent-events.ts";
import {
  act,
  inNewsroom,
  newsroomLater,
  type ProblemJson,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";

interface EventJson {
  type: string;
  data: { id: string; sequence: number; release: { id: string; title: string; content?: object } };
}

interface EventsJson {
  data: EventJson[];
  next: string | null;
  last: number;
}

beforeEach(() => reset());

async function events(query = ""): Promise<EventsJson> {
  const response = await request(`/api/v1/events${query}`);
  expect([query, response.status]).toEqual([query, 200]);
  return response.json();
}

/** `published 1`, `withdrawn 2` … */
const named = ({ data }: { data: EventJson[] }) =>
  data.map((event) => `${event.type.replace("release.", "")} ${event.data.sequence}`);

async function correct(text: ReturnType<typeof release>, fields: Record<string, unknown> = {}) {
  const body = crypto.randomUUID();
  await publish({ ...text, body, change: "major", note: `Corrected to ${body}`, ...fields });
}

const following = () => inNewsroom(async (instance) => (await instance.health()).following);

/** Resolves when so many long polls wait. Each look lets pending work run. */
async function untilFollowing(count: number): Promise<void> {
  while ((await following()) !== count);
}

describe("GET /events", () => {
  it("leaves out minor changes unless they are requested by name", async () => {
    const text = release();
    await publish(text);
    await correct(text, { change: "minor", reallyMinor: true, note: undefined });
    await act("withdraw", text.id);
    expect(named(await events())).toEqual(["published 1", "withdrawn 3"]);
    expect(named(await events("?events=release.revised"))).toEqual(["revised 2", "withdrawn 3"]);
    expect(named(await events("?events=release.revised&events=release.published"))).toEqual([
      "published 1",
      "revised 2",
      "withdrawn 3",
    ]);
    expect(named(await events("?events=release.corrected"))).toEqual([]);
  });

  it("reports the last sequence", async () => {
    for (let count = 0; count < 3; count += 1) await publish(release({ lang: count === 1 ? "ru" : "en" }));
    expect(await events("?limit=1")).toMatchObject({ next: "1", last: 3 });
    expect(await events("?limit=1&after=1")).toMatchObject({ next: "2", last: 3 });
    expect(await events("?limit=1&after=2")).toMatchObject({ next: null, last: 3 });
    expect(await events("?after=3")).toEqual({ data: [], next: null, last: 3 });
    // Events that a filter skips at the end count as read.
    expect(await events("?lang=ru&after=1")).toMatchObject({ next: null, last: 3 });
  });

  it("leaves out HTML and text with content=summary", async () => {
    await publish(release());
    expect((await events()).data[0]?.data.release).toHaveProperty("content");
    expect((await events("?content=summary")).data[0]?.data.release).not.toHaveProperty("content");
  });

  it.each([
    ["after=4", "/after", "is after the last sequence, 0"],
    ["after=-1", "/after", "must be a whole number from 0"],
    ["after=one", "/after", "must be a whole number from 0"],
    ["after=1.5", "/after", "must be a whole number from 0"],
    ["after=99999999999999999999", "/after", "must be a whole number from 0"],
    ["limit=101", "/limit", "must be a whole number from 1 to 100"],
    ["events=release.eaten", "/events", "must be among release.published"],
    ["content=some", "/content", "must be full or summary"],
    ["lang=not_a_tag", "/lang", "must be a BCP 47 tag"],
  ])("refuses %s and says why", async (query, path, message) => {
    for (const address of ["/api/v1/events", "/api/v1/events/stream"]) {
      if (address.endsWith("stream") && path === "/limit") continue;
      const response = await request(`${address}?${query}`);
      expect(response.status).toBe(422);
      const [fault] = (await response.json<ProblemJson>()).errors ?? [];
      expect(fault?.path.startsWith(path)).toBe(true);
      expect(fault?.message).toContain(message);
    }
  });

  it("includes a retraction for clients that could have seen the release, wherever they start", async () => {
    const [left, never] = [release({ topics: ["csto"] }), release({ topics: ["osce"] })];
    await publish(left);
    await publish(never);
    await correct(left, { topics: ["osce"] });
    await act("withdraw", left.id);
    await act("withdraw", never.id);
    expect(named(await events("?topic=csto"))).toEqual(["published 1", "withdrawn 4"]);
    for (const after of [1, 2, 3]) {
      expect(named(await events(`?topic=csto&after=${after}`))).toEqual(["withdrawn 4"]);
    }
    await act("reinstate", left.id);
    await act("withdraw", left.id);
    expect(named(await events("?topic=csto&after=4"))).toEqual(["withdrawn 7"]);
    // A release that did not match before its first withdrawal may match before its second.
    await act("reinstate", never.id);
    await correct(never, { topics: ["csto"] });
    await correct(never, { topics: ["osce"] });
    await act("withdraw", never.id);
    expect(named(await events("?topic=csto&after=7"))).toEqual(["corrected 9", "withdrawn 11"]);
    expect(named(await events("?topic=csto"))).not.toContain("withdrawn 5");
    expect(named(await events("?topic=csto"))).toContain("withdrawn 11");
  });

  it("shows a kill to every filter, and nothing else of a killed release to any filter", async () => {
    const text = release({ title: "The secret accord", topics: ["csto"] });
    await publish(text);
    await correct(text, { topics: [] });
    await act("kill", text.id);
    for (const query of ["?q=accord", "?q=unrelated", "?topic=csto", "?topic=osce", "?q=accord&after=2"]) {
      const found = await events(query);
      expect([query, named(found)]).toEqual([query, ["killed 3"]]);
      expect(JSON.stringify(found)).not.toContain("accord");
    }
    const all = await events();
    expect(named(all)).toEqual(["published 1", "corrected 2", "killed 3"]);
    expect(JSON.stringify(all)).not.toContain("accord");
  });

  it("never shows the text in a kill, also after the release is reinstated", async () => {
    const text = release({ title: "The accord" });
    await publish(text);
    await act("kill", text.id);
    await act("reinstate", text.id);
    const { data } = await events("?q=accord");
    expect(data.map((event) => event.data.release.title)).toEqual(["The accord", "", "The accord"]);
  });

  it("reads a bounded number of events a call, and continues from there", async () => {
    await publish(release({ lang: "ru" }));
    const text = release({ lang: "en" });
    await publish(text);
    await inNewsroom((_instance, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 1202)
         INSERT INTO events SELECT i, 'evt_' || i, 'release.published', at, release, edition, details
         FROM n, events WHERE sequence = 2`,
      );
    });
    await act("withdraw", text.id);
    expect(await events("?lang=ru")).toMatchObject({ data: [{}], next: "500", last: 1203 });
    expect(await events("?lang=ru&after=500")).toMatchObject({ data: [], next: "1000" });
    expect(await events("?lang=ru&after=1000")).toMatchObject({ data: [], next: null });
  });

  it("compares a search with the words that were made when the edition was stored", async () => {
    await publish(release());
    const search = { stored: "?q=replaced", text: "?q=session" };
    expect(named(await events(search.text))).toEqual(["published 1"]);
    await inNewsroom((_instance, { storage: { sql } }) => {
      sql.exec("UPDATE edition_words SET words = ' replaced '");
    });
    expect(named(await events(search.stored))).toEqual(["published 1"]);
    expect(named(await events(search.text))).toEqual([]);
  });

  it("reads a bounded amount of text a call, also of events that do not match", async () => {
    await publish(release());
    await inNewsroom((_instance, { storage }) => {
      storage.sql.exec("UPDATE editions SET text = hex(zeroblob(500000))");
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 8)
         INSERT INTO events SELECT i, 'evt_' || i, 'release.published', at, release, edition, details
         FROM n, events WHERE sequence = 1`,
      );
    });
    expect(await events("?after=0&q=absent")).toMatchObject({ data: [], next: "5", last: 8 });
    expect(await events("?after=5&q=absent")).toMatchObject({ data: [], next: null });
  });

  it("ends a page before its texts fill the memory", async () => {
    await publish(release());
    await inNewsroom((_instance, { storage }) => {
      storage.sql.exec("UPDATE editions SET text = hex(zeroblob(400000))");
      for (const sequence of [2, 3, 4]) {
        storage.sql.exec(
          `INSERT INTO events SELECT ?1, 'evt_' || ?1, type, at, release, edition, details
           FROM events WHERE sequence = 1`,
          sequence,
        );
      }
    });
    const first = await events();
    expect([named(first).length, first.next]).toEqual([3, "3"]);
    expect(named(await events("?after=3"))).toEqual(["published 4"]);
  });
});

describe("GET /events/stream", () => {
  it("sends at once what is published while it is open, as webhooks do", async () => {
    await publish(release({ title: "Before" }));
    const stream = await SentEvents.open();
    expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(stream.headers.get("cache-control")).toBe("no-store");
    expect(stream.headers.get("access-control-allow-origin")).toBe("*");
    await publish(release({ title: "During" }));
    const told = await stream.next();
    expect(told).toMatchObject({ id: "2", event: "release.published" });
    const { data } = await events("?after=1");
    expect(JSON.parse(told?.data ?? "")).toEqual(data[0]);
    await stream.close();
  });

  it("continues after Last-Event-ID, which wins over ?after", async () => {
    for (let count = 0; count < 3; count += 1) await publish(release());
    const stream = await SentEvents.open("?after=0", "2");
    expect(await stream.nextBlock()).toMatchObject({ retry: "2000", id: "2" });
    expect(await stream.next()).toMatchObject({ id: "3" });
    await stream.close();
    const resumed = await SentEvents.open("", stream.lastEventId);
    await publish(release());
    expect(await resumed.next()).toMatchObject({ id: "4" });
    await resumed.close();
    const whole = await SentEvents.open("?after=0", "");
    expect(await whole.next()).toMatchObject({ id: "1" });
    await whole.close();
  });

  it.each(["-1", "1.5", "1e3", "one", "0x10", " ", "99999999999999999999", "17"])(
    "refuses %j as Last-Event-ID",
    async (id) => {
      const response = await request("/api/v1/events/stream?after=0", { headers: { "last-event-id": id } });
      if (id === " ") {
        expect(response.status).toBe(200); // a header of spaces is an empty one
        await response.body?.cancel();
        return;
      }
      expect(response.status).toBe(422);
      expect((await response.json<ProblemJson>()).errors?.[0]?.path).toBe("/Last-Event-ID");
    },
  );

  it("sends only what its filter matches, and retractions of that", async () => {
    const stream = await SentEvents.open("?topic=csto&content=summary&events=release.published");
    const text = release({ topics: ["csto"] });
    await publish(text);
    expect(await stream.next()).toMatchObject({ id: "1" });
    await publish(release({ topics: ["osce"] }));
    await correct(text, { topics: ["osce"] });
    await act("withdraw", text.id);
    const withdrawn = await stream.next();
    expect(withdrawn).toMatchObject({ id: "4", event: "release.withdrawn" });
    expect(withdrawn?.data).not.toContain('"content"');
    await stream.close();
  });

  it("sends nothing of an embargoed release until its embargo ends, and then at once", async () => {
    const stream = await SentEvents.open();
    const embargo = new Date((await newsroomLater(0)) + 60_000).toISOString();
    await publish(release({ title: "Held back", embargo }));
    await publish(release({ title: "At once" }));
    expect((await stream.next())?.data).toContain("At once");
    await newsroomLater(61);
    expect((await stream.next())?.data).toContain("Held back");
    await stream.close();
  });

  it("continues after a restart of the Newsroom", async () => {
    const stream = await SentEvents.open("?after=0");
    await publish(release({ title: "One" }));
    expect((await stream.next())?.data).toContain("One");
    const next = stream.next();
    await untilFollowing(1);
    await settled();
    // The object dies with the call that waits for it, as when its machine fails.
    await inNewsroom((_instance, state) => state.abort("died")).catch(() => undefined);
    await publish(release({ title: "Two" }));
    expect((await next)?.data).toContain("Two");
    await stream.close();
  });

  it("stops waiting when its client has gone", async () => {
    const streams = await Promise.all([SentEvents.open(), SentEvents.open()]);
    for (const stream of streams) {
      await stream.nextBlock();
      void stream.nextBlock();
    }
    await untilFollowing(2);
    for (const stream of streams) await stream.close();
    await untilFollowing(0);
  });

  it.each([
    ["all together", LONG_POLLS_MAX, () => null, "192.0.2.1", undefined],
    ["one address", LONG_POLLS_PER_NETWORK_MAX[0], () => "192.0.2.1", "192.0.2.1", "192.0.2.2"],
    [
      "a /24 and its addresses",
      LONG_POLLS_PER_NETWORK_MAX[1],
      (nth: number) => `192.0.2.${nth}`,
      "192.0.2.200",
      "192.0.3.1",
    ],
    [
      "a /56 and the 256 clients of it",
      LONG_POLLS_PER_NETWORK_MAX[1],
      (nth: number) => `2001:db8:0:${nth.toString(16)}::1`,
      "2001:db8:0:ff::1",
      "2001:db8:0:100::1",
    ],
    [
      "a /48 and the 65,536 clients of it",
      LONG_POLLS_PER_NETWORK_MAX[2],
      (nth: number) => `2001:db8:0:${nth.toString(16)}00::1`,
      "2001:db8:0:ffff::1",
      "2001:db8:1::1",
    ],
    [
      "networks that have one, so that the last places are left for others",
      LONG_POLLS_MAX - LONG_POLLS_RESERVED,
      (nth: number) => `2001:db8:${nth.toString(16)}::1`,
      "2001:db8:1:ffff::1",
      "2001:db8:ffff::1",
    ],
  ])("holds so many for %s, and asks others to come later", async (_who, count, addressOf, asks, other) => {
    const longPolls = Array.from({ length: count ?? 0 }, (_, index) => String(index));
    const clients = longPolls.map((nth) => clientAt(addressOf(Number(nth)) ?? "") ?? null);
    const waiting = await inNewsroom((instance) => ({
      all: longPolls.map((follower, index) => {
        const poll = { follower, client: clients[index] ?? null, waitMs: 60_000 };
        return instance.follow({ filter: {}, types: [] }, undefined, 1, poll);
      }),
    }));
    const from = (address: string) =>
      request("/api/v1/events/stream", { headers: { "cf-connecting-ip": address } });
    const refused = await from(asks);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
    if (other !== undefined) {
      const another = await from(other);
      expect(another.status).toBe(200);
      await another.body?.cancel();
    }
    await inNewsroom((instance) => instance.stopFollowing("0"));
    const taken = await from(asks);
    expect(taken.status).toBe(200);
    await taken.body?.cancel();
    await inNewsroom(async (instance) => {
      for (const follower of longPolls) await instance.stopFollowing(follower);
      await Promise.all(waiting.all);
    });
  });

  it("answers HEAD and a preflight, and no other method", async () => {
    const head = await request("/api/v1/events/stream", { method: "HEAD" });
    expect([head.status, head.headers.get("content-type"), head.body]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
      null,
    ]);
    const preflight = await request("/api/v1/events/stream", { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-headers")).toContain("Last-Event-ID");
    const post = await request("/api/v1/events/stream", { method: "POST" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect(await following()).toBe(0);
  });
});
