import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { assert, describe, expect, it } from "vitest";
import { Budget } from "../../../src/runtime/bounded-work.ts";
import { OWN_RETRY_MS } from "../../../src/runtime/limits.ts";
import type { Projection } from "../../../src/newsroom/projection/projection.ts";
import { buildParts } from "../../../src/newsroom/wiring.ts";
import { Meter, meteredSql } from "../../../src/runtime/sql.ts";
import {
  complete,
  countStale,
  dueTargets,
  markAllStale,
  markStale,
  postpone,
} from "../../../src/newsroom/store/stale-documents.ts";
import { newsroom } from "../../../src/runtime/stubs.ts";
import { backoffMs } from "../../../src/runtime/async.ts";
import { configOf } from "../../../src/config.ts";
import {
  ADMIN,
  inNewsroom,
  kvBody,
  ledgerRows,
  newsroomLater,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";

/** Everything in KV: key, bytes, metadata. */
async function everythingInKv(): Promise<[string, string | null, unknown][]> {
  const { keys } = await env.DOCUMENTS.list();
  return Promise.all(
    keys.map(async ({ name }): Promise<[string, string | null, unknown]> => {
      const { value, metadata } = await env.DOCUMENTS.getWithMetadata(name);
      return [name, value, metadata];
    }),
  );
}

const written = () =>
  ledgerRows<{ path: string; written_ms: number }>("SELECT path, written_ms FROM documents ORDER BY path");

type Put = (...given: Parameters<KVNamespace["put"]>) => Promise<void>;

/** A separate projection of the ledger into the real KV, whose writes go through `put`. */
function projectionInto(storage: DurableObjectStorage, put: Put, now: () => number): Projection {
  const kv = new Proxy(env.DOCUMENTS, {
    get: (real, name) => (name === "put" ? put : Reflect.get(real, name)),
  });
  const meter = new Meter();
  const sql = meteredSql(storage.sql, meter);
  return buildParts({ storage, sql, meter, env: { ...env, DOCUMENTS: kv }, config: configOf(env), now })
    .projection;
}

describe("the projection", () => {
  it("rebuilds KV from the ledger, byte for byte", async () => {
    const text = release({ body: "First." });
    await publish(text);
    await publish(release({ lang: "hy", title: "Նիստ", group: "g", slug: "nist" }));
    await publish(release({ lang: "ru", title: "Сессия", group: "g", slug: "sessiya" }));
    await settled();
    await newsroomLater(2);
    await publish({ ...text, body: "Second.", change: "major", note: "More" });
    await settled();
    await newsroomLater(2);
    const before = await everythingInKv();
    expect(before.length).toBeGreaterThan(10);

    for (const [key] of before) await env.DOCUMENTS.delete(key);
    expect((await request("/api/v1/rebuild", { method: "POST", headers: ADMIN })).status).toBe(202);
    await settled();
    await newsroomLater(2);
    expect(await everythingInKv()).toEqual(before);
  });

  it("writes only documents whose bytes differ", async () => {
    const before = await written();
    await inNewsroom((instance) => instance.rebuild());
    await settled();
    await newsroomLater(2);
    const rebuilt = await written();
    expect(rebuilt.map(({ path }) => path)).toEqual(before.map(({ path }) => path));

    const text = release({ lang: "fr", slug: "seance", title: "Une séance" });
    await publish(text);
    await settled();
    const after = await written();
    const rewritten = after.filter(
      ({ path, written_ms }) => !rebuilt.some((row) => row.path === path && row.written_ms === written_ms),
    );
    expect(rewritten.map(({ path }) => path).sort()).toEqual(
      [
        "/",
        ...["rss", "atom", "json"].map((format) => `/feed.${format}`),
        ...["rss", "atom", "json"].map((format) => `/fr/feed.${format}`),
        "/fr",
        "/feeds",
        "/feeds.opml",
        "/fr/releases/seance",
        `/api/v1/releases/${text.id}`,
      ].sort(),
    );
  });

  it("writes no key twice within a second, and writes the latest bytes in the end", async () => {
    const text = release({ slug: "fast", body: "One." });
    await newsroomLater(2);
    await publish(text);
    await settled();
    const first = (await written()).find(({ path }) => path === "/en/releases/fast");
    await publish({ ...text, body: "Two.", change: "minor", reallyMinor: true });
    await publish({ ...text, body: "Three.", change: "minor", reallyMinor: true });
    await settled();
    expect((await written()).find(({ path }) => path === "/en/releases/fast")).toEqual(first);
    expect(await kvBody("/en/releases/fast")).toContain("One.");
    await newsroomLater(1);
    expect(await kvBody("/en/releases/fast")).toContain("Three.");
    const second = (await written()).find(({ path }) => path === "/en/releases/fast");
    expect(second!.written_ms - first!.written_ms).toBeGreaterThanOrEqual(1_000);
  });

  it("links translations on each other's pages and in their feeds", async () => {
    await publish(release({ group: "pair", lang: "en", slug: "pair" }));
    await settled();
    await newsroomLater(2);
    await publish(release({ group: "pair", lang: "ru", slug: "para", title: "Пара" }));
    await settled();
    await newsroomLater(2);
    expect(await kvBody("/en/releases/pair")).toContain('href="https://press.example/ru/releases/para"');
    for (const format of ["rss", "atom", "json"]) {
      expect(await kvBody(`/en/feed.${format}`)).toContain("https://press.example/ru/releases/para");
    }
    expect(await kvBody("/ru/releases/para")).toContain(
      'hreflang="en" href="https://press.example/en/releases/pair"',
    );
  });

  it("keeps feeds under 260 kB, however long the releases are", async () => {
    const body = `${"Long words. ".repeat(20)}\n\n`.repeat(400);
    for (let count = 0; count < 4; count += 1) {
      await publish(release({ lang: "hy", body, date: `2022-01-0${count + 1}` }));
    }
    await publish(release({ lang: "hy", title: "The newest", date: "2022-02-01" }));
    await settled();
    await newsroomLater(2);
    for (const format of ["rss", "atom", "json"]) {
      const feed = (await kvBody(`/hy/feed.${format}`)) ?? "";
      expect(feed).toContain("The newest");
      expect(feed.length).toBeLessThan(260_000);
    }
  });

  it("resets the backoff of a target when it changes again", async () => {
    const waits = await runInDurableObject(newsroom(env), (_instance, { storage }) => {
      const { sql } = storage;
      const one = () => dueTargets(sql, 9, 1)[0] ?? assert.fail("nothing is due");
      return storage.transactionSync(() => {
        markStale(sql, [{ kind: "release", id: "none" }]);
        const delays = [1, 2, 3, 4, 5, 6, 7, 8].map(() => {
          const { failures } = one();
          postpone(sql, one(), 9_999, failures + 1);
          markStale(sql, [{ kind: "release", id: "none" }]); // it changes
          const before = one();
          markStale(sql, [{ kind: "release", id: "none" }]); // and again while it is written
          postpone(sql, before, 9_999, 7);
          return backoffMs(failures);
        });
        complete(sql, one());
        return delays;
      });
    });
    expect(Math.max(...waits)).toBe(OWN_RETRY_MS);
  });

  it("renders the histories that readers requested after everything that is urgent", async () => {
    const kinds = await inNewsroom((_instance, { storage: { sql } }) => {
      const insert =
        "INSERT INTO documents (path, target, etag, modified, written_ms) VALUES (?, ?, '', 0, 0)";
      sql.exec(insert, "/en/releases/none/history", "history:none");
      markAllStale(sql);
      markStale(sql, [{ kind: "release", id: "none" }]);
      return [0, 1].map((nowMs) => dueTargets(sql, 1_000, nowMs).map(({ target }) => target.kind));
    });
    expect(kinds[0]).toContain("release");
    expect(kinds[0]).not.toContain("history");
    expect(kinds[1]).toContain("history");
    await settled();
  });

  it("does not wait for what becomes stale by time alone", async () => {
    const counts = await inNewsroom((_instance, { storage: { sql } }) => {
      const before = countStale(sql, 0);
      markStale(sql, [{ kind: "news-sitemap" }], 30 * 60_000);
      const counted = [countStale(sql, 0) - before, countStale(sql, 30 * 60_000) - before];
      sql.exec("DELETE FROM stale_targets WHERE target = 'news-sitemap:'");
      return counted;
    });
    expect(counts).toEqual([0, 1]);
  });

  it("retries failed writes at most once a second, until they succeed", async () => {
    const id = (await publish(release({ lang: "fr" }))).id;
    await newsroomLater(2);
    const puts: [path: string, ms: number][] = [];
    let isFailing = true;
    const left = await runInDurableObject(newsroom(env), async (instance, { storage }) => {
      let nowMs = instance.clock() + 10_000;
      const put: Put = async (...given) => {
        puts.push([given[0], nowMs]);
        if (isFailing && puts.length % 2 === 0) throw new Error("429 Too Many Requests");
        await env.DOCUMENTS.put(...given);
      };
      const projection = projectionInto(storage, put, () => nowMs);
      for (let tenth = 0; tenth < 60; tenth += 1) {
        nowMs += 100;
        isFailing = tenth < 30;
        // The release does not change: only the failures make it written again.
        if (isFailing) markStale(storage.sql, [{ kind: "release", id }]);
        if (tenth === 0) storage.sql.exec("UPDATE documents SET etag = '' WHERE target = ?", `release:${id}`);
        while (await projection.step(new Budget(Infinity)));
      }
      return countStale(storage.sql, nowMs);
    });
    expect(left).toBe(0);
    const byPath = Map.groupBy(puts, ([path]) => path);
    const gaps = [...byPath.values()].flatMap((each) =>
      each.slice(1).map(([, ms], nth) => ms - each[nth]![1]),
    );
    expect(gaps.length).toBeGreaterThan(0);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  });

  it("writes a document again that changed while it was written", async () => {
    const text = release({ slug: "while-written", title: "First" });
    await publish(text);
    await newsroomLater(2);
    const path = "/en/releases/while-written";
    await runInDurableObject(newsroom(env), async (instance, { storage }) => {
      let nowMs = instance.clock() + 10_000;
      let edits = 0;
      // While KV takes the page, the text is edited.
      const put: Put = async (...given) => {
        if (given[0].endsWith(path) && edits < 2) {
          edits += 1;
          storage.sql.exec(
            "UPDATE editions SET content = json_set(content, '$.title', ?) WHERE release = ?",
            edits === 2 ? "Last" : `Edit ${edits}`,
            text.id,
          );
          markStale(storage.sql, [{ kind: "release", id: text.id }]);
        }
        await env.DOCUMENTS.put(...given);
      };
      const projection = projectionInto(storage, put, () => nowMs);
      storage.sql.exec("UPDATE documents SET etag = '' WHERE target = ?", `release:${text.id}`);
      markStale(storage.sql, [{ kind: "release", id: text.id }]);
      for (let second = 0; second < 5; second += 1) {
        nowMs += 1_000;
        while (await projection.step(new Budget(Infinity)));
      }
      expect(edits).toBe(2);
    });
    expect(await kvBody(path)).toContain("Last");
  });

  it("finishes by alarm what was cut off", async () => {
    const text = release({ slug: "cut-off" });
    await publish(text);
    await settled();
    await newsroomLater(2);
    // The state that remains if the object dies between the commit and the write.
    await inNewsroom((_instance, { storage }) => {
      storage.sql.exec("UPDATE documents SET written_ms = 0 WHERE path = '/en/releases/cut-off'");
      storage.sql.exec(
        "INSERT INTO stale_targets (target, version, due_ms) VALUES (?, 1, 0)",
        `release:${text.id}`,
      );
    });
    await env.DOCUMENTS.delete("document:/en/releases/cut-off");
    await inNewsroom(async (_instance, { storage }) => storage.setAlarm(Date.now() + 60_000));
    await runDurableObjectAlarm(newsroom(env));
    await settled();
    expect(await kvBody("/en/releases/cut-off")).toContain("The session was held");
  });
});
