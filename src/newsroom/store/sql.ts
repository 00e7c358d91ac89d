/**
 * What the Newsroom costs: rows that SQLite wrote and documents that KV took are what a platform bills,
 * so each piece of work says in its log line how many it was.
 */

/** All that this project uses of SQLite. */
export type Sql = Pick<SqlStorage, "exec">;

export class Meter {
  #rowsWritten = 0;
  #kvWrites = 0;

  addRows(count: number): void {
    this.#rowsWritten += count;
  }

  addKvWrite(): void {
    this.#kvWrites += 1;
  }

  /** Since it was last read. */
  read(): { rowsWritten: number; kvWrites: number } {
    const read = { rowsWritten: this.#rowsWritten, kvWrites: this.#kvWrites };
    this.#rowsWritten = 0;
    this.#kvWrites = 0;
    return read;
  }
}

/** Statements run as before; what they write is counted. */
export function meteredSql(sql: SqlStorage, meter: Meter): Sql {
  return {
    exec: (query, ...bindings) => {
      const cursor = sql.exec(query, ...bindings);
      // Writes are done when the statement has been run, before its first row is read.
      meter.addRows(cursor.rowsWritten);
      return cursor as never;
    },
  };
}
