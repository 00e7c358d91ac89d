/**
 * The rows of one subscription's deliveries: what is to be sent, when, and how it ended. Times are
 * milliseconds since 1970.
 */
import type { ControlEventType, OutboundEvent, ReleaseEventType } from "../domain/event.ts";

/** One that may be tried. */
export interface DueDelivery {
  event: string;
  type: ReleaseEventType | ControlEventType;
  release: string | null;
  /** Attempts made so far, and those among them that were made before it was put in again. */
  attempts: number;
  before: number;
  createdMs: number;
  dueMs: number;
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
  body TEXT,                -- the bytes that are signed and sent, as long as they may still be sent
  "before" INTEGER NOT NULL DEFAULT 0, -- attempts made before the schedule began anew
  asked INTEGER NOT NULL DEFAULT 0     -- 1 while the endpoint itself has put it off
);
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (due_ms) WHERE state = 'pending';
-- Most that is held is no proof: whoever has to prove itself does not look at all of it.
CREATE INDEX IF NOT EXISTS deliveries_verifying ON deliveries (due_ms)
  WHERE type = 'subscription.verify' AND state = 'pending';
DROP INDEX IF EXISTS deliveries_pending_of_a_release; -- of an earlier version; the next one serves as well
CREATE INDEX IF NOT EXISTS deliveries_of_a_release ON deliveries (release, sequence) WHERE release IS NOT NULL;
-- Whose texts this endpoint was sent, or is to be, and since which sequence: it is told when they are taken
-- back after that, for ever.
CREATE TABLE IF NOT EXISTS told (release TEXT PRIMARY KEY, since INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
-- Texts that this endpoint was not sent, and that were taken back while a replay was on its way.
CREATE TABLE IF NOT EXISTS taken_back (release TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
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
CREATE INDEX IF NOT EXISTS attempts_by_time ON attempts (at_ms);
`;

/** What may be tried: while the endpoint has not proved itself, only what asks it to. */
export type Sendable = "everything" | "verification" | "nothing";

/**
 * How events come. `new`: while a replay is on its way, which may bring a text, it is remembered
 * that it was taken back. `replayed`: what is there and over is sent once more, as it was to be told after the
 * sequence `asOf`; what was taken back since then is not.
 */
export type Taking = { kind: "new"; whileReplaying: boolean } | { kind: "replayed"; asOf: number };

/** What is put in: `sequence` and `release` are null for what is about the subscription itself. */
export type NewDelivery = Pick<DueDelivery, "event" | "type" | "release"> & {
  sequence: number | null;
  body: string;
};

export class Outbox {
  readonly #sql: SqlStorage;
  readonly #firstDelayMs: () => number;

  /** @param firstDelayMs what the schedule waits before a first attempt, in milliseconds */
  constructor(sql: SqlStorage, firstDelayMs: () => number) {
    this.#sql = sql;
    this.#firstDelayMs = firstDelayMs;
  }

  /** Makes the tables that are not there yet, and what later versions added to those that are. */
  createTables(): void {
    const columns = this.#sql.exec<{ name: string }>("PRAGMA table_info(deliveries)").toArray();
    if (columns.length > 0 && !columns.some(({ name }) => name === "before")) {
      this.#sql.exec('ALTER TABLE deliveries ADD COLUMN "before" INTEGER NOT NULL DEFAULT 0');
      this.#sql.exec("ALTER TABLE deliveries ADD COLUMN asked INTEGER NOT NULL DEFAULT 0");
    }
    const told = this.#sql.exec<{ name: string }>("PRAGMA table_info(told)").toArray();
    if (told.length > 0 && !told.some(({ name }) => name === "since")) {
      this.#sql.exec("ALTER TABLE told ADD COLUMN since INTEGER NOT NULL DEFAULT 0");
    }
    this.#sql.exec(TABLES);
  }

  /** Takes what the Newsroom hands over; one that is there already stays as it is. */
  accept(handed: readonly OutboundEvent[], taking: Taking, nowMs: number): void {
    if (taking.kind === "new" && !taking.whileReplaying) this.#sql.exec("DELETE FROM taken_back");
    for (const { isRequested: asked, ...delivery } of handed) {
      const { event, release, sequence, type, body } = delivery;
      // Handed over once more, a take-back may come when later events of its release have been told.
      if (!asked && !this.wasSent(release, sequence)) {
        if (taking.kind === "new" && taking.whileReplaying) this.#noteTakenBack(release, sequence);
        continue;
      }
      if (taking.kind === "replayed" && this.isTakenBack(release, taking.asOf)) continue;
      // What is still held of a killed text is not sent any more: the kill goes in its place.
      if (type === "release.killed") this.#replace(release, sequence);
      if (taking.kind === "replayed") this.requeue(event, body, nowMs);
      this.add(delivery, nowMs);
    }
  }

  #noteTakenBack(release: string, sequence: number): void {
    this.#sql.exec(
      `INSERT INTO taken_back (release, sequence) VALUES (?, ?)
       ON CONFLICT (release) DO UPDATE SET sequence = max(sequence, excluded.sequence)`,
      release,
      sequence,
    );
  }

  /** Whether a text was taken back after a sequence, as far as is known here. */
  isTakenBack(release: string, after: number): boolean {
    const rows = this.#sql.exec(
      `SELECT 1 FROM deliveries WHERE release = ?1 AND sequence > ?2
         AND type IN ('release.withdrawn', 'release.killed')
       UNION ALL SELECT 1 FROM taken_back WHERE release = ?1 AND sequence > ?2 LIMIT 1`,
      release,
      after,
    );
    return rows.toArray().length > 0;
  }

  /** Puts in a delivery that is due as its schedule begins; one that is there already stays as it is. */
  add(delivery: NewDelivery, nowMs: number): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO deliveries (event, type, sequence, release, state, attempts, created_ms, due_ms, body)
       VALUES (?, ?, ?, ?, 'pending', 0, ?, ?, ?)`,
      delivery.event,
      delivery.type,
      delivery.sequence,
      delivery.release,
      nowMs,
      nowMs + this.#firstDelayMs(),
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

  /** What is over is due again, by a schedule that begins anew; what waits stays as it is. */
  requeue(event: string, body: string, nowMs: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'pending', due_ms = ?, reason = NULL, body = ?, "before" = attempts, asked = 0
       WHERE event = ? AND state IN ('delivered', 'failed')`,
      nowMs,
      body,
      event,
    );
  }

  /** Whether the endpoint was sent, or is to be sent, anything of a release from before an event. */
  wasSent(release: string, before: number): boolean {
    const told = this.#sql.exec("SELECT 1 FROM told WHERE release = ? AND since < ?", release, before);
    return told.toArray().length > 0;
  }

  /**
   * What waits of a release from before an event is not sent, and its bytes go. What was only to be sent
   * once more stays delivered: the office must be able to learn who has the text.
   */
  #replace(release: string, before: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET (state, reason) = (
         SELECT iif(count(*) > 0, 'delivered', 'replaced'), iif(count(*) > 0, NULL, 'the text was killed')
         FROM attempts WHERE attempts.event = deliveries.event AND attempts.reason IS NULL
       ), due_ms = NULL, body = NULL
       WHERE release = ? AND sequence < ? AND state = 'pending'`,
      release,
      before,
    );
  }

  /** Those that may be tried first, in the order in which they are due: now, or later. */
  next(sendable: Sendable, limit: number): DueDelivery[] {
    if (sendable === "nothing") return [];
    return this.#sql
      .exec<DueDelivery & Record<string, SqlStorageValue>>(
        `SELECT event, type, release, attempts, "before", created_ms AS "createdMs", due_ms AS "dueMs"
         FROM deliveries AS d WHERE ${eligible(sendable)} ORDER BY due_ms, number LIMIT ?`,
        limit,
      )
      .toArray();
  }

  /** The bytes of one that waits; undefined of one that is over. */
  bodyOf(event: string): string | undefined {
    const [row] = this.#sql.exec<{ body: string | null }>(
      "SELECT body FROM deliveries WHERE event = ? AND state = 'pending'",
      event,
    );
    return row?.body ?? undefined;
  }

  isPending(event: string): boolean {
    const found = this.#sql.exec("SELECT 1 FROM deliveries WHERE event = ? AND state = 'pending'", event);
    return found.toArray().length > 0;
  }

  /** Unless it was replaced while it was in flight. */
  retryAt(event: string, after: { dueMs: number; reason: string; asked?: boolean; attempts?: number }): void {
    this.#sql.exec(
      `UPDATE deliveries SET due_ms = ?, reason = ?, asked = ?, attempts = ifnull(?, attempts)
       WHERE event = ? AND state = 'pending'`,
      after.dueMs,
      after.reason,
      after.asked === true ? 1 : 0,
      after.attempts ?? null,
      event,
    );
  }

  /** What waits of a release up to an event is due at once. */
  expediteRelease(release: string, sequence: number, nowMs: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET due_ms = min(due_ms, ?), asked = 0
       WHERE state = 'pending' AND release = ? AND sequence <= ?`,
      nowMs,
      release,
      sequence,
    );
  }

  /** An endpoint that takes again what it is sent gets at once what waits for its time. */
  expedite(nowMs: number): void {
    this.#sql.exec(
      "UPDATE deliveries SET due_ms = ? WHERE state = 'pending' AND due_ms > ? AND asked = 0",
      nowMs,
      nowMs,
    );
  }

  /**
   * Whatever waits is due, in the order in which it came, by a schedule that begins anew. What was never
   * tried is so already: of the many that a pause holds none is written.
   */
  restartSchedule(): void {
    this.#sql.exec(
      `UPDATE deliveries SET due_ms = created_ms, "before" = attempts, asked = 0
       WHERE state = 'pending' AND (due_ms > created_ms OR attempts > "before")`,
    );
  }

  /** Over: its bytes are needed no longer. One that was replaced in flight stays so, unless it was taken. */
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

  /** The handshake is over, whatever came of it: the endpoint need not be asked any more. */
  endVerification(state: "delivered" | "failed", reason: string | null): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = ?, reason = ?, due_ms = NULL, body = NULL
       WHERE type = 'subscription.verify' AND state = 'pending'`,
      state,
      reason,
    );
  }
}

/** Of one release only the earliest, so that none overtakes another. */
function eligible(sendable: Exclude<Sendable, "nothing">): string {
  if (sendable === "verification") return "d.state = 'pending' AND d.type = 'subscription.verify'";
  return `d.state = 'pending' AND NOT EXISTS (
    SELECT 1 FROM deliveries AS earlier
    WHERE earlier.state = 'pending' AND earlier.release = d.release AND earlier.sequence < d.sequence)`;
}
