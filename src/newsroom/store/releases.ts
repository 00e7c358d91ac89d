/**
 * The rows of releases and of their editions.
 */
import type { Instant } from "../../domain/dates.ts";
import { formatFileReference } from "../../domain/file.ts";
import type { PreparedRelease, Status } from "../../domain/release.ts";
import { entrySizeBytes } from "../../feeds/entry-size.ts";
import { all, column, exists, first, type Sql, value } from "../../runtime/sql.ts";
import { saveWords } from "./edition-words.ts";
import { contentJson } from "../../domain/edition-content.ts";

/** A release with its current edition. */
export interface ReleaseRow {
  id: string;
  lang: string;
  slug: string;
  group: string;
  status: Status;
  edition: number;
  /** The edition with which the release became public; null until then. */
  firstSeen: number | null;
  embargo: Instant | null;
  published: Instant | null;
  updated: Instant | null;
  reason: string | null;
  /** The corrected translation that this one has not followed yet, and its edition. */
  behind: string | null;
  behindEdition: number | null;
  /** What the last edition said that it follows. */
  follows: number | null;
  /** 1: the last edition said `reallyMinor`. */
  isReallyMinor: number;
  /** The latest edition that readers were notified of, or that was large and `reallyMinor`; null before publication. */
  announced: number | null;
  /** Canonical JSON of the current edition. */
  content: string;
  note: string | null;
}

export function findRelease(sql: Sql, id: string): ReleaseRow | undefined {
  return first(
    sql,
    `SELECT r.id, r.lang, r.slug, r."group", r.status, r.edition, r.first_seen AS "firstSeen", r.embargo,
            r.published, r.updated, r.reason, r.behind, r.behind_edition AS "behindEdition", r.follows,
            r.really_minor AS "isReallyMinor", r.announced,
            e.content, e.note
     FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition WHERE r.id = ?`,
    id,
  );
}

/** @throws {TypeError} if there is no such release */
export function getRelease(sql: Sql, id: string): ReleaseRow {
  const row = findRelease(sql, id);
  if (row === undefined) throw new TypeError(`no release ${id}`);
  return row;
}

/** Stores an edition and makes it the current one. A new release is embargoed; the status of others stays. */
export function addEdition(
  sql: Sql,
  prepared: PreparedRelease,
  edition: number,
  embargo: Instant | null,
  nowMs: number,
): void {
  const { input } = prepared;
  sql.exec(
    `INSERT INTO editions (release, edition, accepted_ms, content, embargo, change, note, html, text, summary, files)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    JSON.stringify([...new Set(prepared.files.map(formatFileReference))]),
  );
  sql.exec(
    `INSERT INTO releases (id, lang, slug, "group", status, edition, embargo, bytes, follows, hash, really_minor)
     VALUES (?1, ?2, ?3, ?4, 'embargoed', ?5, ?6, ?7, ?8, ?9, ?10)
     ON CONFLICT (id) DO UPDATE
     SET lang = ?2, slug = ?3, "group" = ?4, edition = ?5, embargo = ?6, bytes = ?7, follows = ?8, hash = ?9,
         really_minor = ?10`,
    input.id,
    input.lang,
    input.slug,
    input.group ?? input.id,
    edition,
    embargo,
    entrySizeBytes(prepared),
    input.follows ?? null,
    prepared.hash,
    input.change === "minor" && input.reallyMinor === true ? 1 : 0,
  );
  const { title } = input;
  saveWords(sql, { release: input.id, edition }, { title, summary: prepared.summary, text: prepared.text });
}

type ReleaseChanges = Partial<
  Pick<
    ReleaseRow,
    "status" | "embargo" | "published" | "updated" | "reason" | "note" | "behind" | "follows" | "announced"
  > & {
    first_seen: number;
    touched: number;
    behind_edition: number | null;
  }
>;

/** Changes columns of a release, named as in the table. */
export function updateRelease(sql: Sql, id: string, changes: ReleaseChanges): void {
  const assignments = Object.keys(changes).map((name) => `${name} = ?`);
  sql.exec(`UPDATE releases SET ${assignments.join(", ")} WHERE id = ?`, ...Object.values(changes), id);
}

/** The note of the latest major edition, which readers see beside the text. */
export function shownNote(sql: Sql, id: string): string | null {
  return value(sql, "SELECT note FROM releases WHERE id = ?", id);
}

/** Marks the public translations of a corrected release as behind its edition. @returns their ids */
export function markTranslationsBehind(sql: Sql, id: string, edition: number, group: string): string[] {
  return column(
    sql,
    `UPDATE releases SET behind = ?1, behind_edition = ?2
     WHERE "group" = ?3 AND id <> ?1 AND status IN ('published', 'withdrawn') RETURNING id`,
    id,
    edition,
    group,
  );
}

/** Ends the marks of translations that are behind a release which is no longer among them. */
export function forgetBehind(sql: Sql, id: string, group: string): void {
  sql.exec(
    'UPDATE releases SET behind = NULL, behind_edition = NULL WHERE "group" = ? AND behind = ?',
    group,
    id,
  );
}

/** Another release of the group in this language that is not killed. */
export function rivalOf(
  sql: Sql,
  { id, group, lang }: Pick<ReleaseRow, "id" | "group" | "lang">,
): { id: string; lang: string; slug: string } | undefined {
  return first(
    sql,
    `SELECT id, lang, slug FROM releases
     WHERE "group" = ? AND lang = ? AND id <> ? AND status <> 'killed' LIMIT 1`,
    group,
    lang,
    id,
  );
}

/** Whether a release has this instant already. */
export function isTaken(sql: Sql, published: Instant): boolean {
  return exists(sql, "SELECT 1 FROM releases WHERE published = ?", published);
}

/** How many releases have their instant from `start` up to but not including `end`. */
export function countBetween(sql: Sql, start: Instant, end: Instant): number {
  return value(sql, "SELECT count(*) FROM releases WHERE published >= ? AND published < ?", start, end);
}

/** The latest `published` or `updated` of all releases; 0 if there are none. */
export function latestInstant(sql: Sql): Instant {
  return value(
    sql,
    `SELECT max(
       ifnull((SELECT max(published) FROM releases), 0),
       ifnull((SELECT max(updated) FROM releases WHERE updated IS NOT NULL), 0))`,
  );
}

/** The size of a release as a feed entry, in bytes. */
export function sizeOf(sql: Sql, id: string): number {
  return value(sql, "SELECT bytes FROM releases WHERE id = ?", id);
}

/** The embargo that an edition was accepted with. */
export function embargoOfEdition(sql: Sql, id: string, edition: number): Instant | null {
  return value(sql, "SELECT embargo FROM editions WHERE release = ? AND edition = ?", id, edition);
}

/** The sizes of releases as feed entries, oldest first. */
export function entrySizes(sql: Sql, published: readonly Instant[]): { published: Instant; bytes: number }[] {
  return all(
    sql,
    `SELECT published, bytes FROM releases INDEXED BY releases_sizes
     WHERE published IN (SELECT value FROM json_each(?)) ORDER BY published`,
    JSON.stringify(published),
  );
}

/** Whether lists show the release. */
export function isListed({ status }: Pick<ReleaseRow, "status">): boolean {
  return status === "published" || status === "withdrawn";
}
