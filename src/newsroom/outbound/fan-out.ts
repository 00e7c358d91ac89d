/**
 * Hands events to subscriptions: in order, in bounded steps, at least once each.
 *
 * A sweep takes a window of events past all subscriptions that keep up. One whose object fails, or
 * that has only just proved itself, lags: it has a cursor of its own until it has caught up, so it
 * delays nobody and misses nothing. Being handed an event twice is harmless: a Subscriber keeps one
 * row for each.
 */
import type { Budget } from "../../runtime/bounded-work.ts";
import type { OutboundEvent } from "../../domain/event.ts";
import {
  CATCHING_UP_AT_ONCE_MAX,
  EVENTS_PER_SWEEP,
  HAND_OVERS_AT_ONCE_MAX,
  SUBSCRIPTIONS_PER_STEP,
} from "../limits.ts";
import { backoffMs } from "../../runtime/async.ts";
import { EventWindow, readTogether, type DeliveryPreferences } from "./event-window.ts";
import type { Events } from "../store/events.ts";
import { getMeta, setMeta } from "../store/schema.ts";
import type { Sql } from "../../runtime/sql.ts";

/**
 * Hands events to one subscription's object; throws if it could not, in a bounded time.
 *
 * @returns false if the object knows of no such subscription
 */
export type HandOver = (subscription: string, events: OutboundEvent[]) => Promise<boolean>;

interface SubscriptionRow extends DeliveryPreferences {
  id: string;
  cursor: number | null;
  failures: number;
  /** The last sequence before its filter was changed; 0 if it never was. */
  filtered_since: number;
  since_sequence: number;
  [column: string]: SqlStorageValue;
}

/** Events `first` to `last` are on their way; subscriptions up to `after` have them. */
interface Sweep {
  first: number;
  last: number;
  after: string;
}

interface Parts {
  sql: Sql;
  events: Events;
  handOver: HandOver;
  /** Its object knows nothing of it: it is forgotten, unless it may still be made. */
  removeIfNeverCreated: (subscription: string) => void;
  /** Milliseconds since 1970. */
  now: () => number;
}

const COLUMNS = "id, format, content, filter, events, cursor, failures, since_sequence, filtered_since";

