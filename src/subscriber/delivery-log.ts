/**
 * The log of one subscription: every delivery and every attempt, until they are pruned. Times are
 * milliseconds since 1970.
 */
import { defined } from "../domain/defined.ts";
import type { DeliveryType } from "../domain/event.ts";
import { all, column, first, type Sql } from "../runtime/sql.ts";
import { DELIVERY_KEPT_MS, PRUNED_PER_STEP } from "./limits.ts";

/**
 * `replaced`: the release was killed or withdrawn before the delivery succeeded, or a newer version of the topic took
 * its place. `dropped`: the subscription no longer asked for it.
 */
export type DeliveryState = "pending" | "delivered" | "failed" | "replaced" | "dropped";

/** One event for one subscription. */
export interface Delivery {
  /** The event's id. */
  event: string;
  type: DeliveryType;
  /** Of a version of the topic: that of its latest event. Null for an event of the subscription itself. */
  sequence: number | null;
  /** Null for all but events of releases. */
  release: string | null;
  state: DeliveryState;
  attempts: number;
  createdMs: number;
  /** When the next attempt is due; null when the delivery is finished. */
  dueMs: number | null;
  /** Why the latest attempt failed. */
  reason: string | null;
}

export interface Attempt {
  attempt: number;
  atMs: number;
  durationMs: number;
  /** HTTP status; null when there was no answer. */
  status: number | null;
  /** Why the attempt failed; null for a success. */
  reason: string | null;
  /** What was odd about the answer beside its status, such as a body that broke off. */
  note: string | null;
  /** The beginning of the answer's body. */
  answer: string | null;
}

export interface LogQuery {
  limit: number;
  /** The `next` of the previous page. */
  before?: number;
  state?: DeliveryState;
  /** The id of a release. */
  release?: string;
}

const COLUMNS = `event, type, sequence, release, state, attempts, created_ms AS "createdMs", due_ms AS "dueMs", reason`;

export class DeliveryLog {
  readonly #sql: Sql;
  /** When the oldest finished delivery was created; null: there is none; undefined: not known. */
  #oldestMs: number | null | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  recordAttempt(event: string, attempt: Attempt): void {
    if (this.#oldestMs === null) this.#oldestMs = undefined;
    this.#sql.exec(
      "INSERT INTO attempts (event, attempt, at_ms, duration_ms, status, reason, note, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      event,
      attempt.attempt,
      attempt.atMs,
      attempt.durationMs,
      attempt.status,
      attempt.reason,
      attempt.note,
      attempt.answer,
    );
  }

  /** The start times of the attempts after a time, oldest first. */
  attemptsSince(sinceMs: number): number[] {
    return column<number>(this.#sql, "SELECT at_ms FROM attempts WHERE at_ms > ? ORDER BY at_ms", sinceMs);
  }

  /** One page, newest first. `next` is null on the last page. */
  list(query: LogQuery): { deliveries: Delivery[]; next: number | null } {
    const { limit, before = Number.MAX_SAFE_INTEGER, state, release } = query;
    const equal = defined({ state, release });
    const conditions = ["number < ?", ...Object.keys(equal).map((name) => `${name} = ?`)];
    const rows = all<Delivery & { number: number }>(
      this.#sql,
      `SELECT number, ${COLUMNS} FROM deliveries WHERE ${conditions.join(" AND ")} ORDER BY number DESC LIMIT ?`,
      before,
      ...Object.values(equal),
      limit + 1,
    );
    const page = rows.slice(0, limit);
    return {
      deliveries: page.map(({ number: _number, ...delivery }) => delivery),
      next: rows.length > limit ? (page.at(-1)?.number ?? null) : null,
    };
  }

  get(event: string): { delivery: Delivery; attempts: Attempt[] } | undefined {
    const delivery = first<Delivery>(this.#sql, `SELECT ${COLUMNS} FROM deliveries WHERE event = ?`, event);
    if (delivery === undefined) return undefined;
    const attempts = all<Attempt>(
      this.#sql,
      `SELECT attempt, at_ms AS "atMs", duration_ms AS "durationMs", status, reason, note, answer
       FROM attempts WHERE event = ? ORDER BY attempt`,
      event,
    );
    return { delivery, attempts };
  }

  /** A version of the topic whose latest event is this one or a later one: the first that was delivered, else the newest. */
  versionSince(sequence: number): Delivery | undefined {
    const query = `SELECT ${COLUMNS} FROM deliveries WHERE type = 'topic.changed' AND sequence >= ?
      ORDER BY state <> 'delivered', iif(state = 'delivered', number, -number) LIMIT 1`;
    return first<Delivery>(this.#sql, query, sequence);
  }

  /** When the last successful attempt of an event ended; null if none did. */
  lastSuccessMs(event: string): number | null {
    const query = "SELECT max(at_ms + duration_ms) AS ms FROM attempts WHERE event = ? AND reason IS NULL";
    return column<number | null>(this.#sql, query, event)[0] ?? null;
  }

  /** Deletes old finished deliveries, a limited number in one call. Pending deliveries stay. */
  prune(nowMs: number): void {
    if (nowMs < (this.nextPruneMs() ?? Infinity)) return;
    this.#oldestMs = undefined;
    const events = column<string>(
      this.#sql,
      `SELECT event FROM deliveries WHERE created_ms < ? AND state <> 'pending' ORDER BY number LIMIT ?`,
      nowMs - DELIVERY_KEPT_MS,
      PRUNED_PER_STEP,
    );
    if (events.length === 0) return;
    const list = JSON.stringify(events);
    this.#sql.exec("DELETE FROM attempts WHERE event IN (SELECT value FROM json_each(?))", list);
    this.#sql.exec("DELETE FROM deliveries WHERE event IN (SELECT value FROM json_each(?))", list);
  }

  /** When the next finished delivery is to be deleted; undefined where there is none. */
  nextPruneMs(): number | undefined {
    // Cached: with many pending deliveries and none finished, the query scans the whole table.
    if (this.#oldestMs === undefined) {
      const query = "SELECT created_ms FROM deliveries WHERE state <> 'pending' ORDER BY number LIMIT 1";
      this.#oldestMs = column<number>(this.#sql, query)[0] ?? null;
    }
    return this.#oldestMs === null ? undefined : this.#oldestMs + DELIVERY_KEPT_MS + 1;
  }
}
