/**
 * Events for clients that catch up: the same that a subscription with their filter and types is sent.
 *
 * A Subscriber remembers which releases it sent, and sends their retractions whatever the filter says. Here
 * nothing is remembered, so it is looked up: a retraction is included if an earlier event of its release
 * was, wherever the client started. So a client that starts at any point from the right state ends with the
 * right state.
 */
import { type ReleaseEvent, type ReleaseEventType, isRetraction } from "../../domain/event.ts";
import { type Filter, matches } from "../../domain/filter.ts";
import type { Sql } from "../../runtime/sql.ts";
import { EVENT_ROWS_PER_CALL, EVENT_UNITS_PER_CALL, EVENT_UNITS_READ_PER_CALL } from "../limits.ts";
import {
  type EventReader,
  type EventTerms,
  readTermsOfRelease,
  type IndexedEvent,
  lastSequence,
} from "../store/events.ts";
import { isNarrowed, unitsOf } from "./event-window.ts";

export interface EventQuery {
  filter: Filter;
  types: readonly ReleaseEventType[];
}

export type EventsPage =
  | {
      kind: "page";
      events: ReleaseEvent[];
      /** The last sequence that was read: the next page begins after it. */
      next: number;
      /** The last sequence in the ledger. */
      last: number;
    }
  /** `after` is higher than the last sequence in the ledger. */
  | { kind: "beyond"; last: number };

/**
 * The events after a sequence, as far as one call reads.
 *
 * @param after undefined: no events, only the last sequence
 */
export function readPage(
  { sql, events }: { sql: Sql; events: EventReader },
  query: EventQuery,
  after: number | undefined,
  limit: number,
): EventsPage {
  const last = lastSequence(sql);
  let next = after ?? last;
  if (next > last) return { kind: "beyond", last };
  const page: ReleaseEvent[] = [];
  const history = new MatchHistory(sql, query);
  // Bounded, so that a narrow filter does not read the whole ledger in one call, and a wide one does not
  // hold a hundred long texts in memory.
  let units = 0;
  let unitsRead = 0;
  let rows = 0;
  for (const indexed of events.each(next + 1, last)) {
    const isWanted = isIncluded(indexed, query, history);
    if (isWanted) page.push(indexed.event);
    next = indexed.sequence;
    rows += 1;
    const size = unitsOf(indexed);
    unitsRead += size;
    if (isWanted) units += size;
    if (page.length >= limit || units >= EVENT_UNITS_PER_CALL) break;
    if (rows + history.rows >= EVENT_ROWS_PER_CALL || unitsRead >= EVENT_UNITS_READ_PER_CALL) break;
  }
  return { kind: "page", events: page, next, last };
}

/** Whether an earlier event of a release was requested. Reads each row once. */
class MatchHistory {
  /** How many rows were read. */
  rows = 0;
  readonly #sql: Sql;
  readonly #query: EventQuery;
  readonly #releases = new Map<string, { to: number; found: boolean }>();

  constructor(sql: Sql, query: EventQuery) {
    this.#sql = sql;
    this.#query = query;
  }

  hasMatch(release: string, before: number): boolean {
    const known = this.#releases.get(release) ?? { to: 0, found: false };
    if (known.found) return true;
    let found = false;
    for (const terms of readTermsOfRelease(this.#sql, release, known.to, before)) {
      this.rows += 1;
      found = isRequested(terms, this.#query);
      if (found) break;
    }
    this.#releases.set(release, { to: before - 1, found });
    return found;
  }
}

function isIncluded(indexed: IndexedEvent, query: EventQuery, history: MatchHistory): boolean {
  // Of a killed release, a narrowed filter gets the kill alone.
  if (indexed.isKilledNow && isNarrowed(query.filter) && indexed.type !== "release.killed") return false;
  if (isRequested(indexed, query)) return true;
  return isRetraction(indexed.type) && history.hasMatch(indexed.event.release.id, indexed.sequence);
}

/**
 * A killed release passes every filter: otherwise a search could find out what its content was. So some
 * clients get a kill of a release that they never had; they have nothing to remove.
 */
function isRequested({ type, terms, isKilledNow }: EventTerms, { filter, types }: EventQuery): boolean {
  return types.includes(type) && (isKilledNow || matches(filter, terms));
}
