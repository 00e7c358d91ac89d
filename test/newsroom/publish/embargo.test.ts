import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { EMBARGOES_PER_STEP } from "../../../src/newsroom/limits.ts";
import { nextLiftMs } from "../../../src/newsroom/store/embargoes.ts";
import { newsroom } from "../../../src/runtime/stubs.ts";
import {
  act,
  inNewsroom,
  kvBody,
  ledgerRows,
  newsroomLater,
  publish,
  put,
  release,
  request,
  settled,
} from "../../support/service.ts";

const SECRET_WORDS = ["Zanzibar", "zanzibar-accord", "2020-11-29"];
const PATHS = [
  "/",
  "/en",
  "/feed.rss",
  "/feed.atom",
  "/feed.json",
  "/en/feed.rss",
  "/en/feed.atom",
  "/en/feed.json",
];

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

function embargoed() {
  return release({
    title: "The Zanzibar accord",
    slug: "zanzibar-accord",
    body: "Zanzibar, at last.",
    date: "2020-11-29",
    embargo: inAnHour(),
    group: "zanzibar",
  });
}

/** Every byte that the service answers at these paths, headers included. */
async function shown(paths: string[]): Promise<string> {
  const parts = await Promise.all(
    paths.map(async (path) => {
      const response = await request(path);
      return JSON.stringify([
        path.replace(/zanzibar-accord/, "…"),
        response.status,
        [...response.headers],
        await response.text(),
      ]);
    }),
  );
  return parts.join("\n");
}

describe("an embargoed release", () => {
  const text = embargoed();

  it("is visible nowhere before the embargo ends", async () => {
    await publish(release({ slug: "visible", lang: "fr", date: "2020-11-29T10:00:00Z", group: "zanzibar" }));
    await settled();
    await newsroomLater(5);
    const before = await shown(PATHS.slice(2));
    const answer = await put(text);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ status: "embargoed", sequence: null, changed: true });
    await settled();

    const all = await shown([
      ...PATHS,
      "/en/releases/zanzibar-accord",
      "/fr/releases/visible",
      `/r/${text.id}`,
      `/api/v1/releases/${text.id}`,
      ...["editions", "editions/1", "editions/1/diff/1"].map((part) => `/api/v1/releases/${text.id}/${part}`),
      "/api/v1/releases",
      "/api/v1/releases?q=accord",
      "/api/v1/releases?from=2020-11-28&lang=en",
      "/api/v1/events",
      "/api/v1/events?after=0&lang=en",
      "/api/v1/registry",
      "/healthz",
      "/hy",
      "/hy/feed.atom",
    ]);
    // Without the token, answers are the same as for a release that does not exist.
    for (const [method, path] of [
      ["PUT", ""],
      ["POST", "/kill"],
      ["POST", "/withdraw"],
    ] as const) {
      const [there, not] = await Promise.all(
        [text.id, crypto.randomUUID()].map(async (id) => {
          const response = await request(`/api/v1/releases/${id}${path}`, { method, body: "{}" });
          return [response.status, await response.text()];
        }),
      );
      expect(there).toEqual(not);
    }
    const others = all.replaceAll("2020-11-29T10:00:00Z", "");
    expect(SECRET_WORDS.filter((word) => others.includes(word))).toEqual([]);
    expect((await shown(PATHS.slice(2))) === before).toBe(true);
    expect((await request("/en/releases/zanzibar-accord")).status).toBe(404);
    expect((await request(`/api/v1/releases/${text.id}`)).status).toBe(404);
    const { keys } = await env.DOCUMENTS.list();
    for (const { name } of keys) expect(await env.DOCUMENTS.get(name)).not.toContain("Zanzibar");
  });

  it("can be edited and get another embargo without an event", async () => {
    expect(await publish({ ...text, body: "Zanzibar, in the end." })).toMatchObject({
      edition: 2,
      sequence: null,
    });
    const later = new Date(Date.now() + 7_200_000).toISOString();
    expect(await publish({ ...text, embargo: later })).toMatchObject({ edition: 3, status: "embargoed" });
    expect(await publish({ ...text, embargo: later })).toMatchObject({ edition: 3, changed: false });
    await newsroomLater(3_700); // past the first embargo
    expect(await ledgerRows(`SELECT * FROM events WHERE release = '${text.id}'`)).toEqual([]);
  });

  it("has no instant of its day before it is public: a gap would reveal it", async () => {
    const neighbour = release({ date: "2020-11-29" });
    await publish(neighbour);
    await settled();
    const view = await (await request(`/api/v1/releases/${neighbour.id}`)).json();
    // The visible release has an exact instant in this day.
    expect(view).toMatchObject({ published: "2020-11-29T08:00:01Z" });
  });

  it("is visible everywhere after the alarm", async () => {
    await newsroomLater(3_700);
    for (const path of PATHS) expect(await kvBody(path)).toContain("Zanzibar");
    expect(await kvBody("/en/releases/zanzibar-accord")).toContain("Zanzibar, at last.");
    expect(await kvBody("/fr/releases/visible")).not.toContain("Zanzibar"); // its translation
    const events = await ledgerRows<{ type: string; edition: number }>(
      `SELECT type, edition FROM events WHERE release = '${text.id}'`,
    );
    expect(events).toEqual([{ type: "release.published", edition: 3 }]);
  });

  it("is public at once when its embargo is removed", async () => {
    const inAWeek = new Date(Date.now() + 7 * 86_400_000).toISOString();
    const lifted = { ...embargoed(), slug: "lifted", group: "lifted", embargo: inAWeek };
    await publish(lifted);
    const { embargo: _embargo, ...open } = lifted;
    expect(await publish({ ...open, id: lifted.id })).toMatchObject({ edition: 2, status: "published" });
  });

  it("gets no new edition when its past embargo is removed from the file", async () => {
    const { embargo: _embargo, ...open } = text;
    expect(await publish({ ...open, id: text.id })).toMatchObject({ edition: 3, changed: false });
    expect(await publish({ ...text, embargo: "2020-01-01T00:00:00Z" })).toMatchObject({ changed: false });
  });
});

