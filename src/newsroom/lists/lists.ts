/**
 * The lists whose documents are kept, and which of them a change of a release makes stale.
 */
import type { Config } from "../../config.ts";
import type { Instant } from "../../domain/dates.ts";
import { matches } from "../../domain/filter.ts";
import {
  boundsOfList,
  facetList,
  isCombination,
  languageList,
  listAddress,
  parseListAddress,
  type ReleaseList,
} from "../../domain/list.ts";
import { column, exists, first, type Sql } from "../../runtime/sql.ts";
import {
  LISTS_DROPPED_MAX,
  LISTS_KEPT_MAX,
  LIST_KEPT_FIRST_MS,
  LIST_KEPT_MS,
  LIST_REMEMBERED_MS,
} from "../limits.ts";
import { FACET_OF, facetTerms, type IndexedRelease } from "../store/index-terms.ts";
import {
  forgetListDocuments,
  forgetListWrites,
  markArchivesStale,
  markListStale,
  markStale,
} from "../store/stale-documents.ts";
import { NO_ARCHIVES } from "./archive-cuts.ts";
import type { ListArchives } from "./archives.ts";

interface ListsDeps {
  sql: Sql;
  archives: ListArchives;
  config: Config;
}

export class Lists {
  readonly #deps: ListsDeps;
  readonly #sql: Sql;
  /** Parsed lists by address. */
  readonly #parsed = new Map<string, ReleaseList>();

  constructor(deps: ListsDeps) {
    this.#deps = deps;
    this.#sql = deps.sql;
  }

  /** Keeps the lists of everything and of each language, and cuts all lists again, after the settings changed. */
  ensurePermanentLists(nowMs: number): void {
    const { archives, config } = this.#deps;
    for (const lang of [undefined, ...config.site.languages]) {
      const list = languageList(lang);
      const isStored = exists(this.#sql, "SELECT 1 FROM lists WHERE address = ?", listAddress(list));
      if (!isStored) this.#keep(list, { uses: 1, keptUntilMs: null }, nowMs);
    }
    for (const address of this.#addresses("kept_until_ms IS NULL OR kept_until_ms > ?", nowMs)) {
      const list = this.parse(address);
      if (list === undefined) this.#forget(address);
      else archives.splitIfFull(list, address, Number.MAX_SAFE_INTEGER);
    }
  }

  /**
   * Keeps a list that was requested: for good, or a combination for a while. A client that makes up
   * combinations only displaces those that were requested least, which are its own.
   */
  retain(list: ReleaseList, nowMs: number): void {
    const row = first<{ uses: number; kept_until_ms: number | null }>(
      this.#sql,
      "SELECT uses, kept_until_ms FROM lists WHERE address = ?",
      listAddress(list),
    );
    if (row !== undefined && (row.kept_until_ms === null || row.kept_until_ms > nowMs)) return;
    if (!isCombination(list)) {
      this.#keep(list, { uses: 1, keptUntilMs: null }, nowMs);
      return;
    }
    this.#dropExpired(nowMs - LIST_REMEMBERED_MS);
    this.#makeRoom(nowMs);
    const uses = (row?.uses ?? 0) + 1;
    // KV drops the documents at the same time, so the next request comes here again.
    const keptUntilMs = nowMs + (uses === 1 ? LIST_KEPT_FIRST_MS : LIST_KEPT_MS);
    this.#keep(list, { uses, keptUntilMs }, nowMs);
  }

  /** The addresses of the kept lists that hold a release. */
  listsContaining(release: IndexedRelease, nowMs: number): string[] {
    const byValue = [
      languageList(undefined),
      languageList(release.lang),
      ...facetTerms(release).map(([field, value]) => facetList(release.lang, FACET_OF[field], value)),
    ].map(listAddress);
    const query = "SELECT address FROM lists WHERE address IN (SELECT value FROM json_each(?))";
    const kept = column<string>(this.#sql, query, JSON.stringify(byValue));
    const combinations = this.#addresses("kept_until_ms > ?", nowMs).filter((address) => {
      const list = this.parse(address);
      return list !== undefined && this.#holds(list, release);
    });
    return [...kept, ...combinations];
  }

  /**
   * A release entered, left or moved between lists, or changed in them: marks their documents as stale,
   * cuts those that are too full, and keeps the tombstones of killed releases.
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
        this.#deps.archives.splitIfFull(list, address, after.published);
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

  /** What lists show of a release changed, but not which lists hold it. */
  onContentChanged(release: IndexedRelease, nowMs: number): void {
    this.#markStale(this.listsContaining(release, nowMs), release.published);
  }

