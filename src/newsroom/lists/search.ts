/**
 * Finds releases by a filter, newest first, in SQL. The same filter in memory is `matches` of
 * domain/filter.ts; a property test compares the two.
 */
import type { Instant } from "../../domain/dates.ts";
import { type Conditions, type Filter, PART_MARK } from "../../domain/filter.ts";
import { countSearchEntries, isEmptySearch, parseSearch, type SearchQuery } from "../../domain/search.ts";
import { phraseQuery } from "../../domain/search-words.ts";
import { type Sql, value } from "../../runtime/sql.ts";
import { INDEX_ENTRIES_PER_ROW, PAGE_BYTES_MAX, VALUES_LOOKED_UP_MAX } from "../limits.ts";
import { FIELDS_AND_FACETS, INDEXED_FIELDS } from "../store/index-terms.ts";
import { entrySizes } from "../store/releases.ts";

/** `from` and `to` bound `published`, both included; `before` continues a page. */
export interface ListQuery {
  filter: Filter;
  from?: Instant | undefined;
  to?: Instant | undefined;
  before?: Instant | undefined;
}

interface Clause {
  sql: string;
  values: (string | number)[];
}

type Field = (typeof INDEXED_FIELDS)[number];

/** The index that a query reads from its newest row, and the condition that selects its rows. */
interface Walk extends Clause {
  table: string;
  /** The column with the release's instant. */
  published: string;
  /** The field of the filter that the index answers. */
  field?: Field;
}

/** @returns the instants that name the releases, newest first, `limit` at most */
export function findReleases(sql: Sql, query: ListQuery, limit: number): Instant[] {
  return Array.from(runSearch(sql, query, limit).raw(), ([published]) => published as Instant);
}

/** What a search costs, counted in rows: those that it reads, and the index entries that it merges for them. */
export function searchCost(sql: Sql, query: ListQuery, limit: number): number {
  const cursor = runSearch(sql, query, limit);
  const found = cursor.toArray(); // the cursor counts the rows that it reads
  const { q, not } = query.filter;
  const entries = [q, not?.q].reduce((sum, search) => sum + countSearchEntries(search ?? ""), 0);
  if (entries === 0 || found.length === limit) return cursor.rowsRead;
  const texts = value<number>(
    sql,
    `SELECT count(*) FROM filings WHERE field = 'listed' AND value = '' AND published BETWEEN ? AND ?`,
    query.from ?? -Number.MAX_SAFE_INTEGER,
    query.to ?? Number.MAX_SAFE_INTEGER,
  );
  return cursor.rowsRead + (entries * texts) / INDEX_ENTRIES_PER_ROW;
}

function runSearch(sql: Sql, query: ListQuery, limit: number) {
  const { not, ...conditions } = query.filter;
  const walk = chooseWalk(conditions, not);
  const clauses = [
    ...fieldClauses(conditions, walk.field),
    ...fieldClauses(not ?? {}).map(negated),
    ...bounds(query),
  ];
  const where = [walk, ...clauses]
    .map((clause) => clause.sql.replaceAll("@published", walk.published))
    .join(" AND ");
  return sql.exec(
    // A release with several of the values has several rows.
    `SELECT DISTINCT ${walk.published} AS published FROM ${walk.table} AS l WHERE ${where}
     ORDER BY ${walk.published} DESC LIMIT ?`,
    ...[walk, ...clauses].flatMap(({ values }) => values),
    limit,
  );
}

/** As many of the first releases, given newest first, as one answer holds; at least one. */
export function fittingPage(sql: Sql, found: readonly Instant[]): Instant[] {
  const page: Instant[] = [];
  let total = 0;
  for (const { published, bytes } of entrySizes(sql, found).toReversed()) {
    total += bytes;
    if (total > PAGE_BYTES_MAX && page.length > 0) break;
    page.push(published);
  }
  return page;
}

/**
 * Chooses the condition that the fewest releases are likely to meet. All searches become one query of the
 * index of words: one query for each release would take time that grows with the square of the ledger.
 */
function chooseWalk(conditions: Conditions, not: Conditions | undefined): Walk {
  const match = ftsMatch(conditions.q, not?.q);
  if (match !== undefined) {
    return { table: "search", published: "l.rowid", sql: "search MATCH ?", values: [match] };
  }
  const field =
    INDEXED_FIELDS.find((candidate) => conditions[candidate]?.length === 1) ??
    FIELDS_AND_FACETS.find(([candidate]) => conditions[candidate] !== undefined)?.[0];
  const wanted = field === undefined ? undefined : conditions[field];
  const index = { table: "filings", published: "l.published" };
  if (field === undefined || wanted === undefined) {
    return { ...index, sql: "l.field = ? AND l.value = ?", values: ["listed", ""] };
  }
  const [value = ""] = wanted;
  return wanted.length === 1
    ? { ...index, sql: "l.field = ? AND l.value = ?", values: [field, value], field }
    : { ...index, sql: `l.field = ? AND l.value ${AMONG}`, values: [field, JSON.stringify(wanted)], field };
}

/** One of the values in a JSON array. */
const AMONG = "IN (SELECT value FROM json_each(?))";

function fieldClauses(conditions: Conditions, walked?: Field): Clause[] {
  return INDEXED_FIELDS.flatMap((field) => {
    const wanted = conditions[field];
    if (wanted === undefined || field === walked) return [];
    // A plus keeps SQLite from using the index that begins with the column.
    const plus = wanted.length > VALUES_LOOKED_UP_MAX ? "+" : "";
    return [
      {
        sql: `EXISTS (SELECT 1 FROM filings AS f WHERE ${plus}f.field = ? AND ${plus}f.value ${AMONG} AND f.published = @published)`,
        values: [field, JSON.stringify(wanted)],
      },
    ];
  });
}

function negated({ sql, values }: Clause): Clause {
  return { sql: `NOT ${sql}`, values };
}

function bounds({ from, to, before }: ListQuery): Clause[] {
  const clause = (operator: string, value: Instant | undefined): Clause[] =>
    value === undefined ? [] : [{ sql: `@published ${operator} ?`, values: [value] }];
  return [...clause(">=", from), ...clause("<=", to), ...clause("<", before)];
}

/** An FTS5 query for what `q` finds and `not.q` does not; undefined if neither narrows anything. */
function ftsMatch(q: string | undefined, notQ: string | undefined): string | undefined {
  const found = q === undefined || isEmptySearch(q) ? undefined : ftsSearch(parseSearch(q));
  if (notQ === undefined) return found;
  return `(${found ?? EVERY_TEXT}) NOT (${ftsSearch(parseSearch(notQ))})`;
}

/** An FTS5 query for all phrases of a search and none of its exclusions. */
function ftsSearch({ all, none }: SearchQuery): string {
  const phrases = all.length === 0 ? EVERY_TEXT : ftsQuery(all, " AND ");
  return none.length === 0 ? phrases : `(${phrases}) NOT (${ftsQuery(none, " OR ")})`;
}

/** The mark between title, summary and text, which every release has. */
const EVERY_TEXT = ftsQuery([[PART_MARK]], " OR ");

function ftsQuery(phrases: readonly (readonly string[])[], operator: " AND " | " OR "): string {
  return phrases.map(phraseQuery).join(operator);
}