describe("a killed release under embargo", () => {
  it("is embargoed again when it is reinstated before its time, and seen nowhere", async () => {
    const text = release({ embargo: new Date((await newsroomLater(0)) + 3_600_000).toISOString() });
    await publish(text);
    await act("kill", text.id);
    expect(await (await act("reinstate", text.id)).json()).toMatchObject({
      status: "embargoed",
      sequence: null,
    });
    expect((await request(`/api/v1/releases/${text.id}`)).status).toBe(404);
    expect(await ledgerRows(`SELECT * FROM events WHERE release = '${text.id}'`)).toEqual([]);
    await newsroomLater(3_700);
    // Not by a request: an isolate remembers for half a second that nothing was there.
    expect(await kvBody(`/api/v1/releases/${text.id}`)).toContain('"published"');
  });
});

describe("embargoes that end together", () => {
  it("are lifted in the order of their times, whatever the ids are", async () => {
    const nowMs = await newsroomLater(0);
    const texts = Array.from({ length: 6 }, (_, index) => ({
      ...release({ embargo: new Date(nowMs + (600 + index) * 1000).toISOString() }),
      // The last to end comes first by id.
      id: `${9 - index}0000000-0000-4000-8000-000000000000`,
    }));
    for (const text of texts) await publish(text);
    await newsroomLater(700);
    const events = await ledgerRows<{ release: string }>(
      "SELECT release FROM events WHERE release LIKE '%0000000-0000-4000-8000-000000000000' ORDER BY sequence",
    );
    expect(events.map((event) => event.release)).toEqual(texts.map(({ id }) => id));
  });
});

