/**
 * Replays: events that are sent to a subscription again.
 */
import type { OutboundEvent } from "../../domain/event.ts";
import { matches } from "../../domain/filter.ts";
import type { Site } from "../../domain/site.ts";
import { first, type Sql } from "../../runtime/sql.ts";
import { EVENTS_PER_WINDOW, WINDOW_UNITS_MAX } from "../limits.ts";
import { type EventReader, type IndexedEvent, lastSequence, readTermsOfSequences } from "../store/events.ts";
import {
  EventWindow,
  type DeliveryPreferences,
  type PreferencesRow,
  readWindow,
  toPreferences,
  unitsOf,
} from "./event-window.ts";

/** One part of a replay: all events up to `last`, rendered when the latest sequence was `asOf`. */
export interface ReplayPart {
  events: OutboundEvent[];
  last: number;
  asOf: number;
}

/** The body of one event, rendered when the latest sequence was `asOf`; or its release is killed. */
export type ReplayBody = { kind: "body"; body: string; asOf: number } | { kind: "killed" };

interface ReplayDeps {
  sql: Sql;
  events: EventReader;
  site: Site;
}

/**
 * The events after one sequence up to another, or the first of them. If a release is withdrawn or killed
 * now, its last events come too, even from after `to`: the last thing that an endpoint hears of a release
 * must be that it was retracted.
 */
export function replayEvents(
  { sql, events, site }: ReplayDeps,
  subscription: string,
  after: number,
  to: number,
): ReplayPart {
  const preferences = preferencesOf(sql, subscription);
  const read = readWindow(events, after + 1, Math.min(to, after + EVENTS_PER_WINDOW));
  let retractions = retractionsBeyond(events, read, to);
  while (read.length > 1 && unitsOf(...read, ...retractions) > WINDOW_UNITS_MAX) {
    read.pop();
    retractions = retractionsBeyond(events, read, to);
  }
  const window = new EventWindow([...read, ...retractions], site);
  return {
    events: preferences === undefined ? [] : window.replayEventsFor(preferences),
    last: read.at(-1)?.sequence ?? to,
    asOf: lastSequence(sql),
  };
}

/**
 * The body of one event that a subscription was sent, whatever its filter is now. Of a killed release only
 * the kill is sent again: any other event would arrive after the kill as news.
 */
export function replayBody(
  { sql, events, site }: ReplayDeps,
  subscription: string,
  sequence: number,
): ReplayBody | undefined {
  const preferences = preferencesOf(sql, subscription);
  const [indexed] = events.list(sequence, sequence);
  if (preferences === undefined || indexed === undefined) return undefined;
  if (indexed.isKilledNow && indexed.type !== "release.killed") return { kind: "killed" };
  const body = new EventWindow([indexed], site).bodyFor(indexed, preferences);
  return { kind: "body", body, asOf: lastSequence(sql) };
}

/** Which of these events a subscription does not ask for now, by type or filter. */
export function unwantedEvents(sql: Sql, subscription: string, sequences: readonly number[]): number[] {
  const preferences = preferencesOf(sql, subscription);
  if (preferences === undefined) return [];
  const { types, filter } = preferences;
  return [...readTermsOfSequences(sql, sequences)]
    .filter(({ type, terms }) => !types.includes(type) || !matches(filter, terms))
    .map(({ sequence }) => sequence);
}

/** The later events of retracted releases, with the last window that has an event of them. */
function retractionsBeyond(events: EventReader, read: readonly IndexedEvent[], to: number): IndexedEvent[] {
  const last = read.at(-1)?.sequence ?? to;
  const releases = new Set(read.map(({ event }) => event.release.id));
  return [...releases]
    .map((release) => events.ofRetracted(release, last))
    .flatMap((later) => (later.some(({ sequence }) => sequence <= to) ? [] : later))
    .sort((a, b) => a.sequence - b.sequence);
}

function preferencesOf(sql: Sql, subscription: string): DeliveryPreferences | undefined {
  const query = "SELECT format, content, filter, events FROM subscriptions WHERE id = ?";
  const row = first<PreferencesRow>(sql, query, subscription);
  return row && toPreferences(row);
}
