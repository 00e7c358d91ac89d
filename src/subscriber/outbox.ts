/**
 * The rows of one subscription's deliveries and their attempts. Times are milliseconds since 1970.
 */
import type { ReleaseEventType } from "../domain/event.ts";

/** `replaced`: its text was killed before it was delivered. */
export type DeliveryState = "pending" | "delivered" | "failed" | "replaced";

/** One event on its way to one subscription. */
export interface Delivery {
  /** The event's id. */
  event: string;
  type: ReleaseEventType | "subscription.verify" | "subscription.test";
  /** Null for what is about the subscription itself. */
  sequence: number | null;
  release: string | null;
  state: DeliveryState;
  attempts: number;
  createdMs: number;
  /** When it is tried next; null once it is over. */
  dueMs: number | null;
  /** Why the latest attempt was no success. */
  reason: string | null;
}

export interface Attempt {
  attempt: number;
  atMs: number;
  durationMs: number;
  /** HTTP status; null when there was no answer. */
  status: number | null;
  reason: string | null;
  /** The beginning of the answer's body. */
  answer: string | null;
}

export interface DueDelivery {
  event: string;
  type: Delivery["type"];
  release: string | null;
  body: string;
  attempts: number;
}

const TABLES = `
CREATE TABLE IF NOT EXISTS deliveries (
  number INTEGER PRIMARY KEY,
  event TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  sequence INTEGER,
  release TEXT,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  due_ms INTEGER,
  reason TEXT,
  body TEXT                 -- the bytes that are signed and sent, as long as they may still be sent
);
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (due_ms) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_pending_of_a_release ON deliveries (release, sequence) WHERE state = 'pending';
-- Whose texts this endpoint was sent, or is to be: it is told when they are taken back, for ever.
CREATE TABLE IF NOT EXISTS told (release TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (
  event TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  status INTEGER,
  reason TEXT,
  answer TEXT,
  PRIMARY KEY (event, attempt)
) WITHOUT ROWID;
`;

const COLUMNS = `event, type, sequence, release, state, attempts, created_ms AS "createdMs", due_ms AS "dueMs", reason`;

/** What may be tried: while the endpoint has not proved itself, only what asks it to. */
export type Sendable = "everything" | "verification" | "nothing";

export class Outbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  createTables(): void {
    this.#sql.exec(TABLES);
  }

  /** Puts in a delivery that is due at once; one that is there already stays as it is. */
  add(
    delivery: Pick<Delivery, "event" | "type" | "sequence" | "release"> & { body: string },
    nowMs: number,
  ): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO deliveries (event, type, sequence, release, state, attempts, created_ms, due_ms, body)
       VALUES (?, ?, ?, ?, 'pending', 0, ?, ?, ?)`,
      delivery.event,
      delivery.type,
      delivery.sequence,
      delivery.release,
      nowMs,
      nowMs,
      delivery.body,
    );
    if (delivery.release !== null) {
      this.#sql.exec("INSERT OR IGNORE INTO told (release) VALUES (?)", delivery.release);
    }
  }

  /** Whether the endpoint was sent, or is to be sent, anything of a release. */
  wasTold(release: string): boolean {
    return this.#sql.exec("SELECT 1 FROM told WHERE release = ?", release).toArray().length > 0;
  }

  /** What waits of a release from before an event is not sent, and its bytes go. */
  replace(release: string, before: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'replaced', reason = 'the text was killed', due_ms = NULL, body = NULL
       WHERE release = ? AND sequence < ? AND state = 'pending'`,
      release,
      before,
    );
  }

  /** Those that may be tried now. */
  due(sendable: Sendable, limit: number, nowMs: number): DueDelivery[] {
    if (sendable === "nothing") return [];
    return this.#sql
      .exec<DueDelivery & Record<string, SqlStorageValue>>(
        `SELECT event, type, release, body, attempts FROM deliveries AS d
         WHERE ${eligible(sendable)} AND due_ms <= ?
         ORDER BY due_ms, number LIMIT ?`,
        nowMs,
        limit,
      )
      .toArray();
  }

  /** When the next may be tried. */
  nextDueMs(sendable: Sendable): number | undefined {
    if (sendable === "nothing") return undefined;
    const row = this.#sql
      .exec<{ next: number | null }>(
        `SELECT min(due_ms) AS next FROM deliveries AS d WHERE ${eligible(sendable)}`,
      )
      .one();
    return row.next ?? undefined;
  }

  recordAttempt(event: string, attempt: Attempt): void {
    this.#sql.exec(
      "INSERT INTO attempts (event, attempt, at_ms, duration_ms, status, reason, answer) VALUES (?, ?, ?, ?, ?, ?, ?)",
      event,
      attempt.attempt,
      attempt.atMs,
      attempt.durationMs,
      attempt.status,
      attempt.reason,
      attempt.answer,
    );
    this.#sql.exec("UPDATE deliveries SET attempts = ? WHERE event = ?", attempt.attempt, event);
  }

  /** Unless it was replaced while it was in flight. */
  retryAt(event: string, dueMs: number, reason: string): void {
    this.#sql.exec(
      "UPDATE deliveries SET due_ms = ?, reason = ? WHERE event = ? AND state = 'pending'",
      dueMs,
      reason,
      event,
    );
  }

  /** Over: its bytes are needed no longer. */
  end(event: string, state: "delivered" | "failed", reason: string | null): void {
    this.#sql.exec(
      "UPDATE deliveries SET state = ?, reason = ?, due_ms = NULL, body = NULL WHERE event = ?",
      state,
      reason,
      event,
    );
  }

  /** The subscription is proved, by whatever way: it need not be asked any more. */
  endVerification(): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'delivered', reason = NULL, due_ms = NULL, body = NULL
       WHERE type = 'subscription.verify' AND state = 'pending'`,
    );
  }

  /** Newest first; `next` continues where a page of `limit` ends. */
  list(limit: number, before: number | undefined): { deliveries: Delivery[]; next: number | null } {
    const rows = this.#sql
      .exec<Delivery & { number: number } & Record<string, SqlStorageValue>>(
        `SELECT number, ${COLUMNS} FROM deliveries WHERE number < ? ORDER BY number DESC LIMIT ?`,
        before ?? Number.MAX_SAFE_INTEGER,
        limit + 1,
      )
      .toArray();
    const page = rows.slice(0, limit);
    return {
      deliveries: page.map(({ number: _number, ...delivery }) => delivery),
      next: rows.length > limit ? (page.at(-1)?.number ?? null) : null,
    };
  }

  get(event: string): { delivery: Delivery; attempts: Attempt[] } | undefined {
    const [delivery] = this.#sql.exec<Delivery & Record<string, SqlStorageValue>>(
      `SELECT ${COLUMNS} FROM deliveries WHERE event = ?`,
      event,
    );
    if (delivery === undefined) return undefined;
    const attempts = this.#sql
      .exec<Attempt & Record<string, SqlStorageValue>>(
        `SELECT attempt, at_ms AS "atMs", duration_ms AS "durationMs", status, reason, answer
         FROM attempts WHERE event = ? ORDER BY attempt`,
        event,
      )
      .toArray();
    return { delivery, attempts };
  }
}

/** Of one release only the earliest, so that none overtakes another. */
function eligible(sendable: Exclude<Sendable, "nothing">): string {
  if (sendable === "verification") return "d.state = 'pending' AND d.type = 'subscription.verify'";
  return `d.state = 'pending' AND NOT EXISTS (
    SELECT 1 FROM deliveries AS earlier
    WHERE earlier.state = 'pending' AND earlier.release = d.release AND earlier.sequence < d.sequence)`;
}
