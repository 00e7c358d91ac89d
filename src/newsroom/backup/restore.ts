/**
 * A backup that is put into an empty service. The mark `restoring` says how far it is, so that it can be cut off
 * anywhere and begun again. `clearing`: what an empty service has written to KV, and what an earlier attempt has left, is
 * removed, so that readers ask the ledger, which refuses them. `rows`: it takes the rows. `finishing`: the service is
 * open, and Subscribers begin to send, each when it has all events.
 */
import { removeDocument } from "../../documents/kv-store.ts";
import { all, column, exists, type Sql, value } from "../../runtime/sql.ts";
import { insertRows, type TableRows } from "../../runtime/table-rows.ts";
import { reindex } from "../lists/release-index.ts";
import { BACKED_UP, DERIVED } from "../store/backup-tables.ts";
import { saveWords } from "../store/edition-words.ts";
import { parseContent } from "../store/editions.ts";
import { getRelease } from "../store/releases.ts";
import { getMeta, setMeta } from "../store/schema.ts";
import { countRows } from "./snapshot.ts";

export type RestorePhase = "clearing" | "rows" | "finishing";

interface Progress {
  /** The id of the backup. */
  id: string;
  phase: RestorePhase;
}

interface RestoreDeps {
  storage: Pick<DurableObjectStorage, "transactionSync">;
  sql: Sql;
  kv: KVNamespace;
  removeSubscriber: (id: string) => Promise<void>;
  /** Lets a Subscriber begin to send. */
  releaseSubscriber: (id: string) => Promise<void>;
}

const TAKEN: readonly string[] = BACKED_UP.map(({ table }) => table);
/** The marks of the service itself: a backup does not hold them, and a restore does not replace them. */
const OWN_MARKS = "name IN ('schema', 'fold', 'restoring')";

export class Restore {
  readonly #deps: RestoreDeps;
  readonly #sql: Sql;
  #progress: Progress | undefined;