export class FanOut {
  readonly #parts: Parts;
  readonly #sql: Sql;
  /** The window that was read last, as long as nothing has happened since: a kill changes what is told. */
  #window: { key: string; window: EventWindow } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#sql = parts.sql;
  }

  /** One bounded step. @returns whether there was anything to do */
  async step(budget: Budget): Promise<boolean> {
    const swept = await this.#sweepOn(budget);
    const caughtUp = await this.#serveLagging(budget);
    return swept || caughtUp;
  }

  /** When there is something to do, in milliseconds since 1970. */
  nextDueMs(): number | undefined {
    if (this.#sweptTo() < this.#parts.events.lastSequence()) return 0;
    const row = this.#sql
      .exec<{ next: number | null }>(
        "SELECT min(due_ms) AS next FROM subscriptions WHERE cursor IS NOT NULL AND active = 1",
      )
      .one();
    return row.next ?? undefined;
  }

  async #sweepOn(budget: Budget): Promise<boolean> {
    const sweep = this.#sweep();
    if (sweep === undefined) return false;
    const { events } = this.#parts;
    const window = this.#read(sweep.first, sweep.last);
    const asOf = events.lastSequence();
    const looked = this.#sql
      .exec<SubscriptionRow>(
        `SELECT ${COLUMNS} FROM subscriptions
         WHERE id > ? AND active = 1 AND cursor IS NULL ORDER BY id LIMIT ?`,
        sweep.after,
        SUBSCRIPTIONS_PER_STEP,
      )
      .toArray();
    // Most filters take little: looking at many costs less than one call.
    const calls = budget.upTo(SUBSCRIPTIONS_PER_STEP);
    const told: { subscription: SubscriptionRow; handed: OutboundEvent[] }[] = [];
    let after = sweep.after;
    let isLast = looked.length < SUBSCRIPTIONS_PER_STEP;
    for (const subscription of looked) {
      const handed = eventsSinceCreation(subscription, window);
      if (handed.length > 0 && told.length >= calls) {
        isLast = false;
        break;
      }
      if (handed.length > 0) told.push({ subscription, handed });
      after = subscription.id;
    }
    budget.spend(told.length);
    await inParallel(told, window.handOversAtOnce(), async ({ subscription, handed }) => {
      // Its turn may come late: what was killed since then is told no more.
      const present = events.lastSequence() === asOf ? window : this.#read(sweep.first, sweep.last);
      const isChanged = present !== window && present.last === window.last;
      const now = isChanged ? eventsSinceCreation(subscription, present) : handed;
      if (!(await this.#tell(subscription, now))) this.#lag(subscription, sweep.first - 1);
    });
    if (isLast) setMeta(this.#sql, "swept", sweep.last);
    else setMeta(this.#sql, "sweep", JSON.stringify({ ...sweep, after } satisfies Sweep));
    return true;
  }

  async #serveLagging(budget: Budget): Promise<boolean> {
    const calls = budget.upTo(HAND_OVERS_AT_ONCE_MAX);
    const due = this.#sql
      .exec<SubscriptionRow & { cursor: number }>(
        `SELECT ${COLUMNS} FROM subscriptions
         WHERE cursor IS NOT NULL AND active = 1 AND due_ms <= ? ORDER BY due_ms LIMIT ?`,
        this.#parts.now(),
        calls,
      )
      .toArray();
    budget.spend(due.length);
    // Each is at a place of its own, with texts of its own in memory.
    await inParallel(due, CATCHING_UP_AT_ONCE_MAX, (subscription) =>
      this.#catchUp(subscription, subscription.cursor),
    );
    return due.length > 0;
  }

  async #catchUp(subscription: SubscriptionRow, cursor: number): Promise<void> {
    const end = Math.min(cursor + EVENTS_PER_SWEEP, this.#parts.events.lastSequence());
    const window = this.#read(cursor + 1, end);
    const replayed = new Map(window.replayEventsFor(subscription).map((one) => [one.event, one]));
    // Of what happened before its filter was changed, it may have changed it to learn something.
    const handed = window
      .eventsFor(subscription)
      .flatMap((one) => (one.sequence > subscription.filtered_since ? one : (replayed.get(one.event) ?? [])));
    if (handed.length > 0 && !(await this.#tell(subscription, handed))) {
      this.#lag(subscription, cursor);
      return;
    }
    const last = window.last ?? cursor;
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
      this.#parts.now() + backoffMs(subscription.failures),
      subscription.id,
    );
  }

  /** @returns false if its object could not be told */
  async #tell(subscription: SubscriptionRow, handed: OutboundEvent[]): Promise<boolean> {
    try {
      if (await this.#parts.handOver(subscription.id, handed)) return true;
      // About to be made, if it is still there after this: then it is told later.
      this.#parts.removeIfNeverCreated(subscription.id);
      return false;
    } catch (error) {
      console.error(
        JSON.stringify({ message: "fan-out failed", subscription: subscription.id, error: String(error) }),
      );
      return false;
    }
  }

  /** By {@link readTogether}. */
  #read(first: number, last: number): EventWindow {
    const { events } = this.#parts;
    const key = `${first} ${last} ${events.lastSequence()}`;
    if (this.#window?.key === key) return this.#window.window;
    const window = new EventWindow(readTogether(events, first, last));
    this.#window = { key, window };
    return window;
  }

  /** The window in progress, or the next one; undefined when all is swept. */
  #sweep(): Sweep | undefined {
    const swept = this.#sweptTo();
    const stored = getMeta(this.#sql, "sweep");
    const begun = typeof stored === "string" ? (JSON.parse(stored) as Sweep) : undefined;
    if (begun !== undefined && begun.first > swept) {
      // Fewer than before, if a text has come back meanwhile: the rest is the next window's.
      return { ...begun, last: this.#read(begun.first, begun.last).last ?? begun.last };
    }
    const { events } = this.#parts;
    const last = Math.min(swept + EVENTS_PER_SWEEP, events.lastSequence());
    if (last <= swept) return undefined;
    return { first: swept + 1, last: this.#read(swept + 1, last).last ?? last, after: "" };
  }

  #sweptTo(): number {
    return Number(getMeta(this.#sql, "swept") ?? 0);
  }
}

/** One that was made while a window was on its way may have joined the others by now. */
function eventsSinceCreation(subscription: SubscriptionRow, window: EventWindow): OutboundEvent[] {
  return window.eventsFor(subscription).filter(({ sequence }) => sequence > subscription.since_sequence);
}

/** Never more than so many at once; a slow one holds up its own place only. */
async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
