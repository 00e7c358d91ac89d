/**
 * The lists whose documents are kept, and what a change of a release makes stale in them.
 */
import {
  LISTS_DROPPED_MAX,
  LISTS_KEPT_MAX,
  LIST_KEPT_FIRST_MS,
  LIST_KEPT_MS,
  LIST_REMEMBERED_MS,
} from "../limits.ts";
import { FACET_FIELDS, type Filterable, matches } from "../../domain/filter.ts";
import type { Instant } from "../../domain/dates.ts";
import {
  boundsOfList,
  facetList,
  isCombination,
  languageList,
  listAddress,
  parseListAddress,
  type ReleaseList,
} from "../../domain/list.ts";
import type { Config } from "../../config.ts";
import type { Sql } from "../../runtime/sql.ts";
import type { ListArchives } from "./archives.ts";
import type { StaleDocuments } from "../store/stale-documents.ts";

/** A release as lists see it. */
export interface IndexedRelease extends Filterable {
  id: string;
  published: Instant;
}

export class Lists {
  readonly #sql: Sql;
  readonly #archives: ListArchives;
  readonly #stale: StaleDocuments;
  readonly #config: Config;
  /** What stands behind an address never changes. */
  readonly #parsed = new Map<string, ReleaseList>();

  constructor(sql: Sql, archives: ListArchives, stale: StaleDocuments, config: Config) {
    this.#sql = sql;
    this.#archives = archives;
    this.#stale = stale;
    this.#config = config;
  }

  /** The lists that are always kept; when the settings have changed, divided by them. */
  ensurePermanentLists(nowMs: number): void {
    const { languages } = this.#config.site;
    for (const lang of [undefined, ...languages]) {
      const list = languageList(lang);
      if (!this.#archives.isKnown(list)) this.#keep(list, { uses: 1, keptUntilMs: null }, nowMs);
    }
    for (const address of this.#addresses("kept_until_ms IS NULL OR kept_until_ms > ?", nowMs)) {
      const list = this.parse(address);
      if (list === undefined) this.#forget(address);
      else this.#archives.splitIfFull(list, address, Number.MAX_SAFE_INTEGER);
    }
  }

  /**
   * Somebody has asked for a list: it is kept from now on, a combination for a while. Whoever makes
   * up combinations drops those that were used least, which are their own.
   */
  retain(list: ReleaseList, nowMs: number): void {
    const address = listAddress(list);
    const [row] = this.#sql.exec<{ uses: number; kept_until_ms: number | null }>(
      "SELECT uses, kept_until_ms FROM lists WHERE address = ?",
      address,
    );
    if (row !== undefined && (row.kept_until_ms === null || row.kept_until_ms > nowMs)) return;
    if (!isCombination(list)) {
      this.#keep(list, { uses: 1, keptUntilMs: null }, nowMs);
      return;
    }
    this.#dropForgotten(nowMs - LIST_REMEMBERED_MS);
    this.#makeRoom(nowMs);
    const uses = (row?.uses ?? 0) + 1;
    // Documents expire in KV by themselves: one that is asked for again comes back here.
    const keptUntilMs = nowMs + (uses === 1 ? LIST_KEPT_FIRST_MS : LIST_KEPT_MS);
    this.#keep(list, { uses, keptUntilMs }, nowMs);
  }