  /** Cuts the lists that search again, after words were indexed differently: they may hold other releases. */
  repartitionSearchLists(nowMs: number): void {
    for (const address of this.#addresses("kept_until_ms > ?", nowMs)) {
      const list = this.parse(address);
      if (list === undefined || (list.filter.q ?? list.filter.not?.q) === undefined) continue;
      this.#deps.archives.splitAll(list, address);
      markListStale(this.#sql, address);
    }
  }

  /** When a list's documents expire; null: never. Undefined if the list is not kept. */
  keptUntilMs(list: ReleaseList, nowMs: number): number | null | undefined {
    const query =
      "SELECT kept_until_ms FROM lists WHERE address = ? AND (kept_until_ms IS NULL OR kept_until_ms > ?)";
    return column<number | null>(this.#sql, query, listAddress(list), nowMs)[0];
  }

  /** The list with this address; undefined if the settings no longer allow it, such as a language. */
  parse(address: string): ReleaseList | undefined {
    const known = this.#parsed.get(address);
    if (known !== undefined) return known;
    const [path = "", query = ""] = address.split("?");
    const { languages } = this.#deps.config.site;
    const parsed = parseListAddress(path, new URLSearchParams(query), languages);
    if (parsed?.kind !== "list") return undefined;
    this.#parsed.set(address, parsed.place.list);
    return parsed.place.list;
  }

  #keep(list: ReleaseList, kept: { uses: number; keptUntilMs: number | null }, nowMs: number): void {
    const address = listAddress(list);
    // An expired list keeps its archives and their numbers, for clients that walk it meanwhile.
    this.#sql.exec(
      `INSERT INTO lists (address, reaches, numbers, uses, asked_ms, kept_until_ms) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (address) DO UPDATE SET uses = excluded.uses, asked_ms = excluded.asked_ms,
         kept_until_ms = excluded.kept_until_ms`,
      address,
      JSON.stringify(NO_ARCHIVES.archiveEnds),
      JSON.stringify(NO_ARCHIVES.numbers),
      kept.uses,
      nowMs,
      kept.keptUntilMs,
    );
    // KV has dropped its documents.
    forgetListWrites(this.#sql, address);
    this.#deps.archives.splitAll(list, address);
  }

  #holds(list: ReleaseList, release: IndexedRelease): boolean {
    const { from = -Infinity, to = Infinity } = boundsOfList(list, this.#deps.config.site.timeZone);
    return release.published >= from && release.published <= to && matches(list.filter, release);
  }

  /** Marks the newest document of each list, and the archive that holds an instant. */
  #markStale(addresses: readonly string[], published: Instant): void {
    for (const address of new Set(addresses)) {
      const list = this.parse(address);
      if (list === undefined) continue;
      markStale(this.#sql, { kind: "list", address });
      const archive = this.#deps.archives.archiveAt(list, published);
      if (archive !== undefined) markArchivesStale(this.#sql, address, [archive]);
    }
  }

  /** Drops the combinations that were requested least, so that one more can be kept. */
  #makeRoom(nowMs: number): void {
    const surplus = this.#addresses(
      "kept_until_ms > ? ORDER BY uses DESC, asked_ms DESC LIMIT -1 OFFSET ?",
      nowMs,
      LISTS_KEPT_MAX - 1,
    );
    for (const address of surplus) this.#forget(address);
  }

  /** Drops long expired combinations, which KV no longer holds; a bounded number per request. */
  #dropExpired(beforeMs: number): void {
    const expired = this.#addresses(
      "kept_until_ms < ? ORDER BY kept_until_ms LIMIT ?",
      beforeMs,
      LISTS_DROPPED_MAX,
    );
    for (const address of expired) {
      this.#drop(address);
      forgetListDocuments(this.#sql, address);
    }
  }

  /** Drops a list; the projection removes its documents. */
  #forget(address: string): void {
    this.#drop(address);
    markListStale(this.#sql, address);
  }

  #drop(address: string): void {
    this.#sql.exec("DELETE FROM lists WHERE address = ?", address);
    this.#sql.exec("DELETE FROM tombstones WHERE list = ?", address);
    this.#parsed.delete(address);
  }

  #addresses(where: string, ...values: number[]): string[] {
    return column(this.#sql, `SELECT address FROM lists WHERE ${where}`, ...values);
  }
}
