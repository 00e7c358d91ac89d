/**
 * How a list is divided: its newest releases in one document, and behind it archives of older ones
 * (RFC 5005).
 *
 * The division is by `published`, which is frozen and unique: an archive holds what lies between two
 * instants, so that no release is ever in two documents or in none, whatever is published while
 * somebody walks from one to the next. A document that becomes too full is cut, oldest part first;
 * all other archives keep their number and what they hold (list-archives.ts).
 */
import { LIST_BYTES_MAX } from "../limits.ts";
import type { Instant } from "../../domain/dates.ts";
import { boundsOfList, listAddress, type ReleaseList } from "../../domain/list.ts";
import type { ArchiveLinks } from "../../feeds/build-feed.ts";
import type { Config } from "../../config.ts";
import {
  type Archives,
  chunksOf,
  counted,
  indexAt,
  indexOfNumber,
  type Member,
  withCuts,
} from "./archive-cuts.ts";
import type { Sql } from "../../runtime/sql.ts";
import { findReleases, type ListQuery } from "./search.ts";
import type { StaleDocuments } from "../store/stale-documents.ts";

export class ListArchives {
  readonly #sql: Sql;
  readonly #stale: StaleDocuments;
  readonly #config: Config;

  constructor(sql: Sql, stale: StaleDocuments, config: Config) {
    this.#sql = sql;
    this.#stale = stale;
    this.#config = config;
  }

  /** Whether a list is kept, or was and is not forgotten. */
  isKnown(list: ReleaseList): boolean {
    return this.#archivesOf(list) !== undefined;
  }

  /** The number of the archive that holds an instant; undefined if the newest document does. */
  archiveOf(list: ReleaseList, published: Instant): number | undefined {
    const archives = this.#archivesOf(list) ?? NONE;
    const index = indexAt(archives, published);
    return index < archives.archiveEnds.length ? archives.numbers[index] : undefined;
  }

  /** The number that the next archive will have: until then, its address leads to the newest releases. */
  nextArchiveNumber(list: ReleaseList): number | undefined {
    return this.#archivesOf(list)?.numbers.at(-1);
  }

  /**
   * The archives before and behind a document; undefined if there is no such document. Behind the last
   * archive comes the number that is promised, and it need not change when there is an archive of it.
   */
  archiveLinks(list: ReleaseList, archive: number | undefined): ArchiveLinks | undefined {
    const archives = this.#archivesOf(list) ?? NONE;
    const index = indexOfNumber(archives, archive);
    if (index === undefined) return undefined;
    const [previous, next] = [archives.numbers[index - 1], archives.numbers[index + 1]];
    return {
      ...(archive === undefined ? {} : { archive }),
      ...(previous === undefined ? {} : { previous }),
      ...(archive === undefined || next === undefined ? {} : { next }),
    };
  }

  /** The releases of a document: of an archive, or, behind all of them, the newest; newest first. */
  releasesIn(list: ReleaseList, archive: number | undefined): Instant[] {
    const archives = this.#archivesOf(list) ?? NONE;
    const index = indexOfNumber(archives, archive);
    return index === undefined
      ? []
      : this.#find(list, archives.archiveEnds[index - 1], archives.archiveEnds[index]);
  }

  /** Killed releases that a document of a list held; of the newest releases, the latest of all. */
  killedIn(list: ReleaseList, archive: number | undefined, limit: number): string[] {
    const archives = this.#archivesOf(list) ?? NONE;
    const index = indexOfNumber(archives, archive);
    if (index === undefined) return [];
    const [after, to] =
      archive === undefined
        ? [undefined, undefined]
        : [archives.archiveEnds[index - 1], archives.archiveEnds[index]];
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
  splitIfFull(list: ReleaseList, address: string, published: Instant): void {
    const archives = this.#archivesOf(list) ?? NONE;
    const index = indexAt(archives, published);
    const found = this.#find(list, archives.archiveEnds[index - 1], archives.archiveEnds[index]);
    const cuts = this.#cuts(archives, index, this.#members(found));
    if (cuts.length === 0) return;
    this.#save(address, withCuts(archives, index, cuts));
    // The one that was cut, and the one before it, behind which comes another now. The last archive already
    // says what comes behind it.
    if (index < archives.archiveEnds.length)
      this.#stale.addArchives(address, archives.numbers.slice(Math.max(0, index - 1), index + 1));
  }

  /** Cuts whatever is too full, in a list that may hold others than before; all of it is to be rendered anew. */
  splitAll(list: ReleaseList, address: string): void {
    const before = this.#archivesOf(list) ?? NONE;
    const members = this.#members(this.#find(list, undefined, undefined));
    const documents = Map.groupBy(members, ({ published }) => indexAt(before, published));
    let archives = before;
    // The newest first: where the older ones stand does not change by it.
    for (const [index, held] of [...documents].toSorted(([a], [b]) => b - a))
      archives = withCuts(archives, index, this.#cuts(archives, index, held));
    if (archives.archiveEnds.length > before.archiveEnds.length) this.#save(address, archives);
  }

  #archivesOf(list: ReleaseList): Archives | undefined {
    const [row] = this.#sql.exec<{ reaches: string; numbers: string | null }>(
      "SELECT reaches, numbers FROM lists WHERE address = ?",
      listAddress(list),
    );
    if (row === undefined) return undefined;
    const reaches = JSON.parse(row.reaches) as Instant[];
    return {
      archiveEnds: reaches,
      numbers: row.numbers === null ? counted(reaches) : (JSON.parse(row.numbers) as number[]),
    };
  }

  #save(address: string, { archiveEnds: reaches, numbers }: Archives): void {
    this.#sql.exec(
      "UPDATE lists SET reaches = ?, numbers = ? WHERE address = ?",
      JSON.stringify(reaches),
      JSON.stringify(numbers),
      address,
    );
  }

  #cuts({ archiveEnds: reaches }: Archives, index: number, members: readonly Member[]): Instant[] {
    const most = { items: this.#config.feedItems, bytes: LIST_BYTES_MAX };
    return chunksOf(members, most, index === reaches.length);
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
    const query = { filter: list.filter, ...boundsOfList(list, this.#config.site.timeZone) };
    return findReleases(this.#sql, within(query, after, to), Number.MAX_SAFE_INTEGER);
  }
}

const NONE: Archives = { archiveEnds: [], numbers: counted([]) };

function within(query: ListQuery, after: Instant | undefined, to: Instant | undefined): ListQuery {
  const from = after === undefined ? query.from : Math.max(query.from ?? -Infinity, after + 1);
  const until = to === undefined ? query.to : Math.min(query.to ?? Infinity, to);
  return { ...query, ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { to: until }) };
}
