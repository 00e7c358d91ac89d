/**
 * What one subscription is handed once more, because it asked for it.
 */
import type { OutboundEvent } from "../../domain/event.ts";
import { EVENTS_PER_SWEEP, HAND_OVER_UNITS_MAX } from "../limits.ts";
import { EventWindow, readTogether, unitsOf, type DeliveryPreferences } from "./event-window.ts";
import type { Events, IndexedEvent } from "../store/events.ts";
import type { Sql } from "../../runtime/sql.ts";

/** Events up to `last` and what belongs to them, as they were told when the last sequence of all was `asOf`. */
export interface Replayed {
  events: OutboundEvent[];
  last: number;
  asOf: number;
}

/** The bytes of one event, told when the last sequence of all was `asOf`; or that its text is killed, so that it is not told again. */
export type BodyAgain = { kind: "body"; body: string; asOf: number } | { kind: "killed" };

export class Replay {
  readonly #sql: Sql;
  readonly #events: Events;

  constructor(sql: Sql, events: Events) {
    this.#sql = sql;
    this.#events = events;
  }

  /**
   * The events after one sequence up to another, or the first of them. Whoever asks for the past may have
   * chosen the filter for it, and is not to learn by it what a killed text was: of those a filter tells
   * nothing, and the kill goes to who had the text. Of a release that is taken back now it does not end
   * before that, however far it was to go: the last that is heard of a text must be that it is withdrawn.
   */
  eventsFor(subscription: string, after: number, to: number): Replayed {
    const wants = this.#wantsOf(subscription);
    const read = readTogether(this.#events, after + 1, Math.min(to, after + EVENTS_PER_SWEEP));
    let since = this.#sinceTakenBack(read, to);
    while (read.length > 1 && unitsOf([...read, ...since]) > HAND_OVER_UNITS_MAX) {
      read.pop();
      since = this.#sinceTakenBack(read, to);
    }
    return {
      events: wants === undefined ? [] : new EventWindow([...read, ...since]).replayEventsFor(wants),
      last: read.at(-1)?.event.sequence ?? to,
      asOf: this.#events.lastSequence(),
    };
  }

  /**
   * One event for a subscription, whatever its filter says: it had it. Of a text that is killed now only
   * the kill is told again: anything else of it, even without its text, would arrive after the kill as news.
   */
  bodyFor(subscription: string, sequence: number): BodyAgain | undefined {
    const wants = this.#wantsOf(subscription);
    const [filed] = this.#events.events(sequence, sequence);
    if (wants === undefined || filed === undefined) return undefined;
    if (filed.isKilledNow && filed.type !== "release.killed") return { kind: "killed" };
    return {
      kind: "body",
      body: new EventWindow([filed]).bodyFor(filed, wants),
      asOf: this.#events.lastSequence(),
    };
  }

  /** With the last window that has anything of a release: what is asked for of it comes before. */
  #sinceTakenBack(read: readonly IndexedEvent[], to: number): IndexedEvent[] {
    const last = read.at(-1)?.event.sequence ?? to;
    const releases = new Set(read.map(({ event }) => event.release.id));
    return [...releases]
      .map((release) => this.#events.ofTakenBack(release, last))
      .flatMap((later) => (later.some(({ sequence }) => sequence <= to) ? [] : later))
      .sort((a, b) => a.sequence - b.sequence);
  }

  #wantsOf(subscription: string): DeliveryPreferences | undefined {
    const [row] = this.#sql.exec<DeliveryPreferences & Record<string, SqlStorageValue>>(
      "SELECT format, content, filter, events FROM subscriptions WHERE id = ?",
      subscription,
    );
    return row;
  }
}