  /** The lists that are kept and take a release. */
  listsContaining(filing: IndexedRelease, nowMs: number): string[] {
    const facets = [["types", filing.type] as const].concat(
      Object.values(FACET_FIELDS).flatMap((facet) => filing[facet].map((value) => [facet, value] as never)),
    );
    const known = [
      languageList(undefined),
      languageList(filing.lang),
      ...facets.map(([facet, value]) => facetList(filing.lang, facet, value)),
    ].map(listAddress);
    const kept = this.#sql
      .exec<{ address: string }>(
        "SELECT address FROM lists WHERE address IN (SELECT value FROM json_each(?))",
        JSON.stringify(known),
      )
      .toArray()
      .map(({ address }) => address);
    const combinations = this.#addresses("kept_until_ms > ?", nowMs).filter((address) => {
      const list = this.parse(address);
      return list !== undefined && this.#takes(list, filing);
    });
    return [...kept, ...combinations];
  }

  /**
   * A release stands otherwise in lists than before: documents become stale, and what has become too
   * full is cut.
   *
   * @param before undefined if no list held it
   * @param after undefined if no list holds it any more
   */
  onMembershipChanged(
    before: IndexedRelease | undefined,
    after: IndexedRelease | undefined,
    nowMs: number,
  ): void {
    const left = before === undefined ? [] : this.listsContaining(before, nowMs);
    const joined = after === undefined ? [] : this.listsContaining(after, nowMs);
    for (const address of joined) {
      const list = this.parse(address);
      if (after !== undefined && list !== undefined)
        this.#archives.splitIfFull(list, address, after.published);
    }
    if (before !== undefined && after === undefined) {
      for (const address of left)
        this.#sql.exec("INSERT OR IGNORE INTO tombstones (list, release) VALUES (?, ?)", address, before.id);
    } else if (after !== undefined && before === undefined) {
      this.#sql.exec("DELETE FROM tombstones WHERE release = ?", after.id);
    }
    const published = (after ?? before)?.published;
    if (published !== undefined) this.#markStale([...left, ...joined], published);
  }

  /** What lists show of a release has changed, though it stands in them as before. */
  onContentChanged(filing: IndexedRelease, nowMs: number): void {
    this.#markStale(this.listsContaining(filing, nowMs), filing.published);
  }

  /** Search finds by other words than before: lists that search may hold others, and what is too full is cut. */
  repartitionSearchLists(nowMs: number): void {
    for (const address of this.#addresses("kept_until_ms > ?", nowMs)) {
      const list = this.parse(address);
      if (list === undefined || (list.filter.q ?? list.filter.not?.q) === undefined) continue;
      this.#archives.splitAll(list, address);
      this.#stale.addWritten(address);
    }
  }

  /** Until when a list's documents are kept; null: for good. Undefined if the list is not kept. */
  keptUntilMs(list: ReleaseList, nowMs: number): number | null | undefined {
    const [row] = this.#sql.exec<{ kept_until_ms: number | null }>(
      "SELECT kept_until_ms FROM lists WHERE address = ? AND (kept_until_ms IS NULL OR kept_until_ms > ?)",
      listAddress(list),
      nowMs,
    );
    return row?.kept_until_ms;
  }

  /** Undefined for the address of a list that this site cannot have any more. */
  parse(address: string): ReleaseList | undefined {
    const known = this.#parsed.get(address);
    if (known !== undefined) return known;
    const [path = "", query = ""] = address.split("?");
    const found = parseListAddress(path, new URLSearchParams(query), this.#config.site.languages);
    if (found?.kind !== "list") return undefined;
    this.#parsed.set(address, found.place.list);
    return found.place.list;
  }

  #keep(list: ReleaseList, kept: { uses: number; keptUntilMs: number | null }, nowMs: number): void {
    const address = listAddress(list);
    // Who walks it meanwhile finds its archives under the numbers that they had.
    this.#sql.exec(
      `INSERT INTO lists (address, reaches, uses, asked_ms, kept_until_ms) VALUES (?, '[]', ?, ?, ?)
       ON CONFLICT (address) DO UPDATE SET uses = excluded.uses, asked_ms = excluded.asked_ms,
         kept_until_ms = excluded.kept_until_ms`,
      address,
      kept.uses,
      nowMs,
      kept.keptUntilMs,
    );
    // What KV had of it has expired.
    this.#stale.forgetWrites(address);
    this.#archives.splitAll(list, address);
  }

  #takes(list: ReleaseList, filing: IndexedRelease): boolean {
    const { from = -Infinity, to = Infinity } = boundsOfList(list, this.#config.site.timeZone);
    return filing.published >= from && filing.published <= to && matches(list.filter, filing);
  }

  #markStale(addresses: readonly string[], published: Instant): void {
    for (const address of new Set(addresses)) {
      const list = this.parse(address);
      if (list === undefined) continue;
      this.#stale.add([{ kind: "list", address }]);
      const archive = this.#archives.archiveOf(list, published);
      if (archive !== undefined) this.#stale.addArchives(address, [archive]);
    }
  }

  #makeRoom(nowMs: number): void {
    const kept = this.#sql
      .exec<{ address: string }>(
        "SELECT address FROM lists WHERE kept_until_ms > ? ORDER BY uses DESC, asked_ms DESC LIMIT -1 OFFSET ?",
        nowMs,
        LISTS_KEPT_MAX - 1,
      )
      .toArray();
    for (const { address } of kept) this.#forget(address);
  }

  /** Combinations of which KV holds nothing any more: as many at a time as a request can bear. */
  #dropForgotten(beforeMs: number): void {
    for (const address of this.#addresses(
      "kept_until_ms < ? ORDER BY kept_until_ms LIMIT ?",
      beforeMs,
      LISTS_DROPPED_MAX,
    )) {
      this.#drop(address);
      this.#stale.forgetDocuments(address);
    }
  }

  /** Its documents go with it. */
  #forget(address: string): void {
    this.#drop(address);
    this.#stale.addWritten(address);
  }

  #drop(address: string): void {
    this.#sql.exec("DELETE FROM lists WHERE address = ?", address);
    this.#sql.exec("DELETE FROM tombstones WHERE list = ?", address);
    this.#parsed.delete(address);
  }

  #addresses(where: string, ...values: number[]): string[] {
    return this.#sql
      .exec<{ address: string }>(`SELECT address FROM lists WHERE ${where}`, ...values)
      .toArray()
      .map(({ address }) => address);
  }
}
