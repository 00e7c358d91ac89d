import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { SEARCH_INDEX_VERSION } from "../../../src/domain/search.ts";
import { REINDEXED_PER_STEP } from "../../../src/newsroom/limits.ts";
import { newsroom } from "../../../src/runtime/stubs.ts";
import {
  inNewsroom,
  kvBody,
  ledgerRows,
  newsroomLater,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";

const RELEASES = 2 * REINDEXED_PER_STEP + 5;
const SEARCH = `q=${encodeURIComponent("երեվան")}`;
const FEED = `/feed.json?${SEARCH}`;

const found = async () => {
  const response = await request(`/api/v1/releases?limit=100&${SEARCH}`);
  return (await response.json<{ data: unknown[] }>()).data.length;
};
const marks = async () => {
  const rows = await ledgerRows<{ value: string }>("SELECT value FROM marks WHERE name = 'fold'");
  return rows.map(({ value }) => JSON.parse(value) as unknown);
};
const entries = async () => (JSON.parse((await kvBody(FEED)) ?? "{}") as { items?: unknown[] }).items?.length;

/** Leaves the index as an earlier SEARCH_INDEX_VERSION does, with its mark. */
async function leaveEarlierIndex(mark: string | undefined): Promise<void> {
  await inNewsroom((_instance, { storage: { sql } }) => {
    const rows = sql.exec<{ rowid: number }>("SELECT rowid FROM search").toArray();
    for (const { rowid } of rows) {
      sql.exec("DELETE FROM search WHERE rowid = ?", rowid);
      sql.exec("INSERT INTO search (rowid, words) VALUES (?, 'former words')", rowid);
    }
    sql.exec("UPDATE edition_words SET words = ' former words '");
    sql.exec("DELETE FROM marks WHERE name = 'fold'");
    if (mark !== undefined) sql.exec("INSERT INTO marks (name, value) VALUES ('fold', ?)", mark);
  });
  await evictDurableObject(newsroom(env));
}

beforeAll(async () => {
  for (let index = 0; index < RELEASES; index += 1) await publish(release({ title: "ԵՐԵՎԱՆ" }));
  await publish(release({ title: "ԵՐԵՎԱՆ", embargo: "2099-01-01T00:00:00Z" }));
  await settled();
});

describe("an index of an earlier version", () => {
  it.each([undefined, JSON.stringify({ fold: SEARCH_INDEX_VERSION - 1, after: null })])(
    "is rebuilt once, in steps that may be cut off: %s",
    async (mark) => {
      await leaveEarlierIndex(mark);
      // The first step runs at once, the others by alarm. An embargoed edition may be among them.
      expect([REINDEXED_PER_STEP, REINDEXED_PER_STEP - 1]).toContain(await found());
      await evictDurableObject(newsroom(env));
      expect([2 * REINDEXED_PER_STEP, 2 * REINDEXED_PER_STEP - 1]).toContain(await found());
      await newsroomLater(2);
      expect(await found()).toBe(RELEASES);
      expect(await marks()).toEqual([{ fold: SEARCH_INDEX_VERSION, after: null }]);
      expect(await ledgerRows("SELECT count(*) AS count FROM search")).toEqual([{ count: RELEASES }]);
      const former = "SELECT count(*) AS count FROM edition_words WHERE words LIKE '%former%'";
      expect(await ledgerRows(former)).toEqual([{ count: 0 }]);
    },
  );

  it("is not rebuilt when the version is the same", async () => {
    await leaveEarlierIndex(JSON.stringify({ fold: SEARCH_INDEX_VERSION, after: null }));
    await newsroomLater(2);
    expect(await found()).toBe(0);
  });

  it("ends lists that search: the next request finds the releases that they hold now", async () => {
    expect((await request(FEED)).status).toBe(200);
    await settled();
    expect(await entries()).toBe(0);
    await leaveEarlierIndex(undefined);
    await newsroomLater(2); // indexed again
    await newsroomLater(2); // and removed from KV
    expect(await kvBody(FEED)).toBeNull();
    await inNewsroom((instance) => instance.document(FEED, null));
    await settled();
    expect(await entries()).toBe(RELEASES);
  });
});
