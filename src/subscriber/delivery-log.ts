/**
 * The log of one subscription: every delivery, every attempt, and how long they are kept. Times are
 * milliseconds since 1970.
 */
import type { ControlEventType, ReleaseEventType } from "../domain/event.ts";
import { DELIVERY_KEPT_MS, HEALTH_ATTEMPTS, PRUNED_PER_STEP } from "./limits.ts";
import type { Health } from "../domain/subscription.ts";
import { instantOfMs } from "./subscription.ts";

/** `replaced`: its text was killed before it was delivered. */
export type DeliveryState = "pending" | "delivered" | "failed" | "replaced";

/** One event on its way to one subscription. */
export interface Delivery {
  /** The event's id. */
  event: string;
  type: ReleaseEventType | ControlEventType;
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

export interface LogQuery {
  limit: number;
  /** Where the page before ended. */
  before?: number;
  state?: DeliveryState;
  /** The id of a release. */
  release?: string;
}

const COLUMNS = `event, type, sequence, release, state, attempts, created_ms AS "createdMs", due_ms AS "dueMs", reason`;

export class DeliveryLog {
  readonly #sql: SqlStorage;
  /** When the oldest of what is over was put in; null: none is. Not known again after an attempt, or pruning. */
  #oldestMs: number | null | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  recordAttempt(event: string, attempt: Attempt): void {
    if (this.#oldestMs === null) this.#oldestMs = undefined;
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
  }

  /** When the attempts since a time were begun, oldest first. */
  attemptsSince(sinceMs: number): number[] {
    return this.#sql
      .exec<{ at: number }>("SELECT at_ms AS at FROM attempts WHERE at_ms > ? ORDER BY at_ms", sinceMs)
      .toArray()
      .map(({ at }) => at);
  }

  /** Newest first; `next` continues where a page of `limit` ends. */
  list(query: LogQuery): { deliveries: Delivery[]; next: number | null } {
    const { limit, before = Number.MAX_SAFE_INTEGER, state, release } = query;
    const conditions = [
      "number < ?",
      ...(state === undefined ? [] : ["state = ?"]),
      ...(release === undefined ? [] : ["release = ?"]),
    ];
    const values = [before, state, release].filter((value) => value !== undefined);
    const rows = this.#sql
      .exec<Delivery & { number: number } & Record<string, SqlStorageValue>>(
        `SELECT number, ${COLUMNS} FROM deliveries WHERE ${conditions.join(" AND ")} ORDER BY number DESC LIMIT ?`,
        ...values,
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

  /** Forgets what is over and old, so much at once. What is still to be sent is never forgotten. */
  prune(nowMs: number): void {
    if (nowMs < (this.nextPruneMs() ?? Infinity)) return;
    this.#oldestMs = undefined;
    const events = this.#sql
      .exec<{ event: string }>(
        `SELECT event FROM deliveries WHERE created_ms < ? AND state <> 'pending' ORDER BY number LIMIT ?`,
        nowMs - DELIVERY_KEPT_MS,
        PRUNED_PER_STEP,
      )
      .toArray()
      .map(({ event }) => event);
    if (events.length === 0) return;
    const list = JSON.stringify(events);
    this.#sql.exec("DELETE FROM attempts WHERE event IN (SELECT value FROM json_each(?))", list);
    this.#sql.exec("DELETE FROM deliveries WHERE event IN (SELECT value FROM json_each(?))", list);
  }

  /** When the oldest of what is over is to be forgotten. */
  nextPruneMs(): number | undefined {
    if (this.#oldestMs === undefined) this.#oldestMs = this.#readOldestMs();
    return this.#oldestMs === null ? undefined : this.#oldestMs + DELIVERY_KEPT_MS + 1;
  }

  /** Where much is held and nothing is over it looks at all of it, which is why it is remembered. */
  #readOldestMs(): number | null {
    const [row] = this.#sql.exec<{ created: number }>(
      "SELECT created_ms AS created FROM deliveries WHERE state <> 'pending' ORDER BY number LIMIT 1",
    );
    return row?.created ?? null;
  }
}

// FOLDED: How an endpoint does, by its last attempts.

type Row = { at: number; ms: number; failed: number };

/** @param nextDueMs when the next attempt is made; undefined for none */
export function readHealth(sql: SqlStorage, nextDueMs: number | undefined): Health {
  const recent = sql
    .exec<Row>(
      `SELECT at_ms AS at, duration_ms AS ms, reason IS NOT NULL AS failed FROM attempts
       ORDER BY at_ms DESC, attempt DESC LIMIT ?`,
      HEALTH_ATTEMPTS,
    )
    .toArray();
  const successes = recent.filter(({ failed }) => failed === 0);
  const { waiting } = sql
    .exec<{ waiting: number }>("SELECT count(*) AS waiting FROM deliveries WHERE state = 'pending'")
    .one();
  return {
    lastSuccess: latest(successes),
    lastFailure: latest(recent.filter(({ failed }) => failed === 1)),
    successRate: recent.length === 0 ? null : Math.round((successes.length / recent.length) * 1_000) / 1_000,
    medianLatencyMs: median(successes.map(({ ms }) => ms)),
    waiting,
    nextAttempt: nextDueMs === undefined ? null : instantOfMs(nextDueMs),
  };
}

/** @param newestFirst attempts */
function latest(newestFirst: readonly Row[]): string | null {
  const [newest] = newestFirst;
  return newest === undefined ? null : instantOfMs(newest.at);
}

function median(numbers: number[]): number | null {
  if (numbers.length === 0) return null;
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? null;
}
