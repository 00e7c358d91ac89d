/**
 * The ledger as it was at one instant, for a backup that reads it in pages while editors publish.
 *
 * A backup reads the Subscribers first and the ledger last. So no Subscriber in the archive is ahead of the ledger.
 * After the restore, the fan-out sends each Subscriber what it lacks. It starts at the sequence that the Subscriber
 * surely had when the backup began. A Subscriber ignores what it gets twice, as ever.
 */
import { column, exists, first, type Sql, value } from "../../runtime/sql.ts";
import { readPage, type RowsPage, type RowsPlace } from "../../runtime/table-rows.ts";
import { BACKED_UP } from "../store/backup-tables.ts";
import { lastSequence } from "../store/events.ts";
import { getMeta } from "../store/schema.ts";

interface SnapshotDeps {
  storage: Pick<DurableObjectStorage, "transactionSync">;
  sql: Sql;
}

export class Snapshot {
  readonly #storage: SnapshotDeps["storage"];
  readonly #sql: Sql;

  constructor({ storage, sql }: SnapshotDeps) {
    this.#storage = storage;
    this.#sql = sql;
  }

  /** Begins a backup in place of any other: notes the subscriptions, and what each surely has. */
  begin(id: string): void {
    const sql = this.#sql;
    this.#storage.transactionSync(() => {
      this.end();
      sql.exec("CREATE TABLE backup_state (id TEXT, as_of INTEGER)");
      sql.exec("INSERT INTO backup_state (id) VALUES (?)", id);
      sql.exec(
        "CREATE TABLE backup_subscribers (id TEXT PRIMARY KEY, cursor INTEGER, topic_version TEXT) WITHOUT ROWID",
      );
      sql.exec(
        "INSERT INTO backup_subscribers (id, cursor, topic_version) SELECT id, ifnull(cursor, ?), topic_version FROM subscriptions",
        this.#swept(),
      );
    });
  }

  /** Whether this backup is still the present one. */
  isPresent(id: string): boolean {
    if (!exists(this.#sql, "SELECT 1 FROM sqlite_master WHERE name = 'backup_state'")) return false;
    return exists(this.#sql, "SELECT 1 FROM backup_state WHERE id = ?", id);
  }

  /** The subscriptions after this one, by id. */
  subscribers(after: string, limit: number): string[] {
    return column(
      this.#sql,
      "SELECT id FROM backup_subscribers WHERE id > ? ORDER BY id LIMIT ?",
      after,
      limit,
    );
  }

  /** A page of the ledger. The first one keeps what all others read. `next` is null after the last one. */
  page(place: RowsPlace | null): { rows: RowsPage; next: RowsPlace | null } {
    this.#keep();
    const at = Math.max(
      0,
      BACKED_UP.findIndex(({ table }) => table === place?.table),
    );
    const reading = BACKED_UP[at];
    if (reading === undefined) throw new RangeError("a backup holds no table");
    const rows = readPage(this.#sql, reading, place?.after);
    if (rows.next !== null) return { rows, next: { table: reading.table, after: rows.next } };
    const following = BACKED_UP[at + 1];
    return { rows, next: following === undefined ? null : { table: following.table } };
  }

  /** Drops what the backup has kept. */
  end(): void {
    const query =
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'backup\\_%' ESCAPE '\\'";
    for (const name of column<string>(this.#sql, query)) this.#sql.exec(`DROP TABLE ${name}`);
  }

  #keep(): void {
    const sql = this.#sql;
    const asOf = first<{ as_of: number | null }>(sql, "SELECT as_of FROM backup_state")?.as_of ?? null;
    if (asOf !== null) return;
    this.#storage.transactionSync(() => {
      for (const { keep } of BACKED_UP) for (const statement of keep) sql.exec(statement);
      sql.exec("UPDATE backup_state SET as_of = ?", lastSequence(sql));
      // A subscription that is younger than the backup has no Subscriber in it.
      sql.exec("DELETE FROM backup_subscriptions WHERE id NOT IN (SELECT id FROM backup_subscribers)");
      sql.exec(
        "DELETE FROM backup_sealing_keys WHERE subscription NOT IN (SELECT id FROM backup_subscribers)",
      );
      sql.exec(
        `UPDATE backup_subscriptions AS s SET cursor = had.cursor, due_ms = 0
         FROM backup_subscribers AS had WHERE had.id = s.id AND had.cursor < ifnull(s.cursor, ?)`,
        this.#swept(),
      );
      // A Subscriber ignores the version of its topic that it has.
      sql.exec(
        `UPDATE backup_subscriptions AS s SET cursor = 0, due_ms = 0, topic_version = had.topic_version
         FROM backup_subscribers AS had WHERE had.id = s.id AND s.topic IS NOT NULL`,
      );
    });
  }

  #swept(): number {
    return Number(getMeta(this.#sql, "swept") ?? 0);
  }
}

/** How many rows each table of the backup has. */
export function countRows(sql: Sql): Record<string, number> {
  return Object.fromEntries(BACKED_UP.map(({ table }) => [table, value<number>(sql, countOf(table))]));
}

function countOf(table: string): string {
  return `SELECT count(*) FROM ${table}`;
}
