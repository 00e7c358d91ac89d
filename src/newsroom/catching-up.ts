/**
 * What somebody is told who catches up: what a subscription with the same filter and types was sent.
 *
 * A subscription remembers whose texts it was sent, and is told when they are taken back (CONTRACT 7).
 * Here nobody remembers, so it is looked up: a withdrawal or a kill is told if any earlier event of its
 * release was, wherever the reading began. With that the same state comes out from any point at which
 * the reader had it.
 */
import { type ReleaseEvent, type ReleaseEventType, takesBack } from "../domain/event.ts";
import { type Filter, matches } from "../domain/filter.ts";
import { EVENT_ROWS_PER_CALL, EVENT_UNITS_PER_CALL } from "../limits.ts";
import type { Events, FiledEvent, FiledType } from "./events.ts";

export interface EventsAsked {
  filter: Filter;
  types: readonly ReleaseEventType[];
}

export type EventsPage =
  | {
      kind: "page";
      events: ReleaseEvent[];
      /** The last sequence that was looked at: what goes on from here begins after it. */
      next: number;
      /** The last sequence that there is. */
      last: number;
    }
  /** There has been no such sequence yet. */
  | { kind: "beyond"; last: number };

export class CatchingUp {
  readonly #events: Events;

  constructor(events: Events) {
    this.#events = events;
  }

  /** Events after a sequence, or none before the next one happens, as far as one call goes. */
  page(asked: EventsAsked, after: number | undefined, limit: number): EventsPage {
    const last = this.#events.lastSequence();
    let next = after ?? last;
    if (next > last) return { kind: "beyond", last };
    const told: ReleaseEvent[] = [];
    const earlier = new EarlierEvents(this.#events, asked);
    // Bounded: a filter that takes little must not read the whole ledger in one call, nor one that
    // takes all hold a hundred long texts in memory.
    let units = 0;
    let rows = 0;
    for (const filed of this.#events.each(next + 1, last)) {
      if (isTold(filed, asked, earlier)) {
        told.push(filed.event);
        const { html, text } = filed.event.release.content;
        units += html.length + text.length;
      }
      next = filed.sequence;
      rows += 1;
      if (told.length >= limit || units >= EVENT_UNITS_PER_CALL) break;
      if (rows + earlier.rows >= EVENT_ROWS_PER_CALL) break;
    }
    return { kind: "page", events: told, next, last };
  }
}

/** Whether a release had an event that was asked for, before one that takes it back; each row is read once. */
class EarlierEvents {
  /** How many were read. */
  rows = 0;
  readonly #events: Events;
  readonly #asked: EventsAsked;
  readonly #read = new Map<string, { to: number; found: boolean }>();

  constructor(events: Events, asked: EventsAsked) {
    this.#events = events;
    this.#asked = asked;
  }

  has(release: string, before: number): boolean {
    const known = this.#read.get(release) ?? { to: 0, found: false };
    if (known.found) return true;
    let found = false;
    for (const filed of this.#events.ofRelease(release, known.to, before)) {
      this.rows += 1;
      found = isAsked(filed, this.#asked);
      if (found) break;
    }
    this.#read.set(release, { to: before - 1, found });
    return found;
  }
}

function isTold({ event, ...filed }: FiledEvent, asked: EventsAsked, earlier: EarlierEvents): boolean {
  const isNarrowed = Object.keys(asked.filter).length > 0;
  // Its kill says all that is left to say.
  if (filed.isKilledNow && isNarrowed && filed.type !== "release.killed") return false;
  if (isAsked(filed, asked)) return true;
  return takesBack(filed.type) && earlier.has(event.release.id, filed.sequence);
}

/**
 * Of a killed release the filter counts for nothing: nobody is to learn by searching what its text was.
 * So its kill is told to some who never had the text, and have nothing to remove.
 */
function isAsked({ type, filed, isKilledNow }: FiledType, { filter, types }: EventsAsked): boolean {
  return types.includes(type) && (isKilledNow || matches(filter, filed));
}
