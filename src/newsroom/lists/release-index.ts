/**
 * The indexes of lists and of words, and the number of releases per value. Only listed releases are in
 * them.
 */
import type { Instant } from "../../domain/dates.ts";
import { indexEntries } from "../../domain/search-words.ts";
import { all, exists, first, type Sql } from "../../runtime/sql.ts";
import { FACET_OF } from "../../domain/filter.ts";
import { DIRECTORY_VALUES_MAX, VALUES_RENDERED_AT_ONCE_MAX } from "../limits.ts";
import { type EditionKey, wordsOf } from "../store/edition-words.ts";
import { type EditionContent } from "../../domain/edition-content.ts";
import { parseContent } from "../store/editions.ts";
import { facetTerms } from "../store/index-terms.ts";
import { isListed, type ReleaseRow } from "../store/releases.ts";

/** How many listed releases of a language have a value. */
export interface TermCount {
  lang: string;
  field: string;
  value: string;
  count: number;
}

interface Term {
  field: string;
  value: string;
}

/**
 * Indexes the current edition of a release, or removes the release from the indexes.
 *
 * @returns whether its values changed
 */
export function reindex(sql: Sql, row: ReleaseRow): boolean {
  if (row.published === null) return false;
  const content = parseContent(row.content);
  const after = isListed(row) ? termsOf(content) : [];
  const before = all<Term>(
    sql,
    "DELETE FROM filings WHERE published = ? RETURNING field, value",
    row.published,
  );
  // Deleting a row that FTS5 does not have would leave a tombstone in every segment of its index.
  if (before.length > 0) sql.exec("DELETE FROM search WHERE rowid = ?", row.published);
  for (const { field, value } of after) {
    sql.exec(
      "INSERT OR IGNORE INTO filings (field, value, published) VALUES (?, ?, ?)",
      field,
      value,
      row.published,
    );
  }
  if (after.length > 0) indexWords(sql, row.published, { release: row.id, edition: row.edition });
  if (sameTerms(before, after)) return false;
  addToCounts(sql, before, -1);
  addToCounts(sql, after, 1);
  return true;
}

/** Indexes the words of an edition again, where lists show it. */
export function reindexWords(sql: Sql, { release, edition }: EditionKey): void {
  const row = first<{ published: Instant }>(
    sql,
    `SELECT published FROM releases
     WHERE id = ? AND edition = ? AND status IN ('published', 'withdrawn')`,
    release,
    edition,
  );
  if (row === undefined) return;
  sql.exec("DELETE FROM search WHERE rowid = ?", row.published);
  indexWords(sql, row.published, { release, edition });
}

export function countTerms(sql: Sql): TermCount[] {
  return all(
    sql,
    "SELECT lang, field, value, count FROM filing_counts WHERE count > 0 ORDER BY lang, field, value",
  );
}

/** Of each language: its releases, and the values of each facet that most of them have. */
export function directoryTerms(sql: Sql, languages: readonly string[]): TermCount[] {
  return languages.flatMap((lang) =>
    ["lang", ...Object.keys(FACET_OF)].flatMap((field) =>
      mostUsedValues(sql, lang, field, DIRECTORY_VALUES_MAX).map((each) => ({ lang, field, ...each })),
    ),
  );
}

/** The values of one field that most listed releases of a language have, those with most releases first. */
export function mostUsedValues(
  sql: Sql,
  lang: string,
  field: string,
  limit: number,
): { value: string; count: number }[] {
  return all(
    sql,
    `SELECT value, count FROM filing_counts WHERE lang = ? AND field = ? AND count > 0
     ORDER BY count DESC, value LIMIT ?`,
    lang,
    field,
    limit,
  );
}

/** Whether listed releases have so many values that a document of all of them takes long to render. */
export function hasManyValues(sql: Sql): boolean {
  const query = "SELECT 1 FROM filing_counts LIMIT 1 OFFSET ?";
  return exists(sql, query, VALUES_RENDERED_AT_ONCE_MAX);
}

/** The values of one field that listed releases of a language have. */
export function countValues(sql: Sql, lang: string, field: string): { value: string; count: number }[] {
  return all(
    sql,
    "SELECT value, count FROM filing_counts WHERE lang = ? AND field = ? AND count > 0 ORDER BY value",
    lang,
    field,
  );
}

function indexWords(sql: Sql, published: Instant, edition: EditionKey): void {
  sql.exec("INSERT INTO search (rowid, words) VALUES (?, ?)", published, indexEntries(wordsOf(sql, edition)));
}

function addToCounts(sql: Sql, terms: readonly Term[], by: 1 | -1): void {
  const lang = terms.find(({ field }) => field === "lang")?.value;
  if (lang === undefined) return;
  for (const { field, value } of terms) {
    sql.exec(
      `INSERT INTO filing_counts (lang, field, value, count) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
      lang,
      field,
      value,
      by,
    );
  }
}

function termsOf(content: EditionContent): Term[] {
  return [
    { field: "listed", value: "" },
    { field: "lang", value: content.lang },
    ...facetTerms(content).map(([field, value]) => ({ field, value })),
  ];
}

function sameTerms(a: readonly Term[], b: readonly Term[]): boolean {
  const sorted = (terms: readonly Term[]) => terms.map(({ field, value }) => `${field}\n${value}`).sort();
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}
