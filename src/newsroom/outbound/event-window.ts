/**
 * Consecutive events, and what each subscription is sent of them.
 */
import { type OutboundEvent, isRetraction } from "../../domain/event.ts";
import { type Filter, matches } from "../../domain/filter.ts";
import { SEARCHES_REMEMBERED_MAX } from "../../domain/limits.ts";
import { memoized } from "../../domain/memoized.ts";
import type { Site } from "../../domain/site.ts";
import type { Content, PayloadFormat } from "../../domain/subscription.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import { ENQUEUES_AT_ONCE_MAX, ENQUEUES_UNITS_MAX, WINDOW_UNITS_MAX } from "../limits.ts";
import type { EventReader, IndexedEvent } from "../store/events.ts";

/** What decides which events a subscription is sent, and in which form. */
export interface DeliveryPreferences {
  format: PayloadFormat;
  content: Content;
  filter: Filter;
  /** The requested event types; may include `operational`. */
  types: readonly string[];
}

/** The columns of a subscription that hold its preferences; `filter` and `events` are JSON. */
export type PreferencesRow = Pick<DeliveryPreferences, "format" | "content"> & {
  filter: string;
  events: string;
};

export function toPreferences({ format, content, filter, events }: PreferencesRow): DeliveryPreferences {
  return { format, content, filter: parseFilter(filter), types: parseTypes(events) };
}

// Parsed once, not for each window of events: many subscriptions have the same.
const parseFilter = memoized((json) => JSON.parse(json) as Filter, SEARCHES_REMEMBERED_MAX);
const parseTypes = memoized((json) => JSON.parse(json) as string[], SEARCHES_REMEMBERED_MAX);

/** Whether the events that pass a filter reveal anything about their content. */
export function isNarrowed(filter: Filter): boolean {
  return Object.keys(filter).length > 0;
}

export class EventWindow {
  readonly #events: readonly IndexedEvent[];
  readonly #site: Site;
  /** Bodies by event, format and content: subscriptions with equal preferences share them. */
  readonly #bodies = new Map<string, string>();

  /** @param site words the bodies */
  constructor(events: readonly IndexedEvent[], site: Site) {
    this.#events = events;
    this.#site = site;
  }

  /** The last sequence; undefined if the window is empty. */
  get last(): number | undefined {
    return this.#events.at(-1)?.sequence;
  }

  /** The events that a subscription requested, and all retractions: only its Subscriber knows which releases it was sent. */
  eventsFor(preferences: DeliveryPreferences): OutboundEvent[] {
    const { filter, types } = preferences;
    return this.#events.flatMap((indexed) => {
      const { type, sequence, event, isTakenIn } = indexed;
      const isRequested = !isTakenIn && types.includes(type) && matches(filter, indexed.terms);
      if (!isRequested && !isRetraction(type)) return [];
      const body = this.bodyFor(indexed, preferences);
      return [{ event: event.id, sequence, type, release: event.release.id, isRequested, body }];
    });
  }

  /**
   * The same for events from before the filter was chosen. A filter could be chosen to learn what the
   * content of a killed release was, so a narrowed one gets only the kill, and only if the Subscriber was
   * sent the release.
   */
  replayEventsFor(preferences: DeliveryPreferences): OutboundEvent[] {
    const events = this.eventsFor(preferences);
    if (!isNarrowed(preferences.filter)) return events;
    const killed = new Set(
      this.#events.flatMap(({ isKilledNow, sequence }) => (isKilledNow ? [sequence] : [])),
    );
    return events
      .filter(({ sequence, type }) => !killed.has(sequence) || type === "release.killed")
      .map((event) => (killed.has(event.sequence) ? { ...event, isRequested: false } : event));
  }

  /** How many Subscribers may be called at the same time without filling the memory. */
  callsAtOnce(): number {
    const units = [...this.#bodies.values()].reduce((sum, body) => sum + body.length, 1);
    return Math.max(1, Math.min(ENQUEUES_AT_ONCE_MAX, Math.floor(ENQUEUES_UNITS_MAX / units)));
  }

  /** The exact bytes of an event. */
  bodyFor({ event }: IndexedEvent, { format, content }: DeliveryPreferences): string {
    const key = `${event.sequence} ${format} ${content}`;
    const known = this.#bodies.get(key);
    if (known !== undefined) return known;
    const body = FORMATS[format].releaseBody(event, content, this.#site);
    this.#bodies.set(key, body);
    return body;
  }
}

/** Events `first` to `last`, or as many of them from the first on as memory holds; at least one. */
export function readWindow(events: EventReader, first: number, last: number): IndexedEvent[] {
  const read: IndexedEvent[] = [];
  let units = 0;
  for (const indexed of events.each(first, last)) {
    units += unitsOf(indexed);
    if (read.length > 0 && units > WINDOW_UNITS_MAX) break;
    read.push(indexed);
  }
  return read;
}

/** UTF-16 units of the HTML and text of events. */
export function unitsOf(...events: readonly IndexedEvent[]): number {
  return events.reduce((sum, { event: { release } }) => {
    const { html, text } = release.content;
    return sum + html.length + text.length;
  }, 0);
}
