/**
 * The rows of one release in the ledger: where it stands, its editions and its addresses.
 */
import type { Sql } from "../../runtime/sql.ts";
import type { Instant } from "../../domain/dates.ts";
import type { PreparedRelease, ReleaseInput, Status } from "../../domain/release.ts";
import { contentJson } from "./editions.ts";
import { entrySizeBytes } from "../../feeds/entry-size.ts";

/** A release as it stands, with its present edition. */
export interface ReleaseRow {
  id: string;
  lang: string;
  slug: string;
  group: string;
  status: Status;
  edition: number;
  /** Null as long as nobody has seen it. */
  firstSeen: number | null;
  embargo: Instant | null;
  published: Instant | null;
  updated: Instant | null;
  reason: string | null;
  stale: number;
  /** Canonical JSON of the present edition. */
  content: string;
  /** Of the present edition. */
  note: string | null;
  summary: string;
  text: string;
}

export class ReleaseRows {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get(id: string): ReleaseRow | undefined {
    const [row] = this.#sql.exec<ReleaseRow & Record<string, SqlStorageValue>>(
      `SELECT r.id, r.lang, r.slug, r."group", r.status, r.edition, r.first_seen AS "firstSeen", r.embargo,
              r.published, r.updated, r.reason, r.stale, e.content, e.note, e.summary, e.text
       FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition WHERE r.id = ?`,
      id,
    );
    return row;
  }

  /** The other release that has, or had, this address. */
  holderOfAddress({ id, lang, slug }: { id: string; lang: string; slug: string }): string | undefined {
    const [row] = this.#sql.exec<{ release: string }>(
      "SELECT release FROM addresses WHERE lang = ? AND slug = ? AND release <> ?",
      lang,
      slug,
      id,
    );
    return row?.release;
  }

  /** Adds an edition and makes it the present one; how the release stands is not touched. */
  addEdition(prepared: PreparedRelease, edition: number, embargo: Instant | null, nowMs: number): void {
    const { input } = prepared;
    this.#sql.exec(
      `INSERT INTO editions (release, edition, accepted_ms, content, embargo, change, note, html, text, summary)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      input.id,
      edition,
      nowMs,
      contentJson(input),
      embargo,
      input.change ?? null,
      input.note ?? null,
      prepared.html,
      prepared.text,
      prepared.summary,
    );
    this.#sql.exec(
      `INSERT INTO releases (id, lang, slug, "group", status, edition, embargo, bytes)
       VALUES (?1, ?2, ?3, ?4, 'embargoed', ?5, ?6, ?7)
       ON CONFLICT (id) DO UPDATE
       SET lang = ?2, slug = ?3, "group" = ?4, edition = ?5, embargo = ?6, bytes = ?7, stale = 0`,
      input.id,
      input.lang,
      input.slug,
      input.group ?? input.id,
      edition,
      embargo,
      entrySizeBytes(prepared),
    );
    this.#keepAddress(input);
  }

  /** Changes how a release stands. */
  update(
    id: string,
    fields: Partial<
      Pick<ReleaseRow, "status" | "firstSeen" | "embargo" | "published" | "updated" | "reason">
    > & {
      readersNote?: string | null;
    },
  ): void {
    const columns = { firstSeen: "first_seen", readersNote: "note" } as Record<string, string>;
    const entries = Object.entries(fields);
    this.#sql.exec(
      `UPDATE releases SET ${entries.map(([name]) => `${columns[name] ?? name} = ?`).join(", ")} WHERE id = ?`,
      ...entries.map(([, value]) => value),
      id,
    );
  }

  /** The siblings that everybody may see fall behind a corrected one. */
  markSiblingsStale(id: string, group: string): string[] {
    return this.#sql
      .exec<{ id: string }>(
        `UPDATE releases SET stale = 1
         WHERE "group" = ? AND id <> ? AND status IN ('published', 'withdrawn') RETURNING id`,
        group,
        id,
      )
      .toArray()
      .map((row) => row.id);
  }

  isTaken(published: Instant): boolean {
    return this.#sql.exec("SELECT 1 FROM releases WHERE published = ?", published).toArray().length > 0;
  }

  /** How many releases have their instant from `first` up to but not including `end`. */
  countBetween(first: Instant, end: Instant): number {
    return this.#sql
      .exec<{ count: number }>(
        "SELECT count(*) AS count FROM releases WHERE published >= ? AND published < ?",
        first,
        end,
      )
      .one().count;
  }

  embargoesUpTo(now: Instant, limit: number): string[] {
    return this.#sql
      .exec<{ id: string }>(
        "SELECT id FROM releases WHERE embargo <= ? ORDER BY embargo, id LIMIT ?",
        now,
        limit,
      )
      .toArray()
      .map(({ id }) => id);
  }

  nextEmbargo(): Instant | undefined {
    const row = this.#sql.exec<{ next: number | null }>(
      "SELECT min(embargo) AS next FROM releases WHERE embargo IS NOT NULL",
    );
    return row.one().next ?? undefined;
  }

  /** The embargo that an edition was accepted with. */
  embargoOfEdition(id: string, edition: number): Instant | null {
    return this.#sql
      .exec<{ embargo: number | null }>(
        "SELECT embargo FROM editions WHERE release = ? AND edition = ?",
        id,
        edition,
      )
      .one().embargo;
  }

  /** The sequence of a release's latest event. */
  lastEvent(id: string): number | null {
    return this.#sql
      .exec<{ last: number | null }>("SELECT max(sequence) AS last FROM events WHERE release = ?", id)
      .one().last;
  }

  /** An address that nobody has seen is given back; one that somebody has seen stays the release's. */
  #keepAddress({ id, lang, slug }: ReleaseInput): void {
    this.#sql.exec(
      "DELETE FROM addresses WHERE release = ? AND (SELECT first_seen FROM releases WHERE id = ?) IS NULL",
      id,
      id,
    );
    this.#sql.exec("INSERT OR IGNORE INTO addresses (lang, slug, release) VALUES (?, ?, ?)", lang, slug, id);
  }
}

/** Whether lists may show it. */
export function isListed({ status }: Pick<ReleaseRow, "status">): boolean {
  return status === "published" || status === "withdrawn";
}
