/**
 * Finds releases by a filter, newest first. The fields are those of domain/filter.ts, and mean here
 * what they mean there; a test holds the two against each other.
 */
import type { Sql } from "../../runtime/sql.ts";
import { type Conditions, FACET_FIELDS, type Filter } from "../../domain/filter.ts";
import type { Instant } from "../../domain/dates.ts";
import { parseSearch, type SearchQuery } from "../../domain/search.ts";

/** A list narrowed; `from` and `to` bound `published`, both included; `before` continues a page. */
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

/** Those that few releases share come first. */
const FIELDS = [...(Object.keys(FACET_FIELDS) as (keyof typeof FACET_FIELDS)[]), "type", "lang"] as const;
type Field = (typeof FIELDS)[number];

/** @returns the instants that name the releases, newest first, `limit` at most */
export function findReleases(sql: Sql, query: ListQuery, limit: number): Instant[] {
  const { not, ...asked } = query.filter;
  const walk = walkOf(asked);
  const clauses = [
    ...fieldClauses(asked, walk.field),
    ...excludedWords(asked.q),
    ...[...fieldClauses(not ?? {}), ...wholeSearch(not?.q)].map(negated),
    ...bounds(query),
  ];
  const where = [walk, ...clauses]
    .map((clause) => clause.sql.replaceAll("@published", walk.published))
    .join(" AND ");
  return sql
    .exec<{ published: number }>(
      `SELECT ${walk.published} AS published FROM ${walk.table} AS l WHERE ${where}
       ORDER BY ${walk.published} DESC LIMIT ?`,
      ...[walk, ...clauses].flatMap(({ values }) => values),
      limit,
    )
    .toArray()
    .map(({ published }) => published);
}

/** The index that is walked from its newest row: what is asked for that few releases have, first of all. */
function walkOf(asked: Conditions): Clause & { table: string; published: string; field?: Field } {
  const words = parseSearch(asked.q ?? "");
  if (words.all.length > 0) {
    return { table: "search", published: "l.rowid", sql: "search MATCH ?", values: [matchOf(words)] };
  }
  const field = FIELDS.find((candidate) => asked[candidate]?.length === 1);
  const [value] = field === undefined ? [] : (asked[field] ?? []);
  const filed = { table: "filings", published: "l.published", sql: "l.field = ? AND l.value = ?" };
  return field === undefined || value === undefined
    ? { ...filed, values: ["listed", ""] }
    : { ...filed, values: [field, value], field };
}

function fieldClauses(asked: Conditions, walked?: Field): Clause[] {
  return FIELDS.flatMap((field) => {
    const wanted = asked[field];
    if (wanted === undefined || field === walked) return [];
    return [
      {
        sql: `EXISTS (SELECT 1 FROM filings AS f WHERE f.field = ? AND f.value IN (SELECT value FROM json_each(?)) AND f.published = @published)`,
        values: [field, JSON.stringify(wanted)],
      },
    ];
  });
}

/** Where nothing is said that must be found, a walk through words has nowhere to begin. */
function excludedWords(q: string | undefined): Clause[] {
  const { all, none } = parseSearch(q ?? "");
  return all.length > 0 || none.length === 0 ? [] : [negated(foundClause(ftsQuery(none, " OR ")))];
}

/** A whole search as one clause, for `not`: found by all its phrases and none of its exclusions. */
function wholeSearch(q: string | undefined): Clause[] {
  if (q === undefined) return [];
  const words = parseSearch(q);
  if (words.all.length > 0) return [foundClause(matchOf(words))];
  if (words.none.length > 0) return [negated(foundClause(ftsQuery(words.none, " OR ")))];
  return [{ sql: "1", values: [] }]; // an empty search finds everything
}

/** One row is looked up in the index; the set of all that match could be a tenth of the ledger. */
function foundClause(match: string): Clause {
  return {
    sql: "EXISTS (SELECT 1 FROM search AS s WHERE s.search MATCH ? AND s.rowid = @published)",
    values: [match],
  };
}

function negated({ sql, values }: Clause): Clause {
  return { sql: `NOT ${sql}`, values };
}

function bounds({ from, to, before }: ListQuery): Clause[] {
  const clause = (sql: string, value: Instant | undefined): Clause[] =>
    value === undefined ? [] : [{ sql: `@published ${sql} ?`, values: [value] }];
  return [...clause(">=", from), ...clause("<=", to), ...clause("<", before)];
}

/** All phrases of a search, and none of its exclusions. */
function matchOf({ all, none }: SearchQuery): string {
  const found = ftsQuery(all, " AND ");
  return none.length === 0 ? found : `(${found}) NOT (${ftsQuery(none, " OR ")})`;
}

/** Words are letters and digits only, so quotation marks are all the quoting that FTS5 needs. */
function ftsQuery(phrases: readonly (readonly string[])[], joined: " AND " | " OR "): string {
  return phrases.map((words) => `"${words.join(" ")}"`).join(joined);
}
