/**
 * The words of each edition that searches compare. They are made once, when the edition is stored.
 */
import { searchableWords } from "../../domain/filter.ts";
import { all, type Sql, value } from "../../runtime/sql.ts";
import { parseContent } from "./editions.ts";

export type EditionKey = { release: string; edition: number };

/** Makes and stores the words of an edition, in place of earlier ones. */
export function saveWords(
  sql: Sql,
  { release, edition }: EditionKey,
  texts: { title: string; summary: string; text: string },
): void {
  sql.exec(
    "INSERT OR REPLACE INTO edition_words (release, edition, words) VALUES (?, ?, ?)",
    release,
    edition,
    searchableWords(texts),
  );
}

/** The words of an edition, as `searchableWords` makes them. */
export function wordsOf(sql: Sql, { release, edition }: EditionKey): string {
  return value(sql, "SELECT words FROM edition_words WHERE release = ? AND edition = ?", release, edition);
}

/**
 * Makes the words of editions again, in the order of releases and editions.
 *
 * @param after only editions after this one
 * @returns the editions whose words were made
 */
export function remakeWords(sql: Sql, after: EditionKey, limit: number): EditionKey[] {
  const rows = all<EditionKey & { content: string; summary: string; text: string }>(
    sql,
    `SELECT release, edition, content, summary, text FROM editions
     WHERE (release, edition) > (?, ?) ORDER BY release, edition LIMIT ?`,
    after.release,
    after.edition,
    limit,
  );
  for (const row of rows) {
    const { content, summary, text } = row;
    saveWords(sql, row, { title: parseContent(content).title, summary, text });
  }
  return rows.map(({ release, edition }) => ({ release, edition }));
}
