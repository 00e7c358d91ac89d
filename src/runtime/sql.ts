/**
 * SQLite in a Durable Object: one-line reads, and a count of what statements write.
 */

/** All that the service uses of SQLite. */
export type Sql = Pick<SqlStorage, "exec">;

/** Every row, as `Row`: the caller names the columns in the query and vouches for their types. */
export function all<Row>(sql: Sql, query: string, ...bindings: SqlStorageValue[]): Row[] {
  return sql.exec(query, ...bindings).toArray() as Row[];
}

/**
 * The first row; undefined where there is none. Not for a statement that writes: SQLite cannot commit while it has more
 * rows to give.
 */
export function first<Row>(sql: Sql, query: string, ...bindings: SqlStorageValue[]): Row | undefined {
  const [row] = sql.exec(query, ...bindings);
  return row as Row | undefined;
}

/** The first column of every row. */
export function column<Value extends SqlStorageValue>(
  sql: Sql,
  query: string,
  ...bindings: SqlStorageValue[]
): Value[] {
  return Array.from(sql.exec(query, ...bindings).raw(), ([value]) => value as Value);
}

/** The first column of the one row that a query such as `SELECT count(*)` gives. */
export function value<Value extends SqlStorageValue>(
  sql: Sql,
  query: string,
  ...bindings: SqlStorageValue[]
): Value {
  const [found] = column<Value>(sql, query, ...bindings);
  if (found === undefined) throw new TypeError(`no row: ${query}`);
  return found;
}

/** Whether a query gives any row. */
export function exists(sql: Sql, query: string, ...bindings: SqlStorageValue[]): boolean {
  return first(sql, query, ...bindings) !== undefined;
}

/**
 * Counts what a platform bills: rows that SQLite wrote and documents that KV took. Log lines carry the
 * counts.
 */
export class Meter {
  #rowsWritten = 0;
  #kvWrites = 0;

  addRows(count: number): void {
    this.#rowsWritten += count;
  }

  addKvWrite(): void {
    this.#kvWrites += 1;
  }

  /** The counts since the last call, which starts them again from 0. */
  take(): { rowsWritten: number; kvWrites: number } {
    const counts = { rowsWritten: this.#rowsWritten, kvWrites: this.#kvWrites };
    this.#rowsWritten = 0;
    this.#kvWrites = 0;
    return counts;
  }
}

/** Runs statements as `sql` does, and adds the rows that they write to the meter. */
export function meteredSql(sql: SqlStorage, meter: Meter): Sql {
  return {
    exec: (query, ...bindings) => {
      const cursor = sql.exec(query, ...bindings);
      // SQLite has written when the statement has run, before the first row is read.
      meter.addRows(cursor.rowsWritten);
      return cursor as never;
    },
  };
}
