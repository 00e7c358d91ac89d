/**
 * Some events in a row, as subscriptions are handed them.
 */
import { FORMATS } from "../../webhooks/payload.ts";
import { type OutboundEvent, isRetraction } from "../../domain/event.ts";
import { type Filter, matches } from "../../domain/filter.ts";
import type { Content, FormatName } from "../../domain/subscription.ts";
import { HAND_OVER_UNITS_MAX, HAND_OVERS_AT_ONCE_MAX, HAND_OVERS_UNITS_MAX } from "../limits.ts";
import type { Events, IndexedEvent } from "../store/events.ts";

/** What a subscription wants, as the ledger has it. */
export interface DeliveryPreferences {
  format: FormatName;
  content: Content;
  /** JSON. */
  filter: string;
  /** JSON: the names of event types. */
  events: string;
}

/** Whether a filter tells something of what it takes: then a replay tells it nothing of a killed text. */
export function isNarrowed({ filter }: Pick<DeliveryPreferences, "filter">): boolean {
  return filter !== "{}";
}

/** Some events in a row, each rendered once for all who want it in the same way. */
export class EventWindow {
  readonly #events: readonly IndexedEvent[];
  readonly #bodies = new Map<string, string>();

  constructor(events: readonly IndexedEvent[]) {
    this.#events = events;
  }

  /** Undefined if it is empty. */
  get last(): number | undefined {
    return this.#events.at(-1)?.event.sequence;
  }

  /** What a subscription is handed: what it asked for, and what takes back a text that it may have been sent. */
  eventsFor(subscription: DeliveryPreferences): OutboundEvent[] {
    const filter = JSON.parse(subscription.filter) as Filter;
    const types = JSON.parse(subscription.events) as string[];
    return this.#events
      .map((filed) => ({
        filed,
        isRequested: types.includes(filed.event.type) && matches(filter, filed.filed),
      }))
      .filter(({ filed, isRequested }) => isRequested || isRetraction(filed.event.type))
      .map(({ filed, isRequested }) => ({
        event: filed.event.id,
        sequence: filed.event.sequence,
        type: filed.event.type,
        release: filed.event.release.id,
        isRequested,
        body: this.bodyFor(filed, subscription),
      }));
  }

  replayEventsFor(subscription: DeliveryPreferences): OutboundEvent[] {
    const narrowed = isNarrowed(subscription);
    const killed = new Set(
      this.#events.filter(({ isKilledNow }) => isKilledNow).map(({ event }) => event.id),
    );
    return this.eventsFor(subscription)
      .filter(({ event, type }) => !narrowed || !killed.has(event) || type === "release.killed")
      .map((handed) => (narrowed && killed.has(handed.event) ? { ...handed, isRequested: false } : handed));
  }

  /** So many that what they carry may be in memory together. */
  handOversAtOnce(): number {
    const units = [...this.#bodies.values()].reduce((sum, body) => sum + body.length, 1);
    return Math.max(1, Math.min(HAND_OVERS_AT_ONCE_MAX, Math.floor(HAND_OVERS_UNITS_MAX / units)));
  }

  /** The exact bytes of one of them. */
  bodyFor({ event }: IndexedEvent, { format, content }: DeliveryPreferences): string {
    const key = `${event.sequence} ${format} ${content}`;
    const known = this.#bodies.get(key);
    if (known !== undefined) return known;
    const body = FORMATS[format].releaseBody(event, content);
    this.#bodies.set(key, body);
    return body;
  }
}

/** Events `first` to `last`, or so many of them, from the first on, as may be in memory together; one at least, if there is one. */
export function readTogether(events: Events, first: number, last: number): IndexedEvent[] {
  const read: IndexedEvent[] = [];
  let units = 0;
  for (const filed of events.each(first, last)) {
    units += unitsOf([filed]);
    if (read.length > 0 && units > HAND_OVER_UNITS_MAX) break;
    read.push(filed);
  }
  return read;
}

/** UTF-16 units of their HTML and text. */
export function unitsOf(events: readonly IndexedEvent[]): number {
  return events.reduce((sum, { event: { release } }) => {
    const { html, text } = release.content;
    return sum + html.length + text.length;
  }, 0);
}
