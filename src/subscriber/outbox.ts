/**
 * The deliveries of one subscription: what to send, when, and how each one ended. Times are milliseconds
 * since 1970.
 */
import type { DeliveryType, OutboundEvent } from "../domain/event.ts";
import { all, column, exists, first, type Sql, value } from "../runtime/sql.ts";
import { KILLED, letWithdrawalPass, replacePending } from "./unsent.ts";

/** A delivery that may be attempted. */
export interface DueDelivery {
  event: string;
  type: DeliveryType;
  release: string | null;
  /** Attempts so far, and how many of them do not count in the present run of the schedule. */
  attempts: number;
  before: number;
  sequence: number | null;
  /** How often a Retry-After put off this delivery in the present run. */
  putOffs: number;
  createdMs: number;
  dueMs: number;
}

/** An event of a release that is pending. */
export type PendingEvent = Pick<DueDelivery, "event" | "type" | "dueMs"> & { sequence: number };

/** What the status of the subscription allows to be sent. */
export type Sendable = "everything" | "verification" | "nothing";

/**
 * Where events come from. `new`: from the fan-out; during a replay, retractions of unknown releases are
 * remembered. `replayed`: read by a replay when `asOf` was the last sequence; a finished delivery is sent
 * again, unless its release was retracted after `asOf`.
 */
export type Source = { kind: "new"; whileReplaying: boolean } | { kind: "replayed"; asOf: number };

/** `release` is null for all but events of releases. `sequence` is null only for an event of the subscription itself. */
export type NewDelivery = Pick<DueDelivery, "event" | "type" | "release"> & {
  sequence: number | null;
  body: string;
};

export interface Retry {
  dueMs: number;
  reason: string;
  /** Whether a Retry-After refused the attempt, and whether the attempt then counts in the schedule. */
  putOff?: { isCounted: boolean };
  /** The new number of attempts; undefined if no attempt was made. */
  attempts?: number;
}

export class Outbox {
  readonly #sql: Sql;
  readonly #firstDelayMs: () => number;

  /** @param deps `firstDelayMs` gives the delay of the schedule before a first attempt */
  constructor({ sql, firstDelayMs }: { sql: Sql; firstDelayMs: () => number }) {
    this.#sql = sql;
    this.#firstDelayMs = firstDelayMs;
  }

  /** Accepts events from the Newsroom. An event that is already there is not added again. */
  accept(events: readonly OutboundEvent[], source: Source, nowMs: number): void {
    if (source.kind === "new" && !source.whileReplaying) this.#sql.exec("DELETE FROM taken_back");
    for (const { isRequested, ...delivery } of events) {
      const { event, release, sequence, type, body } = delivery;
      // `wasSent` compares sequences: a retraction may arrive again after later events of its release.
      if (!isRequested && !this.wasSent(release, sequence)) {
        if (source.kind === "new" && source.whileReplaying) this.#rememberRetraction(release, sequence);
        continue;
      }
      if (source.kind === "replayed" && this.isRetracted(release, source.asOf)) continue;
      if (type === "release.killed") replacePending(this.#sql, release, sequence, KILLED);
      if (source.kind === "replayed") this.requeue(event, body, nowMs);
      this.add(delivery, nowMs);
      if (source.kind === "replayed") this.expediteRelease(release, sequence, nowMs);
      if (type === "release.withdrawn") letWithdrawalPass(this.#sql, release);
    }
  }

  #rememberRetraction(release: string, sequence: number): void {
    this.#sql.exec(
      `INSERT INTO taken_back (release, sequence) VALUES (?, ?)
       ON CONFLICT (release) DO UPDATE SET sequence = max(sequence, excluded.sequence)`,
      release,
      sequence,
    );
  }

  /** Whether this outbox knows of a withdrawal or kill of a release after a sequence. */
  isRetracted(release: string, after: number): boolean {
    return exists(
      this.#sql,
      `SELECT 1 FROM deliveries WHERE release = ?1 AND sequence > ?2
         AND type IN ('release.withdrawn', 'release.killed')
       UNION ALL SELECT 1 FROM taken_back WHERE release = ?1 AND sequence > ?2 LIMIT 1`,
      release,
      after,
    );
  }

