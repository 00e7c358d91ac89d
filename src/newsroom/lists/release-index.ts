/**
 * The indexes by which lists and search find releases, and how many there are under each value.
 */
import type { Sql } from "../../runtime/sql.ts";
import { FACET_FIELDS, searchableWords } from "../../domain/filter.ts";
import type { Instant } from "../../domain/dates.ts";
import { type EditionContent, parseContent } from "../store/editions.ts";
import { isListed, type ReleaseRow } from "../store/releases.ts";

/** How many releases of a language lists find under a value of a field. */
export interface TermCount {
  lang: string;
  field: string;
  value: string;
  count: number;
}

export class ReleaseIndex {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Lists and search find the release by its present edition, or not at all.
   *
   * @returns whether lists find it otherwise than before
   */
  reindex(row: ReleaseRow): boolean {
    if (row.published === null) return false;
    const content = parseContent(row.content);
    const after = isListed(row) ? indexTermsOf(content) : [];
    const before = this.#sql
      .exec<{ field: string; value: string }>(
        "DELETE FROM filings WHERE published = ? RETURNING field, value",
        row.published,
      )
      .toArray();
    // Deleting what is not there would leave a tombstone in every segment of the index of words.
    if (before.length > 0) this.#sql.exec("DELETE FROM search WHERE rowid = ?", row.published);
    for (const [field, value] of after) {
      this.#sql.exec(
        "INSERT OR IGNORE INTO filings (field, value, published) VALUES (?, ?, ?)",
        field,
        value,
        row.published,
      );
    }
    if (after.length > 0) this.#index(row.published, content.title, row);
    const beforePairs = before.map(({ field, value }): [string, string] => [field, value]);
    if (samePairs(beforePairs, after)) return false;
    this.#count(beforePairs, -1);
    this.#count(after, 1);
    return true;
  }

  /**
   * Folds the words of releases anew by which search finds them, newest first.
   *
   * @param before what was published from this instant on is left as it is
   * @returns the instant of the last of them; undefined where there are no more
   */
  reindexBefore(before: Instant, limit: number): Instant | undefined {
    let last: Instant | undefined;
    const rows = this.#sql.exec<
      { published: number; content: string; summary: string; text: string } & Record<string, SqlStorageValue>
    >(
      `SELECT r.published, e.content, e.summary, e.text
       FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition
       WHERE r.published IN
         (SELECT published FROM filings WHERE field = 'listed' AND value = '' AND published < ?
          ORDER BY published DESC LIMIT ?)
       ORDER BY r.published DESC`,
      before,
      limit,
    );
    for (const row of rows.toArray()) {
      this.#sql.exec("DELETE FROM search WHERE rowid = ?", row.published);
      this.#index(row.published, parseContent(row.content).title, row);
      last = row.published;
    }
    return last;
  }

  #index(published: Instant, title: string, { summary, text }: { summary: string; text: string }): void {
    this.#sql.exec(
      "INSERT INTO search (rowid, words) VALUES (?, ?)",
      published,
      searchableWords({ title, summary, text }).join(" "),
    );
  }

  #count(releaseIndex: readonly [field: string, value: string][], by: 1 | -1): void {
    const lang = releaseIndex.find(([field]) => field === "lang")?.[1];
    if (lang === undefined) return;
    for (const [field, value] of releaseIndex) {
      this.#sql.exec(
        `INSERT INTO filing_counts (lang, field, value, count) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET count = count + excluded.count`,
        lang,
        field,
        value,
        by,
      );
    }
  }

  counts(): TermCount[] {
    return this.#sql
      .exec<TermCount & Record<string, SqlStorageValue>>(
        "SELECT lang, field, value, count FROM filing_counts WHERE count > 0 ORDER BY lang, field, value",
      )
      .toArray();
  }
}

/** The fields and values under which lists find a text. */
function indexTermsOf(content: EditionContent): [field: string, value: string][] {
  return [
    ["listed", ""],
    ["lang", content.lang],
    ["type", content.type],
    ...Object.entries(FACET_FIELDS).flatMap(([field, facet]) =>
      content[facet].map((value): [string, string] => [field, value]),
    ),
  ];
}

function samePairs(a: readonly [string, string][], b: readonly [string, string][]): boolean {
  const key = (pairs: readonly [string, string][]) =>
    JSON.stringify(pairs.map((pair) => pair.join("\n")).sort());
  return key(a) === key(b);
}
