/**
 * How a list is divided: its newest releases in one document, and behind it archives of older ones
 * (RFC 5005).
 *
 * The division is by `published`, which is frozen and unique: an archive holds what lies between two
 * instants, so that no release is ever in two documents or in none, whatever is published while
 * somebody walks from one to the next. A document that becomes too full is cut, oldest part first;
 * archives before the cut keep their number and their bytes.
 */
import { LIST_BYTES_MAX } from "../limits.ts";
import type { Instant } from "../domain/instant.ts";
import { boundsOfList, listAddress, type ReleaseList } from "../domain/list.ts";
import type { Settings } from "../settings.ts";
import { chunksOf, type Member } from "./list-chunks.ts";
import type { Sql } from "./metered-sql.ts";
import { findReleases, type ListQuery } from "./release-search.ts";
import type { StaleTargets } from "./stale-targets.ts";

export class ListDivision {
  readonly #sql: Sql;
  readonly #stale: StaleTargets;
  readonly #settings: Settings;

  constructor(sql: Sql, stale: StaleTargets, settings: Settings) {
    this.#sql = sql;
    this.#stale = stale;
    this.#settings = settings;
  }

  /** The last instant that each archive of a list holds, oldest first; undefined if the list is not kept. */
  reachesOf(list: ReleaseList): Instant[] | undefined {
    const [row] = this.#sql.exec<{ reaches: string }>(
      "SELECT reaches FROM lists WHERE address = ?",
      listAddress(list),
    );
    return row && (JSON.parse(row.reaches) as Instant[]);
  }

  /** The number of the archive that holds an instant; undefined if the newest document does. */
  archiveOf(list: ReleaseList, published: Instant): number | undefined {
    const reaches = this.reachesOf(list) ?? [];
    const index = firstIndex(reaches, published);
    return index < reaches.length ? index + 1 : undefined;
  }

  /** The releases of a document: of an archive, or, behind all of them, the newest; newest first. */
  releasesIn(list: ReleaseList, archive: number | undefined): Instant[] {
    const reaches = this.reachesOf(list) ?? [];
    const index = archive === undefined ? reaches.length : archive - 1;
    return this.#find(list, reaches[index - 1], reaches[index]);
  }

  /** Killed releases that a document of a list held; of the newest releases, the latest of all. */
  killedIn(list: ReleaseList, archive: number | undefined, limit: number): string[] {
    const reaches = this.reachesOf(list) ?? [];
    const [after, to] =
      archive === undefined ? [undefined, undefined] : [reaches[archive - 2], reaches[archive - 1]];
    return this.#sql
      .exec<{ id: string }>(
        `SELECT r.id FROM tombstones t JOIN releases r ON r.id = t.release
         WHERE t.list = ? AND r.published > ? AND r.published <= ? ORDER BY r.updated DESC, r.id LIMIT ?`,
        listAddress(list),
        after ?? -Number.MAX_SAFE_INTEGER,
        to ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .toArray()
      .map(({ id }) => id);
  }

  /** Cuts the document that holds an instant, if it is too full. */
  divide(list: ReleaseList, address: string, published: Instant): void {
    const reaches = this.reachesOf(list) ?? [];
    const index = firstIndex(reaches, published);
    const isNewest = index === reaches.length;
    const items = this.#settings.feedItems;
    const found = this.#find(list, reaches[index - 1], reaches[index]);
    const cuts = chunksOf(this.#members(found), { items, bytes: LIST_BYTES_MAX }, isNewest);
    if (cuts.length === 0) return;
    const next = reaches.toSpliced(index, 0, ...cuts);
    this.#sql.exec("UPDATE lists SET reaches = ? WHERE address = ?", JSON.stringify(next), address);
    // Later archives have other numbers now.
    if (!isNewest) this.#stale.addArchives(address, index + 1, Number.MAX_SAFE_INTEGER);
  }

  /** Oldest first, with what their entries take. */
  #members(published: readonly Instant[]): Member[] {
    return this.#sql
      .exec<{ published: number; bytes: number }>(
        `SELECT published, bytes FROM releases
         WHERE published IN (SELECT value FROM json_each(?)) ORDER BY published`,
        JSON.stringify(published),
      )
      .toArray();
  }

  #find(list: ReleaseList, after: Instant | undefined, to: Instant | undefined): Instant[] {
    const query = { filter: list.filter, ...boundsOfList(list, this.#settings.site.timeZone) };
    return findReleases(this.#sql, within(query, after, to), Number.MAX_SAFE_INTEGER);
  }
}

/** The index of the archive that holds an instant; the number of archives if it is newer than all. */
function firstIndex(reaches: readonly Instant[], published: Instant): number {
  const index = reaches.findIndex((reach) => published <= reach);
  return index < 0 ? reaches.length : index;
}

function within(query: ListQuery, after: Instant | undefined, to: Instant | undefined): ListQuery {
  const from = after === undefined ? query.from : Math.max(query.from ?? -Infinity, after + 1);
  const until = to === undefined ? query.to : Math.min(query.to ?? Infinity, to);
  return { ...query, ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { to: until }) };
}
