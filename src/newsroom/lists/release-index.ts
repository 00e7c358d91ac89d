/**
 * The indexes of lists and of words, and the number of releases per value. Only listed releases are in
 * them.
 */
import type { Instant } from "../../domain/dates.ts";
import { searchableWords } from "../../domain/filter.ts";
import { all, type Sql } from "../../runtime/sql.ts";
import { type EditionContent, parseContent } from "../store/editions.ts";
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
  if (after.length > 0) indexWords(sql, row.published, content.title, row);
  if (sameTerms(before, after)) return false;
  addToCounts(sql, before, -1);
  addToCounts(sql, after, 1);
  return true;
}

/**
 * Indexes the words of releases again, newest first.
 *
 * @param before only releases from before this instant
 * @returns the instant of the last one; undefined if there are no more
 */
export function reindexBefore(sql: Sql, before: Instant, limit: number): Instant | undefined {
  const rows = all<{ published: Instant; content: string; summary: string; text: string }>(
    sql,
    `SELECT r.published, e.content, e.summary, e.text
     FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition
     WHERE r.published IN
       (SELECT published FROM filings WHERE field = 'listed' AND value = '' AND published < ?
        ORDER BY published DESC LIMIT ?)
     ORDER BY r.published DESC`,
    before,
    limit,
  );
  for (const row of rows) {
    sql.exec("DELETE FROM search WHERE rowid = ?", row.published);
    indexWords(sql, row.published, parseContent(row.content).title, row);
  }
  return rows.at(-1)?.published;
}

export function countTerms(sql: Sql): TermCount[] {
  return all(
    sql,
    "SELECT lang, field, value, count FROM filing_counts WHERE count > 0 ORDER BY lang, field, value",
  );
}

function indexWords(
  sql: Sql,
  published: Instant,
  title: string,
  { summary, text }: { summary: string; text: string },
): void {
  const words = searchableWords({ title, summary, text }).join(" ");
  sql.exec("INSERT INTO search (rowid, words) VALUES (?, ?)", published, words);
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