  /** Adds a delivery with the first delay of the schedule, or another. A delivery that is already there stays unchanged. */
  add(delivery: NewDelivery, nowMs: number, delayMs = this.#firstDelayMs()): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO deliveries (event, type, sequence, release, state, attempts, created_ms, due_ms, body)
       VALUES (?, ?, ?, ?, 'pending', 0, ?, ?, ?)`,
      delivery.event,
      delivery.type,
      delivery.sequence,
      delivery.release,
      nowMs,
      nowMs + delayMs,
      delivery.body,
    );
    if (delivery.release !== null) {
      this.#sql.exec(
        `INSERT INTO told (release, since) VALUES (?, ?)
         ON CONFLICT (release) DO UPDATE SET since = excluded.since WHERE excluded.since < since`,
        delivery.release,
        delivery.sequence,
      );
    }
  }

  /** Makes a finished delivery pending again, with a restarted schedule. A pending one stays unchanged. */
  requeue(event: string, body: string, nowMs: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'pending', due_ms = ?, reason = NULL, body = ?, "before" = attempts, put_offs = 0
       WHERE event = ? AND state IN ('delivered', 'failed', 'dropped')`,
      nowMs,
      body,
      event,
    );
    // The release of a dropped one may be unknown.
    this.#sql.exec(
      `INSERT INTO told (release, since)
       SELECT release, sequence FROM deliveries WHERE event = ? AND state = 'pending' AND release IS NOT NULL
       ON CONFLICT (release) DO UPDATE SET since = excluded.since WHERE excluded.since < since`,
      event,
    );
  }

  /** The sequences of pending events of releases after one, in order. */
  pendingSequences(after: number, limit: number): number[] {
    return column<number>(
      this.#sql,
      `SELECT sequence FROM deliveries WHERE state = 'pending' AND release IS NOT NULL AND sequence > ?
       ORDER BY sequence LIMIT ?`,
      after,
      limit,
    );
  }

  /** Whether the endpoint was sent, or is to be sent, an event of a release with an earlier sequence. */
  wasSent(release: string, before: number): boolean {
    return exists(this.#sql, "SELECT 1 FROM told WHERE release = ? AND since < ?", release, before);
  }

  /** The first deliveries that may be attempted, by due time; they may be due later than now. */
  next(sendable: Sendable, limit: number): DueDelivery[] {
    if (sendable === "nothing") return [];
    return all<DueDelivery>(
      this.#sql,
      `SELECT event, type, sequence, release, attempts, "before", put_offs AS "putOffs", created_ms AS "createdMs", due_ms AS "dueMs"
       FROM deliveries AS d WHERE ${conditionFor(sendable)} ORDER BY due_ms, number LIMIT ?`,
      limit,
    );
  }

  /** The first pending event of a release before a sequence: it is sent first. */
  firstBefore(release: string, sequence: number): PendingEvent | undefined {
    return first<PendingEvent>(
      this.#sql,
      `SELECT event, type, sequence, due_ms AS "dueMs" FROM deliveries
       WHERE release = ? AND sequence < ? AND state = 'pending' ORDER BY sequence LIMIT 1`,
      release,
      sequence,
    );
  }

  /** How many pending deliveries are due before one. */
  countBefore(event: string): number {
    return value<number>(
      this.#sql,
      `SELECT count(*) FROM deliveries AS other, deliveries AS one
       WHERE one.event = ? AND other.state = 'pending' AND other.due_ms <= one.due_ms
         AND (other.due_ms < one.due_ms OR other.number < one.number)`,
      event,
    );
  }

  /** The bytes of a pending delivery; undefined when it is finished. */
  bodyOf(event: string): string | undefined {
    const row = first<{ body: string | null }>(
      this.#sql,
      "SELECT body FROM deliveries WHERE event = ? AND state = 'pending'",
      event,
    );
    return row?.body ?? undefined;
  }

  isPending(event: string): boolean {
    return exists(this.#sql, "SELECT 1 FROM deliveries WHERE event = ? AND state = 'pending'", event);
  }

  /** Schedules the next attempt. Does nothing if the delivery was replaced while it was in flight. */
  retryAt(event: string, retry: Retry): void {
    const { dueMs, reason, attempts = null, putOff } = retry;
    this.#sql.exec(
      `UPDATE deliveries SET due_ms = ?, reason = ?, attempts = ifnull(?, attempts),
         put_offs = put_offs + ?, "before" = "before" + ?
       WHERE event = ? AND state = 'pending'`,
      dueMs,
      reason,
      attempts,
      putOff === undefined ? 0 : 1,
      putOff?.isCounted === false ? 1 : 0,
      event,
    );
  }

  /** Makes the pending deliveries of a release due now, up to a sequence. */
  expediteRelease(release: string, sequence: number, nowMs: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET due_ms = min(due_ms, ?)
       WHERE state = 'pending' AND release = ? AND sequence <= ?`,
      nowMs,
      release,
      sequence,
    );
  }

  /** Makes all pending deliveries due now. */
  expedite(nowMs: number): void {
    this.#sql.exec("UPDATE deliveries SET due_ms = ? WHERE state = 'pending' AND due_ms > ?", nowMs, nowMs);
  }

  /**
   * Makes all pending deliveries due in the order in which they arrived, each with a restarted schedule.
   * Deliveries without an attempt are in this state already: of the many that a pause holds, none is
   * written.
   */
  restartSchedule(): void {
    this.#sql.exec(
      `UPDATE deliveries SET due_ms = created_ms, "before" = attempts, put_offs = 0
       WHERE state = 'pending' AND (due_ms > created_ms OR attempts > "before")`,
    );
  }

  /** Finishes a delivery and deletes its bytes. One that was replaced in flight changes only to `delivered`. */
  complete(event: string, state: "delivered" | "failed", reason: string | null, attempts: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = ?1, reason = ?2, attempts = ?3, due_ms = NULL, body = NULL
       WHERE event = ?4 AND (state = 'pending' OR ?1 = 'delivered')`,
      state,
      reason,
      attempts,
      event,
    );
  }

  /** Finishes the pending verification, if there is one. Its last attempt is in the log already. */
  endVerification(state: "delivered" | "failed", reason: string | null): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = ?, reason = ?, due_ms = NULL, body = NULL,
         attempts = (SELECT count(*) FROM attempts WHERE attempts.event = deliveries.event)
       WHERE type = 'subscription.verify' AND state = 'pending'`,
      state,
      reason,
    );
  }
}

/** Only the earliest pending event of each release may be sent, so that none overtakes another. */
function conditionFor(sendable: Exclude<Sendable, "nothing">): string {
  if (sendable === "verification") return "d.state = 'pending' AND d.type = 'subscription.verify'";
  return `d.state = 'pending' AND NOT EXISTS (
    SELECT 1 FROM deliveries AS earlier
    WHERE earlier.state = 'pending' AND earlier.release = d.release AND earlier.sequence < d.sequence)`;
}
