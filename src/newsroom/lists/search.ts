/**
 * Finds releases by a filter, newest first, in SQL. The same filter in memory is `matches` of
 * domain/filter.ts; a property test compares the two.
 */
import type { Instant } from "../../domain/dates.ts";
import type { Conditions, Filter } from "../../domain/filter.ts";
import { parseSearch, type SearchQuery } from "../../domain/search.ts";
import { column, type Sql } from "../../runtime/sql.ts";
import { INDEXED_FIELDS } from "../store/index-terms.ts";

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
  const { not, ...conditions } = query.filter;
  const walk = chooseWalk(conditions);
  const clauses = [
    ...fieldClauses(conditions, walk.field),
    ...exclusionsOnly(conditions.q),
    ...[...fieldClauses(not ?? {}), ...wholeSearch(not?.q)].map(negated),
    ...bounds(query),
  ];
  const where = [walk, ...clauses]
    .map((clause) => clause.sql.replaceAll("@published", walk.published))
    .join(" AND ");
  return column(
    sql,
    `SELECT ${walk.published} AS published FROM ${walk.table} AS l WHERE ${where}
     ORDER BY ${walk.published} DESC LIMIT ?`,
    ...[walk, ...clauses].flatMap(({ values }) => values),
    limit,
  );
}

/** Chooses the condition that the fewest releases are likely to meet. */
function chooseWalk(conditions: Conditions): Walk {
  const search = parseSearch(conditions.q ?? "");
  if (search.all.length > 0) {
    return { table: "search", published: "l.rowid", sql: "search MATCH ?", values: [ftsSearch(search)] };
  }
  const field = INDEXED_FIELDS.find((candidate) => conditions[candidate]?.length === 1);
  const [value] = field === undefined ? [] : (conditions[field] ?? []);
  const index = { table: "filings", published: "l.published", sql: "l.field = ? AND l.value = ?" };
  return field === undefined || value === undefined
    ? { ...index, values: ["listed", ""] }
    : { ...index, values: [field, value], field };
}

function fieldClauses(conditions: Conditions, walked?: Field): Clause[] {
  return INDEXED_FIELDS.flatMap((field) => {
    const wanted = conditions[field];
    if (wanted === undefined || field === walked) return [];
    return [
      {
        sql: `EXISTS (SELECT 1 FROM filings AS f WHERE f.field = ? AND f.value IN (SELECT value FROM json_each(?)) AND f.published = @published)`,
        values: [field, JSON.stringify(wanted)],
      },
    ];
  });
}

/** A search that only excludes words cannot walk the index of words: it filters another walk. */
function exclusionsOnly(q: string | undefined): Clause[] {
  const { all, none } = parseSearch(q ?? "");
  return all.length > 0 || none.length === 0 ? [] : [negated(matchClause(ftsQuery(none, " OR ")))];
}

/** A whole search as one clause, for `not`: all phrases and none of the exclusions. */
function wholeSearch(q: string | undefined): Clause[] {
  if (q === undefined) return [];
  const search = parseSearch(q);
  if (search.all.length > 0) return [matchClause(ftsSearch(search))];
  if (search.none.length > 0) return [negated(matchClause(ftsQuery(search.none, " OR ")))];
  return [{ sql: "1", values: [] }]; // an empty search matches everything
}

/** Looks up one row of the index: the set of all matches may be a tenth of the ledger. */
function matchClause(match: string): Clause {
  return {
    sql: "EXISTS (SELECT 1 FROM search AS s WHERE s.search MATCH ? AND s.rowid = @published)",
    values: [match],
  };
}

function negated({ sql, values }: Clause): Clause {
  return { sql: `NOT ${sql}`, values };
}

function bounds({ from, to, before }: ListQuery): Clause[] {
  const clause = (operator: string, value: Instant | undefined): Clause[] =>
    value === undefined ? [] : [{ sql: `@published ${operator} ?`, values: [value] }];
  return [...clause(">=", from), ...clause("<=", to), ...clause("<", before)];
}

/** An FTS5 query for all phrases of a search and none of its exclusions. */
function ftsSearch({ all, none }: SearchQuery): string {
  const phrases = ftsQuery(all, " AND ");
  return none.length === 0 ? phrases : `(${phrases}) NOT (${ftsQuery(none, " OR ")})`;
}

/** Words are letters and digits only, so quotation marks are all the quoting that FTS5 needs. */
function ftsQuery(phrases: readonly (readonly string[])[], operator: " AND " | " OR "): string {
  return phrases.map((words) => `"${words.join(" ")}"`).join(operator);
}
