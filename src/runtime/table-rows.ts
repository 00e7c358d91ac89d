/**
 * Rows of a table as they leave an object for a backup, and return to another one.
 */
import { ROWS_PER_PAGE, ROWS_UNITS_PER_PAGE } from "./limits.ts";
import type { Sql } from "./sql.ts";

/** The key of a row, as JSON has it. */
export type RowKey = (string | number | null)[];

/** Where a page begins: a table, and the key after which it is read. */
export interface RowsPlace {
  table: string;
  after?: RowKey | undefined;
}

/** Some rows of one table. Columns go by name, because a migrated table may have another order. */
export interface TableRows {
  table: string;
  columns: string[];
  rows: SqlStorageValue[][];
}

/** One row at least, if there is any; `next`: the key of the last one, null where no row follows. */
export interface RowsPage extends TableRows {
  next: RowKey | null;
}

/** A table, and how to read it from one row to the next. */
export interface TableReading {
  table: string;
  /** Selects the columns of the key, then those of the table: `… WHERE (key) > (?) ORDER BY key LIMIT ?`. */
  query: string;
  /** A key before the first row. */
  start: Readonly<RowKey>;
}

/** Reads the rows after a key. */
export function readPage(sql: Sql, { table, query, start }: TableReading, after?: RowKey): RowsPage {
  const key = after ?? [...start];
  const cursor = sql.exec(query, ...key, ROWS_PER_PAGE);
  const columns = cursor.columnNames.slice(key.length);
  const rows: SqlStorageValue[][] = [];
  let units = 0;
  let last: RowKey = key;
  let isCut = false;
  for (const row of cursor.raw()) {
    const values = row.slice(key.length);
    units += values.reduce<number>((sum, value) => sum + unitsOf(value), 0);
    isCut = rows.length > 0 && units > ROWS_UNITS_PER_PAGE;
    if (isCut) break;
    rows.push(values);
    last = row.slice(0, key.length) as RowKey;
  }
  return { table, columns, rows, next: isCut || rows.length === ROWS_PER_PAGE ? last : null };
}

/** Puts rows into their table, in place of those with the same key. `known`: the tables that take rows. */
export function insertRows(sql: Sql, { table, columns, rows }: TableRows, known: readonly string[]): void {
  if (!known.includes(table)) throw new RangeError(`no table takes rows of ${table}`);
  const present = sql.exec(selectNothing(table)).columnNames;
  const unknown = columns.find((column) => !present.includes(column));
  if (unknown !== undefined) throw new RangeError(`the table ${table} has no column ${unknown}`);
  if (rows.some((row) => row.length !== columns.length)) {
    throw new RangeError(`a row of ${table} does not have ${columns.length} values`);
  }
  const query = insertion(table, columns);
  for (const row of rows) sql.exec(query, ...row);
}

/** The same string for the same table each time: workerd finds prepared statements by it. */
const insertions = new Map<string, string>();

function insertion(table: string, columns: readonly string[]): string {
  const key = `${table} ${columns.join()}`;
  const known = insertions.get(key);
  if (known !== undefined) return known;
  const names = columns.map((column) => `"${column}"`).join(", ");
  const query = `INSERT OR REPLACE INTO ${table} (${names}) VALUES (${columns.map(() => "?").join(", ")})`;
  insertions.set(key, query);
  return query;
}

function selectNothing(table: string): string {
  return `SELECT * FROM ${table} LIMIT 0`;
}

function unitsOf(value: SqlStorageValue): number {
  return typeof value === "string" ? value.length + 3 : 12;
}