  constructor(deps: RestoreDeps) {
    this.#deps = deps;
    this.#sql = deps.sql;
    const stored = getMeta(this.#sql, "restoring");
    this.#progress = stored === undefined ? undefined : (JSON.parse(String(stored)) as Progress);
  }

  /** Whether the service refuses every other call. */
  isClosed(): boolean {
    return this.#progress !== undefined && this.#progress.phase !== "finishing";
  }

  /** The phase of the restore of this backup; undefined if there is none. */
  phaseOf(id: string): RestorePhase | undefined {
    return this.#progress?.id === id ? this.#progress.phase : undefined;
  }

  /** Begins, or begins again. @returns undefined if the service is not empty; then nothing changed */
  begin(id: string): RestorePhase | undefined {
    if (this.#progress?.phase === "finishing") return this.phaseOf(id);
    if (this.#progress === undefined && !this.#isEmpty()) return undefined;
    this.#sql.exec("CREATE TABLE IF NOT EXISTS restored_subscribers (id TEXT PRIMARY KEY) WITHOUT ROWID");
    return this.#save({ id, phase: "clearing" });
  }

  /** One bounded step of the phase `clearing`. @param calls of KV and of Subscribers at most */
  async clear(calls: number): Promise<void> {
    const progress = this.#progress;
    if (progress?.phase !== "clearing") return;
    const paths = column<string>(this.#sql, "SELECT path FROM documents LIMIT ?", calls);
    for (const path of paths) {
      await removeDocument(this.#deps.kv, path);
      this.#sql.exec("DELETE FROM documents WHERE path = ?", path);
    }
    const ids = column<string>(
      this.#sql,
      "SELECT id FROM restored_subscribers LIMIT ?",
      calls - paths.length,
    );
    for (const id of ids) {
      await this.#deps.removeSubscriber(id);
      this.#forgetSubscriber(id);
    }
    if (paths.length + ids.length >= calls) return;
    this.#deps.storage.transactionSync(() => {
      this.#wipe();
      this.#save({ ...progress, phase: "rows" });
    });
  }

  /** Takes rows. Those that it has already change nothing. @throws {RangeError} for a table or column that does not exist */
  take(tables: readonly TableRows[]): void {
    const sql = this.#sql;
    this.#deps.storage.transactionSync(() => {
      for (const rows of tables) {
        insertRows(sql, rows, TAKEN);
        this.#derive(rows);
      }
    });
  }

  noteSubscriber(id: string): void {
    this.#sql.exec("INSERT OR IGNORE INTO restored_subscribers (id) VALUES (?)", id);
  }

  /** Ends the phase `rows`. @returns the tables whose numbers of rows are others; then nothing changed */
  open(expected: Readonly<Record<string, number>>): string[] {
    const progress = this.#progress;
    if (progress?.phase !== "rows") return [];
    const present = countRows(this.#sql);
    // The marks of the service itself are among its rows.
    const own = value<number>(this.#sql, `SELECT count(*) FROM marks WHERE ${OWN_MARKS}`);
    const differing = TAKEN.filter(
      (table) => (present[table] ?? 0) - (table === "marks" ? own : 0) !== (expected[table] ?? 0),
    );
    if (differing.length > 0) return differing;
    // KV is empty. The ETags and dates of documents stay known.
    this.#sql.exec("UPDATE documents SET written_ms = 0");
    this.#save({ ...progress, phase: "finishing" });
    return [];
  }

  /**
   * One bounded step of the phase `finishing`: Subscribers that have all events of the ledger begin to send. Those that
   * the ledger does not know were deleted while the backup was made.
   *
   * @returns how many wait
   */
  async finish(calls: number): Promise<number> {
    if (this.#progress?.phase !== "finishing") return 0;
    const ready = all<{ id: string; isKnown: 0 | 1 }>(
      this.#sql,
      `SELECT r.id, s.id IS NOT NULL AS "isKnown"
       FROM restored_subscribers AS r LEFT JOIN subscriptions AS s ON s.id = r.id
       WHERE s.cursor IS NULL OR s.active = 0 LIMIT ?`,
      calls,
    );
    for (const { id, isKnown } of ready) {
      await (isKnown ? this.#deps.releaseSubscriber(id) : this.#deps.removeSubscriber(id));
      this.#forgetSubscriber(id);
    }
    const waiting = value<number>(this.#sql, "SELECT count(*) FROM restored_subscribers");
    if (waiting === 0) this.end();
    return waiting;
  }

  /** Forgets the restore: it has finished, or what it has left was cleared. */
  end(): void {
    this.#sql.exec("DROP TABLE IF EXISTS restored_subscribers");
    this.#sql.exec("DELETE FROM marks WHERE name = 'restoring'");
    this.#progress = undefined;
  }

  #isEmpty(): boolean {
    return !["releases", "events", "subscriptions"].some((table) =>
      exists(this.#sql, `SELECT 1 FROM ${table} LIMIT 1`),
    );
  }

  /** What is made again from the rows. Releases come after their editions. */
  #derive({ table, columns, rows }: TableRows): void {
    if (table !== "editions" && table !== "releases") return;
    const sql = this.#sql;
    const named = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
    if (table === "editions") for (const row of named) saveEditionWords(sql, row as unknown as EditionTexts);
    // Lists and searches find a release by its index.
    if (table === "releases") for (const row of named) reindex(sql, getRelease(sql, row["id"] as string));
  }

  #wipe(): void {
    for (const table of [...TAKEN, ...DERIVED]) {
      if (table === "marks") this.#sql.exec(`DELETE FROM marks WHERE NOT ${OWN_MARKS}`);
      else if (table === "search") this.#sql.exec("INSERT INTO search (search) VALUES ('delete-all')");
      else this.#sql.exec(`DELETE FROM ${table}`);
    }
  }

  #forgetSubscriber(id: string): void {
    this.#sql.exec("DELETE FROM restored_subscribers WHERE id = ?", id);
  }

  #save(progress: Progress): RestorePhase {
    setMeta(this.#sql, "restoring", JSON.stringify(progress));
    this.#progress = progress;
    return progress.phase;
  }
}

/** The columns of an edition that hold its words. */
interface EditionTexts {
  release: string;
  edition: number;
  content: string;
  summary: string;
  text: string;
}

function saveEditionWords(sql: Sql, { content, summary, text, ...key }: EditionTexts): void {
  saveWords(
    sql,
    { release: key.release, edition: key.edition },
    { title: parseContent(content).title, summary, text },
  );
}
