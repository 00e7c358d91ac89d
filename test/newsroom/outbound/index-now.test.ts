import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import { configOf } from "../../../src/config.ts";
import { app } from "../../../src/http/app.ts";
import { buildParts } from "../../../src/newsroom/wiring.ts";
import { Budget } from "../../../src/runtime/bounded-work.ts";
import { IndexNow } from "../../../src/newsroom/outbound/index-now.ts";
import { queuePages } from "../../../src/newsroom/store/changed-pages.ts";
import { PAGES_PER_REQUEST } from "../../../src/newsroom/limits.ts";
import { Meter } from "../../../src/runtime/sql.ts";
import { inNewsroom, publish, release } from "../../support/service.ts";

const KEY = "0b7d1f5e9c3a4d6f8e2b";
const MINUTE_MS = 60_000;

/** A search engine that answers in turn, and the Newsroom's work with it. */
function searchEngine(answers: string) {
  const path = `/${crypto.randomUUID()}`;
  const endpoint = `${inject("receiverUrl")}${path}?answers=${answers}`;
  return {
    told: async () => {
      const arrivals = await (await fetch(`${inject("receiverUrl")}${path}`)).json<{ body: string }[]>();
      return arrivals.map(({ body }) => JSON.parse(body) as { urlList: string[] });
    },
    /** Queues pages and does what is due, at a time in minutes. @returns when more is due, in minutes */
    at: (minute: number, paths: string[] = []) =>
      inNewsroom(async (_instance, { storage: { sql } }) => {
        const nowMs = minute * MINUTE_MS;
        const deps = { sql, baseUrl: "https://press.example", key: KEY, endpoint, now: () => nowMs };
        const indexNow = new IndexNow(deps);
        if (paths.length > 0) queuePages(sql, paths, nowMs);
        while (await indexNow.step(new Budget(1)));
        const dueMs = indexNow.nextDueMs();
        return dueMs === undefined ? undefined : dueMs / MINUTE_MS;
      }),
  };
}

const fresh = () =>
  inNewsroom((_instance, { storage }) => void storage.sql.exec("DELETE FROM changed_pages"));

describe("search engines", () => {
  it("are told of all changed pages in one request, with the key and where it is", async () => {
    await fresh();
    const engine = searchEngine("200");
    expect(await engine.at(0, ["/en/releases/a", "/en/releases/b"])).toBeUndefined();
    expect(await engine.told()).toEqual([
      {
        host: "press.example",
        key: KEY,
        keyLocation: `https://press.example/${KEY}.txt`,
        urlList: ["https://press.example/en/releases/a", "https://press.example/en/releases/b"],
      },
    ]);
  });

  it("are told of one page at most once in ten minutes, and then of its last change", async () => {
    await fresh();
    const engine = searchEngine("202");
    await engine.at(0, ["/en/releases/a"]);
    expect(await engine.at(1, ["/en/releases/a", "/en/releases/b"])).toBe(10);
    expect(await engine.at(9)).toBe(10);
    expect((await engine.told()).map(({ urlList }) => urlList)).toEqual([
      ["https://press.example/en/releases/a"],
      ["https://press.example/en/releases/b"],
    ]);
    expect(await engine.at(10)).toBeUndefined();
    expect(await engine.told()).toHaveLength(3);
    expect(await engine.at(30, ["/en/releases/a"])).toBeUndefined();
    expect(await engine.told()).toHaveLength(4);
  });

  it("are tried again later and later, not before their Retry-After, and left alone in the end", async () => {
    await fresh();
    const engine = searchEngine("500,retry-after:1800,500");
    expect(await engine.at(0, ["/en/releases/a"])).toBe(10);
    // A change meanwhile brings the next request no nearer.
    expect(await engine.at(5, ["/en/releases/a"])).toBe(10);
    expect(await engine.at(10)).toBe(40);
    let due = await engine.at(40);
    for (let attempts = 3; due !== undefined; attempts += 1) {
      expect(attempts).toBeLessThan(13);
      due = await engine.at(due);
    }
    // The change has counted the failures again from 0.
    expect(await engine.told()).toHaveLength(13);
  });

  it("are told of no further pages until they may be asked again", async () => {
    await fresh();
    const engine = searchEngine("retry-after:1800");
    const paths = Array.from({ length: PAGES_PER_REQUEST + 1 }, (_, nth) => `/en/releases/${nth}`);
    expect(await engine.at(0, paths)).toBe(30);
    expect(await engine.told()).toHaveLength(1);
  });

  it("are told again of a page that changes while they are told", async () => {
    await fresh();
    const engine = searchEngine("late:200");
    const telling = engine.at(0, ["/en/releases/a"]);
    await inNewsroom((_instance, { storage }) => queuePages(storage.sql, ["/en/releases/a"], 1));
    expect(await telling).toBe(10);
  });

  it("are told of a release that is withdrawn, and nothing without a key", async () => {
    await fresh();
    const text = release({ slug: "told" });
    await publish(text);
    const queued = await inNewsroom((_instance, { storage }) => {
      const { sql } = storage;
      const parts = (config: ReturnType<typeof configOf>) =>
        buildParts({ storage, sql, meter: new Meter(), env, config, now: () => 0 });
      const rows = () => sql.exec("SELECT path, due_ms FROM changed_pages").toArray();
      const before = rows();
      parts({ ...configOf(env), indexNowKey: KEY }).ledger.act(
        "withdraw",
        text.id,
        "The date was wrong",
        5_000,
      );
      return [before, rows()];
    });
    expect(queued).toEqual([[], [{ path: "/en/releases/told", due_ms: 5_000 }]]);
  });

  it("find the key at its address, and at no other", async () => {
    const at = (path: string, more = {}) =>
      app.request(`https://press.example${path}`, {}, { ...env, ...more });
    const found = await at(`/${KEY}.txt`, { INDEXNOW_KEY: KEY });
    expect([found.status, await found.text()]).toEqual([200, KEY]);
    const config = configOf({ ...env, INDEXNOW_KEY: KEY, BASE_URL: "http://localhost:8787" });
    expect(config.indexNowKey).toBeUndefined();
    expect(() => configOf({ ...env, INDEXNOW_KEY: "short" })).toThrow("INDEXNOW_KEY must be 8 to 128");
    const ctx = { waitUntil: () => undefined, passThroughOnException: () => undefined };
    const missing = await app.request(
      "https://press.example/another-key.txt",
      {},
      { ...env, INDEXNOW_KEY: KEY },
      ctx as never,
    );
    expect(missing.status).toBe(404);
  });
});