describe("the date of a release", () => {
  it("is judged by the day in the service's time zone", async () => {
    // 21:00 UTC is 01:00 of the next day in Asia/Yerevan.
    const nowMs = await newsroomLater(0);
    const midnight = Math.ceil(nowMs / 86_400_000) * 86_400_000;
    const dayAfter = (days: number) => new Date(midnight + days * 86_400_000).toISOString().slice(0, 10);
    await newsroomLater((midnight + 19 * 3_600_000 - nowMs) / 1000);
    expect((await put(release({ date: dayAfter(0) }))).status).toBe(201);
    expect((await put(release({ date: dayAfter(1) }))).status).toBe(422);
    await newsroomLater(2 * 3_600);
    expect((await put(release({ date: dayAfter(1) }))).status).toBe(201);
    expect((await put(release({ date: dayAfter(2) }))).status).toBe(422);
  });
});

describe("an embargo with a fraction of a second", () => {
  it("never ends early", async () => {
    const nowMs = await inNewsroom((instance) => instance.clock());
    const second = Math.ceil(nowMs / 1000) + 100;
    const text = release({ embargo: new Date(second * 1000 + 200).toISOString() });
    expect(await publish(text)).toMatchObject({ status: "embargoed" });
    await newsroomLater((second * 1000 + 100 - nowMs) / 1000);
    const statusOf = async () => (await publish(text)).status;
    expect(await statusOf()).toBe("embargoed");
    await newsroomLater(1);
    expect(await statusOf()).toBe("published");
  });
});

describe("an embargo of centuries", () => {
  it("is accepted: the alarm is set for 30 days ahead, and again after that", async () => {
    await newsroomLater(5);
    const alarm = () => inNewsroom((_instance, { storage }) => storage.getAlarm());
    // Nothing is due, so the last of these sets no further alarm.
    while (await runDurableObjectAlarm(newsroom(env)));
    expect(await alarm()).toBeNull();
    const text = release({ embargo: "2999-01-01T00:00:00Z" });
    expect((await put(text)).status).toBe(201);
    await settled();
    const now = await newsroomLater(31 * 86_400);
    expect(await alarm()).toBeGreaterThan(now);
    expect((await put({ ...text, title: "Another" })).status).toBe(200);
  });
});

describe("an embargo that cannot be lifted", () => {
  it("delays no other, is logged, and is tried again after longer and longer", async () => {
    const error = vi.spyOn(console, "error");
    const nowMs = await inNewsroom((instance) => instance.clock());
    const until = (seconds: number) => new Date(nowMs + 3_600_000 + seconds * 1000).toISOString();
    const broken = Array.from({ length: EMBARGOES_PER_STEP + 1 }, () => release({ embargo: until(0) }));
    const sound = release({ embargo: until(1) });
    for (const each of [...broken, sound]) await publish(each);
    await inNewsroom((_instance, { storage: { sql } }) => {
      sql.exec(`CREATE TRIGGER broken BEFORE UPDATE OF status ON releases WHEN new.id <> '${sound.id}'
        BEGIN SELECT RAISE(ABORT, 'this release is broken'); END`);
    });
    await newsroomLater(3_660);
    await newsroomLater(0);
    const statusOf = async (id: string) =>
      (await ledgerRows<{ status: string }>(`SELECT status FROM releases WHERE id = '${id}'`))[0]?.status;
    expect(await statusOf(sound.id)).toBe("published");
    const lines = error.mock.calls.map(([line]) => String(line));
    expect(lines.filter((line) => line.includes("embargo not lifted"))).toHaveLength(broken.length);
    expect(lines.join()).toContain(broken[0]!.id);

    const delays: (number | undefined)[] = [];
    for (let round = 0; round < 4; round += 1) {
      await newsroomLater(60);
      await newsroomLater(0);
      delays.push(
        await inNewsroom((instance, { storage: { sql } }) => {
          const due = nextLiftMs(sql);
          return due && due - instance.clock();
        }),
      );
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000]);
    await inNewsroom((_instance, { storage: { sql } }) => sql.exec("DROP TRIGGER broken"));
    await newsroomLater(60);
    await newsroomLater(0);
    for (const { id } of broken) expect(await statusOf(id)).toBe("published");
    expect(await ledgerRows("SELECT * FROM failed_lifts")).toEqual([]);
  });
});
