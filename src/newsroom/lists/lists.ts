/**
 * The lists whose documents are kept, and which of the permanent ones a change of a release makes stale.
 * combinations.ts has the others.
 */
import type { Config } from "../../config.ts";
import type { Instant } from "../../domain/dates.ts";
import { FACET_OF } from "../../domain/filter.ts";
import {
  facetList,
  languageList,
  listAddress,
  parseListAddress,
  type ReleaseList,
} from "../../domain/list.ts";
import { column, exists, type Sql, value } from "../../runtime/sql.ts";
import { facetTerms, type IndexedRelease } from "../store/index-terms.ts";
import { toInstant } from "../store/schema.ts";
import { forgetListWrites, markArchivesStale, markListStale, markStale } from "../store/stale-documents.ts";
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

  /** Keeps the lists of everything and of each language, and cuts all permanent lists again, after the settings changed. */
  ensurePermanentLists(nowMs: number): void {
    const { archives, config } = this.#deps;
    for (const lang of [undefined, ...config.site.languages]) this.retain(languageList(lang), nowMs);
    for (const address of column<string>(
      this.#sql,
      "SELECT address FROM lists WHERE kept_until_ms IS NULL",
    )) {
      const list = this.parse(address);
      if (list === undefined) {
        this.forget(address);
        markListStale(this.#sql, address);
      } else archives.splitIfFull(list, address, Number.MAX_SAFE_INTEGER);
    }
  }

  /** Keeps a list that was requested and is no combination, for good. */
  retain(list: ReleaseList, nowMs: number): void {
    const isKept = exists(this.#sql, "SELECT 1 FROM lists WHERE address = ?", listAddress(list));
    if (!isKept) this.keep(list, { uses: 1, keptUntilMs: null, client: null }, nowMs);
  }

  /** The addresses of the permanent lists that hold a release, as far as they are kept. */
  listsContaining(release: IndexedRelease): string[] {
    const byValue = [
      languageList(undefined),
      languageList(release.lang),
      ...facetTerms(release).map(([field, value]) => facetList(release.lang, FACET_OF[field], value)),
    ].map(listAddress);
    const query = "SELECT address FROM lists WHERE address IN (SELECT value FROM json_each(?))";
    return column(this.#sql, query, JSON.stringify(byValue));
  }

  /**
   * Whether the newest document of each permanent list would show a release that becomes public.
   *
   * @param bytes size of the release as a feed entry
   */
  wouldShow(release: IndexedRelease, bytes: number): boolean {
    const { published } = release;
    return this.listsContaining(release).every((address) => {
      const list = this.parse(address);
      return list === undefined || this.#deps.archives.wouldShow(list, { published, bytes });
    });
  }

  /**
   * A release entered, left or moved between lists, or changed in them: marks their documents as stale,
   * cuts those that are too full, and keeps the tombstones of releases that left.
   *
   * @param before undefined if no list held it
   * @param after undefined if no list holds it any more
   */
  onMembershipChanged(
    before: IndexedRelease | undefined,
    after: IndexedRelease | undefined,
    now: Instant,
  ): void {
    const left = before === undefined ? [] : this.listsContaining(before);
    const joined = after === undefined ? [] : this.listsContaining(after);
    for (const address of joined) {
      const list = this.parse(address);
      if (after !== undefined && list !== undefined)
        this.#deps.archives.splitIfFull(list, address, after.published);
    }
    if (before !== undefined) {
      const leftAt = after === undefined ? null : now;
      for (const address of left.filter((each) => !joined.includes(each)))
        this.addTombstone(address, before.id, leftAt);
    }
    if (after !== undefined) for (const address of joined) this.removeTombstone(address, after.id);
    const published = (after ?? before)?.published;
    if (published !== undefined) this.#markStale([...left, ...joined], published);
  }

  /** What lists show of a release changed, but not which lists hold it. */
  onContentChanged(release: IndexedRelease): void {
    this.#markStale(this.listsContaining(release), release.published);
  }

  /**
   * Something happened to a release: marks the documents as stale that name it among those that left. They say why it
   * was killed, and their entries have its latest event.
   */
  onDepartedChanged({ id, published }: { id: string; published: Instant | null }, nowMs: number): void {
    if (published === null) return;
    const query = `SELECT t.list FROM tombstones t JOIN lists l ON l.address = t.list
       WHERE t.release = ? AND (l.kept_until_ms IS NULL OR l.kept_until_ms > ?)`;
    this.#markStale(column(this.#sql, query, id, nowMs), published);
  }

  /** Forgets that a list held a release before. */
  removeTombstone(address: string, release: string): void {
    this.#sql.exec("DELETE FROM tombstones WHERE list = ? AND release = ?", address, release);
  }

  /** Records that a list no longer holds a release. @param leftAt null: the release was killed */
  addTombstone(address: string, release: string, leftAt: Instant | null): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO tombstones (list, release, left_at) VALUES (?, ?, ?)",
      address,
      release,
      leftAt,
    );
  }

  /** When a list was first kept. */
  since(list: ReleaseList): Instant {
    return value(this.#sql, "SELECT since FROM lists WHERE address = ?", listAddress(list));
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

  /**
   * Keeps a list, and cuts its releases into documents.
   *
   * @param kept `uses`: how often it was requested while it was not kept; `keptUntilMs`: null for good;
   *   `client`: of the request, if a limit of combinations counts it
   */
  keep(
    list: ReleaseList,
    kept: { uses: number; keptUntilMs: number | null; client: string | null },
    nowMs: number,
  ): void {
    const address = listAddress(list);
    // An expired list keeps its archives and their numbers, for clients that walk it meanwhile.
    this.#sql.exec(
      `INSERT INTO lists (address, reaches, numbers, since, uses, asked_ms, kept_until_ms, client)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (address) DO UPDATE SET uses = excluded.uses, asked_ms = excluded.asked_ms,
         kept_until_ms = excluded.kept_until_ms, client = excluded.client, is_costly = 0`,
      address,
      JSON.stringify(NO_ARCHIVES.archiveEnds),
      JSON.stringify(NO_ARCHIVES.numbers),
      toInstant(nowMs),
      kept.uses,
      nowMs,
      kept.keptUntilMs,
      kept.client,
    );
    // KV has dropped its documents.
    forgetListWrites(this.#sql, address);
    this.#deps.archives.splitAll(list, address);
  }

  /** Marks the newest document of each list, and the archive that holds an instant. */
  #markStale(addresses: readonly string[], published: Instant): void {
    for (const address of new Set(addresses)) {
      const list = this.parse(address);
      if (list === undefined) continue;
      markStale(this.#sql, [{ kind: "list", address }]);
      const archive = this.#deps.archives.archiveAt(list, published);
      if (archive !== undefined) markArchivesStale(this.#sql, address, [archive]);
    }
  }

  /** Drops a list. */
  forget(address: string): void {
    this.#sql.exec("DELETE FROM lists WHERE address = ?", address);
    this.#sql.exec("DELETE FROM tombstones WHERE list = ?", address);
    this.#parsed.delete(address);
  }
}
