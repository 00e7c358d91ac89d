/**
 * The documents of a list: its newest releases in one, older ones in archives (RFC 5005).
 *
 * Documents are divided by `published`, which is unique and never changes: an archive holds the releases
 * between two instants. So every release is in exactly one document, whatever is published while a client
 * walks from one to the next. A document that becomes too full is cut, oldest part first; all other
 * archives keep their numbers and their content (archive-cuts.ts).
 */
import type { Config } from "../../config.ts";
import type { Instant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import { boundsOfList, listAddress, type ReleaseList } from "../../domain/list.ts";
import type { DepartedRelease } from "../../feeds/build-feed.ts";
import type { ArchiveLinks } from "../../feeds/build-feed.ts";
import { all, first, type Sql } from "../../runtime/sql.ts";
import { LIST_BYTES_MAX } from "../limits.ts";
import { entrySizes } from "../store/releases.ts";
import { markArchivesStale } from "../store/stale-documents.ts";
import {
  type Archives,
  findCuts,
  findSummarised,
  indexAt,
  indexOfNumber,
  type Member,
  NO_ARCHIVES,
  withCuts,
} from "./archive-cuts.ts";
import { findReleases, type ListQuery, searchCost } from "./search.ts";

export class ListArchives {
  readonly #deps: { sql: Sql; config: Config };

  constructor(deps: { sql: Sql; config: Config }) {
    this.#deps = deps;
  }

  /** The number of the archive that holds an instant; undefined if the newest document does. */
  archiveAt(list: ReleaseList, published: Instant): number | undefined {
    const archives = this.#archivesOf(list);
    const index = indexAt(archives, published);
    return index < archives.archiveEnds.length ? archives.numbers[index] : undefined;
  }

  /** The number of the next archive: until that exists, its address redirects to the newest document. */
  nextArchiveNumber(list: ReleaseList): number | undefined {
    return this.#archivesOf(list).numbers.at(-1);
  }

  /**
   * The archives before and after a document; undefined if there is no such document. After the last
   * archive comes the number of the next one, so the link is right before and after that is cut.
   */
  archiveLinks(list: ReleaseList, archive: number | undefined): ArchiveLinks | undefined {
    const archives = this.#archivesOf(list);
    const index = indexOfNumber(archives, archive);
    if (index === undefined) return undefined;
    const previous = archives.numbers[index - 1];
    const next = archive === undefined ? undefined : archives.numbers[index + 1];
    return defined({ archive, previous, next });
  }

  /** The numbers of the archives that exist, newest first. */
  archiveNumbers(list: ReleaseList): number[] {
    return this.#archivesOf(list).numbers.slice(0, -1).toReversed();
  }

  /** The releases of an archive, or of the newest document; newest first. */
  releasesIn(list: ReleaseList, archive: number | undefined): Instant[] {
    const archives = this.#archivesOf(list);
    const index = indexOfNumber(archives, archive);
    return index === undefined ? [] : this.#releasesAt(list, archives, index);
  }

  /**
   * The releases that an archive held and the list no longer holds, the latest to leave first. The newest
   * document names the latest ones of the whole list.
   */
  departedFrom(list: ReleaseList, archive: number | undefined, limit: number): DepartedRelease[] {
    const archives = this.#archivesOf(list);
    const index = indexOfNumber(archives, archive);
    if (index === undefined) return [];
    const [after, to] =
      archive === undefined
        ? [undefined, undefined]
        : [archives.archiveEnds[index - 1], archives.archiveEnds[index]];
    const newestFrom = archives.archiveEnds.at(-1) ?? -Infinity;
    return all<Omit<DepartedRelease, "isOfNewest">>(
      this.#deps.sql,
      `SELECT r.id, r.lang, r.published, iif(r.status = 'killed', r.updated, t.left_at) AS at,
              iif(r.status = 'killed', ifnull(r.reason, ''), '') AS reason
       FROM tombstones t JOIN releases r ON r.id = t.release
       WHERE t.list = ? AND (r.status = 'killed' OR t.left_at IS NOT NULL)
         AND r.published > ? AND r.published <= ?
       ORDER BY at DESC, r.id LIMIT ?`,
      listAddress(list),
      after ?? -Number.MAX_SAFE_INTEGER,
      to ?? Number.MAX_SAFE_INTEGER,
      limit,
    ).map((departed) => ({ ...departed, isOfNewest: departed.published > newestFrom }));
  }

  /** Of the releases of a newest document, those that it shows by their summaries; both by `published`. */
  summarisedAmong(published: readonly Instant[]): ReadonlySet<Instant> {
    return findSummarised(this.#membersOf(published), LIST_BYTES_MAX);
  }

  /** Whether the newest document of a list would hold a release that is added to the list. */
  wouldShow(list: ReleaseList, added: Member): boolean {
    const archives = this.#archivesOf(list);
    const index = indexAt(archives, added.published);
    if (index < archives.archiveEnds.length) return false;
    const members = [...this.#membersOf(this.#releasesAt(list, archives, index)), added];
    const cuts = this.#findCuts(
      archives,
      index,
      members.toSorted((a, b) => a.published - b.published),
    );
    return added.published > (cuts.at(-1) ?? -Infinity);
  }

  /** Cuts the document that holds an instant, if it is too full. */
  splitIfFull(list: ReleaseList, address: string, published: Instant): void {
    const archives = this.#archivesOf(list);
    const index = indexAt(archives, published);
    const members = this.#membersOf(this.#releasesAt(list, archives, index));
    const cuts = this.#findCuts(archives, index, members);
    if (cuts.length === 0) return;
    this.#save(address, withCuts(archives, index, cuts));
    // Stale: the archive that was cut, and the one before it, which links a new one now. The last archive
    // links the number of the next one already.
    if (index < archives.archiveEnds.length) {
      const numbers = archives.numbers.slice(Math.max(0, index - 1), index + 1);
      markArchivesStale(this.#deps.sql, address, numbers);
    }
  }

  /** Cuts all documents that are too full, after the list's releases changed. The caller marks all of them stale. */
  splitAll(list: ReleaseList, address: string): void {
    const before = this.#archivesOf(list);
    const members = this.#membersOf(this.#find(list, undefined, undefined));
    const documents = Map.groupBy(members, ({ published }) => indexAt(before, published));
    // Newest first, so that the indexes of older documents stay right.
    const newestFirst = [...documents].toSorted(([a], [b]) => b - a);
    const after = newestFirst.reduce(
      (archives, [index, held]) => withCuts(archives, index, this.#findCuts(archives, index, held)),
      before,
    );
    if (after.archiveEnds.length > before.archiveEnds.length) this.#save(address, after);
  }

  #archivesOf(list: ReleaseList): Archives {
    const row = first<{ reaches: string; numbers: string }>(
      this.#deps.sql,
      "SELECT reaches, numbers FROM lists WHERE address = ?",
      listAddress(list),
    );
    if (row === undefined) return NO_ARCHIVES;
    return {
      archiveEnds: JSON.parse(row.reaches) as Instant[],
      numbers: JSON.parse(row.numbers) as number[],
    };
  }

  #save(address: string, { archiveEnds, numbers }: Archives): void {
    this.#deps.sql.exec(
      "UPDATE lists SET reaches = ?, numbers = ? WHERE address = ?",
      JSON.stringify(archiveEnds),
      JSON.stringify(numbers),
      address,
    );
  }

  #findCuts({ archiveEnds }: Archives, index: number, members: readonly Member[]): Instant[] {
    const capacity = { items: this.#deps.config.feedItems, bytes: LIST_BYTES_MAX };
    return findCuts(members, capacity, index === archiveEnds.length);
  }

  #membersOf(published: readonly Instant[]): Member[] {
    return entrySizes(this.#deps.sql, published);
  }

  /** What finding the releases of a full newest document costs, as `searchCost` counts. */
  costOfNewest(list: ReleaseList): number {
    const { sql, config } = this.#deps;
    return searchCost(sql, this.#queryFor(list, undefined, undefined), config.feedItems);
  }

  #releasesAt(list: ReleaseList, { archiveEnds }: Archives, index: number): Instant[] {
    return this.#find(list, archiveEnds[index - 1], archiveEnds[index]);
  }

  /** The releases of a list after one instant, up to another; newest first. */
  #find(list: ReleaseList, after: Instant | undefined, to: Instant | undefined): Instant[] {
    return findReleases(this.#deps.sql, this.#queryFor(list, after, to), Number.MAX_SAFE_INTEGER);
  }

  #queryFor(list: ReleaseList, after: Instant | undefined, to: Instant | undefined): ListQuery {
    const bounds = boundsOfList(list, this.#deps.config.site.timeZone);
    return {
      filter: list.filter,
      from: after === undefined ? bounds.from : Math.max(bounds.from ?? -Infinity, after + 1),
      to: to === undefined ? bounds.to : Math.min(bounds.to ?? Infinity, to),
    };
  }
}
