/**
 * Sends events to Subscribers: in order, in bounded steps, at least once each.
 *
 * A sweep takes a window of events past all subscriptions that keep up. A subscription whose Subscriber
 * fails, or that was only just verified, lags: it has a cursor of its own until it has caught up, so it
 * delays nobody and misses nothing. An event that is sent twice does no harm: a Subscriber keeps one row
 * for each.
 */
import type { OutboundEvent } from "../../domain/event.ts";
import type { Site } from "../../domain/site.ts";
import { backoffMs, inParallel } from "../../runtime/async.ts";
import type { Budget } from "../../runtime/bounded-work.ts";
import { log } from "../../runtime/log.ts";
import { all, type Sql, value } from "../../runtime/sql.ts";
import {
  ENQUEUES_AT_ONCE_MAX,
  EVENTS_PER_WINDOW,
  LAGGING_AT_ONCE_MAX,
  SUBSCRIPTIONS_PER_STEP,
} from "../limits.ts";
import { type EventReader, lastSequence } from "../store/events.ts";
import { getMeta, setMeta } from "../store/schema.ts";
import type { LaggingSubscriber } from "./topics.ts";
import { EventWindow, type PreferencesRow, readWindow, toPreferences } from "./event-window.ts";

/**
 * Gives events to the Subscriber of a subscription. Takes bounded time; throws if the call fails.
 *
 * @returns false if that Subscriber was never created
 */
export type Enqueue = (subscription: string, events: OutboundEvent[]) => Promise<boolean>;

interface SubscriptionRow extends PreferencesRow {
  id: string;
  /** Of a subscription of the hub, which gets no events. */
  topic: string | null;
  topic_version: string;
  cursor: number | null;
  failures: number;
  since_sequence: number;
  filtered_since: number;
}

/** The window of events that is being sent. Stored as JSON under the mark `sweep`. */
interface Sweep {
  first: number;
  last: number;
  /** Subscriptions up to this id have been looked at. */
  after: string;
}

interface FanOutDeps {
  sql: Sql;
  events: EventReader;
  site: () => Site;
  enqueue: Enqueue;
  /** Gives a Subscriber the present version of its topic. Never rejects. */
  catchUpWithTopic: (subscription: LaggingSubscriber) => Promise<void>;
  /** Called if the Subscriber was never created. */
  removeNeverCreated: (subscription: string) => void;
  /** Milliseconds since 1970. */
  now: () => number;
}

const COLUMNS =
  "id, topic, topic_version, format, content, filter, events, cursor, failures, since_sequence, filtered_since";

export class FanOut {
  readonly #deps: FanOutDeps;
  readonly #sql: Sql;
  /** The window that was read last. It is valid until the next event: a kill changes earlier events. */
  #cached: { key: string; window: EventWindow } | undefined;

  constructor(deps: FanOutDeps) {
    this.#deps = deps;
    this.#sql = deps.sql;
  }

  /** One bounded step. @returns whether there was anything to do */
  async step(budget: Budget): Promise<boolean> {
    const hasSwept = await this.#continueSweep(budget);
    const hasCaughtUp = await this.#serveLagging(budget);
    return hasSwept || hasCaughtUp;
  }

