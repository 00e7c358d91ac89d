/**
 * Hands events to subscriptions: in order, in bounded steps, at least once each.
 *
 * A sweep takes a window of events past all subscriptions that keep up. One whose object fails, or
 * that has only just proved itself, lags: it has a cursor of its own until it has caught up, so it
 * delays nobody and misses nothing. Being handed an event twice is harmless: a Subscriber keeps one
 * row for each.
 */
import type { Sql } from "./metered-sql.ts";
import { matches, type Filter } from "../domain/filter.ts";
import { type Handed, type ReleaseEventType, takesBack } from "../domain/event.ts";
import { EVENTS_PER_SWEEP, SUBSCRIPTIONS_PER_STEP } from "../limits.ts";
import { readMark, writeMark } from "./ledger-schema.ts";
import { ownRetryDelayMs } from "../own-retry.ts";
import type { Events, FiledEvent } from "./events.ts";

/** Hands events to one subscription's object; throws if it could not. */
export type HandOver = (subscription: string, events: Handed[]) => Promise<void>;

interface SubscriptionRow {
  id: string;
  filter: string;
  events: string;
  cursor: number | null;
  failures: number;
  [column: string]: SqlStorageValue;
}

/** Events `first` to `last` are on their way; subscriptions up to `after` have them. */
interface Sweep {
  first: number;
  last: number;
  after: string;
}

export class FanOut {
  readonly #sql: Sql;
  readonly #events: Events;
  readonly #handOver: HandOver;
  readonly #now: () => number;

  constructor(sql: Sql, events: Events, handOver: HandOver, now: () => number) {
    this.#sql = sql;
    this.#events = events;
    this.#handOver = handOver;
    this.#now = now;
  }

  /** One bounded step. @returns whether there was anything to do */
  async step(): Promise<boolean> {
    const swept = await this.#sweepOn();
    const caughtUp = await this.#serveLagging();
    return swept || caughtUp;
  }

  /** When there is something to do, in milliseconds since 1970. */
  nextDueMs(): number | undefined {
    if (this.#sweptTo() < this.#events.lastSequence()) return 0;
    const row = this.#sql
      .exec<{ next: number | null }>(
        "SELECT min(due_ms) AS next FROM subscriptions WHERE cursor IS NOT NULL AND active = 1",
      )
      .one();
    return row.next ?? undefined;
  }

  async #sweepOn(): Promise<boolean> {
    const sweep = this.#sweep();
    if (sweep === undefined) return false;
    const events = this.#events.events(sweep.first, sweep.last);
    const keepingUp = this.#sql
      .exec<SubscriptionRow>(
        `SELECT id, filter, events, cursor, failures FROM subscriptions
         WHERE id > ? AND active = 1 AND cursor IS NULL ORDER BY id LIMIT ?`,
        sweep.after,
        SUBSCRIPTIONS_PER_STEP,
      )
      .toArray();
    await Promise.all(
      keepingUp.map(async (subscription) => {
        if (!(await this.#tell(subscription, events))) this.#lag(subscription, sweep.first - 1);
      }),
    );
    const last = keepingUp.at(-1);
    if (last !== undefined && keepingUp.length === SUBSCRIPTIONS_PER_STEP) {
      writeMark(this.#sql, "sweep", JSON.stringify({ ...sweep, after: last.id } satisfies Sweep));
    } else {
      writeMark(this.#sql, "swept", sweep.last);
    }
    return true;
  }

  async #serveLagging(): Promise<boolean> {
    const due = this.#sql
      .exec<SubscriptionRow & { cursor: number }>(
        `SELECT id, filter, events, cursor, failures FROM subscriptions
         WHERE cursor IS NOT NULL AND active = 1 AND due_ms <= ? ORDER BY due_ms LIMIT ?`,
        this.#now(),
        SUBSCRIPTIONS_PER_STEP,
      )
      .toArray();
    await Promise.all(due.map((subscription) => this.#catchUp(subscription, subscription.cursor)));
    return due.length > 0;
  }

  async #catchUp(subscription: SubscriptionRow, cursor: number): Promise<void> {
    const last = Math.min(cursor + EVENTS_PER_SWEEP, this.#events.lastSequence());
    if (!(await this.#tell(subscription, this.#events.events(cursor + 1, last)))) {
      this.#lag(subscription, cursor);
      return;
    }
    // Past the window that is being swept it has nothing to miss any more, and joins the others.
    const joins = last >= (this.#sweep()?.last ?? this.#sweptTo());
    this.#sql.exec(
      "UPDATE subscriptions SET cursor = ?, due_ms = ?, failures = 0 WHERE id = ?",
      joins ? null : last,
      joins ? null : 0,
      subscription.id,
    );
  }

  #lag(subscription: SubscriptionRow, cursor: number): void {
    this.#sql.exec(
      "UPDATE subscriptions SET cursor = ?, due_ms = ?, failures = failures + 1 WHERE id = ?",
      cursor,
      this.#now() + ownRetryDelayMs(subscription.failures),
      subscription.id,
    );
  }

  /** @returns false if its object could not be told */
  async #tell(subscription: SubscriptionRow, events: FiledEvent[]): Promise<boolean> {
    const filter = JSON.parse(subscription.filter) as Filter;
    const types = JSON.parse(subscription.events) as ReleaseEventType[];
    const handed = events
      .map(({ event, filed }) => ({ event, asked: types.includes(event.type) && matches(filter, filed) }))
      .filter(({ event, asked }) => asked || takesBack(event.type));
    if (handed.length === 0) return true;
    try {
      await this.#handOver(subscription.id, handed);
      return true;
    } catch (error) {
      console.error(
        JSON.stringify({ message: "fan-out failed", subscription: subscription.id, error: String(error) }),
      );
      return false;
    }
  }

  /** The window in progress, or the next one; undefined when all is swept. */
  #sweep(): Sweep | undefined {
    const swept = this.#sweptTo();
    const stored = readMark(this.#sql, "sweep");
    const begun = typeof stored === "string" ? (JSON.parse(stored) as Sweep) : undefined;
    if (begun !== undefined && begun.first > swept) return begun;
    const last = Math.min(swept + EVENTS_PER_SWEEP, this.#events.lastSequence());
    return last > swept ? { first: swept + 1, last, after: "" } : undefined;
  }

  #sweptTo(): number {
    return Number(readMark(this.#sql, "swept") ?? 0);
  }
}