  /** When there is anything to do, in milliseconds since 1970; 0: now. */
  nextDueMs(): number | undefined {
    if (this.#sweptTo() < lastSequence(this.#sql)) return 0;
    const query = "SELECT min(due_ms) FROM subscriptions WHERE cursor IS NOT NULL AND active = 1";
    return value<number | null>(this.#sql, query) ?? undefined;
  }

  async #continueSweep(budget: Budget): Promise<boolean> {
    const sweep = this.#currentSweep();
    if (sweep === undefined) return false;
    const window = this.#readWindow(sweep.first, sweep.last);
    const { recipients, after, isLast } = this.#findRecipients(sweep, window, budget);
    budget.spend(recipients.length);
    const asOf = lastSequence(this.#sql);
    await inParallel(recipients, window.callsAtOnce(), async ({ subscription, events }) => {
      // The call may start late. A release that was killed meanwhile must not be sent.
      const present = lastSequence(this.#sql) === asOf ? window : this.#readWindow(sweep.first, sweep.last);
      const isChanged = present !== window && present.last === window.last;
      const current = isChanged ? eventsSinceCreation(subscription, present) : events;
      if (!(await this.#enqueue(subscription, current))) this.#setLagging(subscription, sweep.first - 1);
    });
    if (isLast) setMeta(this.#sql, "swept", sweep.last);
    else setMeta(this.#sql, "sweep", JSON.stringify({ ...sweep, after } satisfies Sweep));
    return true;
  }

  /** The next subscriptions that are sent anything of a window, as many as the budget has calls for. */
  #findRecipients(sweep: Sweep, window: EventWindow, budget: Budget) {
    const subscriptions = all<SubscriptionRow>(
      this.#sql,
      `SELECT ${COLUMNS} FROM subscriptions
       WHERE id > ? AND active = 1 AND cursor IS NULL AND topic IS NULL ORDER BY id LIMIT ?`,
      sweep.after,
      SUBSCRIPTIONS_PER_STEP,
    );
    const calls = budget.upTo(SUBSCRIPTIONS_PER_STEP);
    const recipients: { subscription: SubscriptionRow; events: OutboundEvent[] }[] = [];
    let { after } = sweep;
    for (const subscription of subscriptions) {
      const events = eventsSinceCreation(subscription, window);
      if (events.length > 0 && recipients.length >= calls) return { recipients, after, isLast: false };
      if (events.length > 0) recipients.push({ subscription, events });
      after = subscription.id;
    }
    return { recipients, after, isLast: subscriptions.length < SUBSCRIPTIONS_PER_STEP };
  }

  async #serveLagging(budget: Budget): Promise<boolean> {
    const due = all<SubscriptionRow & { cursor: number }>(
      this.#sql,
      `SELECT ${COLUMNS} FROM subscriptions
       WHERE cursor IS NOT NULL AND active = 1 AND due_ms <= ? ORDER BY due_ms LIMIT ?`,
      this.#deps.now(),
      budget.upTo(ENQUEUES_AT_ONCE_MAX),
    );
    budget.spend(due.length);
    await inParallel(due, LAGGING_AT_ONCE_MAX, (subscription) => this.#catchUp(subscription));
    return due.length > 0;
  }

  async #catchUp(subscription: SubscriptionRow & { cursor: number }): Promise<void> {
    const { id, topic, cursor, filtered_since } = subscription;
    if (topic !== null) return this.#deps.catchUpWithTopic({ ...subscription, topic });
    const window = this.#readWindow(
      cursor + 1,
      Math.min(cursor + EVENTS_PER_WINDOW, lastSequence(this.#sql)),
    );
    const preferences = toPreferences(subscription);
    const replayed = new Map(window.replayEventsFor(preferences).map((event) => [event.sequence, event]));
    // Events from before the filter was changed are sent as in a replay.
    const events = window
      .eventsFor(preferences)
      .flatMap((event) => (event.sequence > filtered_since ? [event] : (replayed.get(event.sequence) ?? [])));
    if (events.length > 0 && !(await this.#enqueue(subscription, events))) {
      this.#setLagging(subscription, cursor);
      return;
    }
    const last = window.last ?? cursor;
    // Past the current window it has missed nothing, and the sweep includes it again.
    const hasCaughtUp = last >= (this.#currentSweep()?.last ?? this.#sweptTo());
    this.#sql.exec(
      "UPDATE subscriptions SET cursor = ?, due_ms = ?, failures = 0 WHERE id = ?",
      hasCaughtUp ? null : last,
      hasCaughtUp ? null : 0,
      id,
    );
  }

  #setLagging(subscription: SubscriptionRow, cursor: number): void {
    this.#sql.exec(
      "UPDATE subscriptions SET cursor = ?, due_ms = ?, failures = failures + 1 WHERE id = ?",
      cursor,
      this.#deps.now() + backoffMs(subscription.failures),
      subscription.id,
    );
  }

  /** @returns false if the Subscriber did not take the events */
  async #enqueue({ id }: SubscriptionRow, events: OutboundEvent[]): Promise<boolean> {
    try {
      if (await this.#deps.enqueue(id, events)) return true;
      this.#deps.removeNeverCreated(id);
      return false;
    } catch (error) {
      log("error", "fan-out failed", { subscription: id, error: String(error) });
      return false;
    }
  }

  #readWindow(first: number, last: number): EventWindow {
    const key = `${first} ${last} ${lastSequence(this.#sql)}`;
    if (this.#cached?.key === key) return this.#cached.window;
    const window = new EventWindow(readWindow(this.#deps.events, first, last), this.#deps.site());
    this.#cached = { key, window };
    return window;
  }

  /** The window in progress, or the next one; undefined when every event was swept. */
  #currentSweep(): Sweep | undefined {
    const swept = this.#sweptTo();
    const stored = getMeta(this.#sql, "sweep");
    const begun = typeof stored === "string" ? (JSON.parse(stored) as Sweep) : undefined;
    if (begun !== undefined && begun.first > swept) {
      // If a release was reinstated, fewer events fit into memory: the rest is left to the next window.
      return { ...begun, last: this.#readWindow(begun.first, begun.last).last ?? begun.last };
    }
    const last = Math.min(swept + EVENTS_PER_WINDOW, lastSequence(this.#sql));
    if (last <= swept) return undefined;
    return { first: swept + 1, last: this.#readWindow(swept + 1, last).last ?? last, after: "" };
  }

  #sweptTo(): number {
    return Number(getMeta(this.#sql, "swept") ?? 0);
  }
}

/** A subscription that was created during a sweep may have caught up with it: it gets only its own events. */
function eventsSinceCreation(subscription: SubscriptionRow, window: EventWindow): OutboundEvent[] {
  return window
    .eventsFor(toPreferences(subscription))
    .filter(({ sequence }) => sequence > subscription.since_sequence);
}
