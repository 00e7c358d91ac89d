/**
 * What somebody is told who catches up: what a subscription with the same filter and types was sent.
 *
 * A subscription remembers whose texts it was sent, and is told when they are taken back (CONTRACT 7).
 * Here nobody remembers, so it is looked up: a withdrawal or a kill is told if any earlier event of its
 * release was, wherever the reading began. With that the same state comes out from any point at which
 * the reader had it.
 */
import { type ReleaseEvent, type ReleaseEventType, isRetraction } from "../../domain/event.ts";
import { type Filter, matches } from "../../domain/filter.ts";
import {
  EVENT_ROWS_PER_CALL,
  EVENT_UNITS_PER_CALL,
  LONG_POLLS_MAX,
  LONG_POLLS_PER_CLIENT_MAX,
} from "../limits.ts";
import type { Events, IndexedEvent, EventTerms } from "../store/events.ts";

export interface EventQuery {
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

export class EventFeed {
  readonly #events: Events;

  constructor(events: Events) {
    this.#events = events;
  }

  /** Events after a sequence, or none before the next one happens, as far as one call goes. */
  page(asked: EventQuery, after: number | undefined, limit: number): EventsPage {
    const last = this.#events.lastSequence();
    let next = after ?? last;
    if (next > last) return { kind: "beyond", last };
    const told: ReleaseEvent[] = [];
    const earlier = new MatchHistory(this.#events, asked);
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
class MatchHistory {
  /** How many were read. */
  rows = 0;
  readonly #events: Events;
  readonly #asked: EventQuery;
  readonly #read = new Map<string, { to: number; found: boolean }>();

  constructor(events: Events, asked: EventQuery) {
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

function isTold({ event, ...filed }: IndexedEvent, asked: EventQuery, earlier: MatchHistory): boolean {
  const isNarrowed = Object.keys(asked.filter).length > 0;
  // Its kill says all that is left to say.
  if (filed.isKilledNow && isNarrowed && filed.type !== "release.killed") return false;
  if (isAsked(filed, asked)) return true;
  return isRetraction(filed.type) && earlier.has(event.release.id, filed.sequence);
}

/**
 * Of a killed release the filter counts for nothing: nobody is to learn by searching what its text was.
 * So its kill is told to some who never had the text, and have nothing to remove.
 */
function isAsked({ type, filed, isKilledNow }: EventTerms, { filter, types }: EventQuery): boolean {
  return types.includes(type) && (isKilledNow || matches(filter, filed));
}

// FOLDED: Who waits for the next event. In memory alone: when this object dies their calls fail, and they ask again from where they stand.

/** `woken`: there may be something new. `over`: the time is, or nobody listens any more. */
type Waited = "woken" | "over";

/** Who waits, by a name of its own, and how long at most, in milliseconds. */
export interface LongPoll {
  follower: string;
  /** Whose it is, where that is known: one client must not take every place. */
  client: string | null;
  waitMs: number;
}

export class LongPolls {
  readonly #eventFeed: EventFeed;
  readonly #waiting = new Map<string, { client: string | null; end: (waited: Waited) => void }>();
  #wokenFor: number | undefined;
  #areWaking = false;
  /** What those who are woken together read, by what they ask for: most ask for the same. Without it, 500
   * of them would keep a publisher half a second from his answer. */
  readonly #pages = new Map<string, EventsPage>();

  constructor(eventFeed: EventFeed) {
    this.#eventFeed = eventFeed;
  }

  /** How many wait. */
  get count(): number {
    return this.#waiting.size;
  }

  /**
   * A page of events; where there is nothing to tell it waits for it, and gives an empty one when the
   * time is over. `full`: it would have to wait, and too many do.
   */
  async follow(
    asked: EventQuery,
    after: number | undefined,
    limit: number,
    waiter: LongPoll,
  ): Promise<EventsPage | { kind: "full" }> {
    const untilMs = Date.now() + waiter.waitMs;
    let from = after;
    for (;;) {
      const page = this.#page(asked, from, limit);
      if (page.kind === "beyond" || page.events.length > 0 || page.next < page.last) return page;
      if (this.#isFull(waiter.client)) return { kind: "full" };
      const leftMs = untilMs - Date.now();
      if (leftMs <= 0 || (await this.#wait(waiter, leftMs)) === "over") return page;
      from = page.next;
    }
  }

  /** It waits no longer: its client has gone. */
  stop(follower: string): void {
    this.#end(follower, "over");
  }

  /**
   * To be called in the turn in which anything was stored, before anybody can read.
   *
   * @param last the last sequence there is; nobody is woken twice for the same
   */
  wake(last: number): void {
    this.#pages.clear();
    if (last === this.#wokenFor) return;
    this.#wokenFor = last;
    this.#areWaking = true;
    for (const follower of this.#waiting.keys()) this.#end(follower, "woken");
    setTimeout(() => {
      this.#areWaking = false;
      this.#pages.clear();
    }, 0);
  }

  #page(asked: EventQuery, after: number | undefined, limit: number): EventsPage {
    const key = JSON.stringify([asked, after, limit]);
    const page = this.#pages.get(key) ?? this.#eventFeed.page(asked, after, limit);
    if (this.#areWaking) this.#pages.set(key, page);
    return page;
  }

  #isFull(client: string | null): boolean {
    if (this.#waiting.size >= LONG_POLLS_MAX) return true;
    if (client === null) return false;
    const own = this.#waiting.values().filter((waiting) => waiting.client === client);
    return own.toArray().length >= LONG_POLLS_PER_CLIENT_MAX;
  }

  #wait({ follower, client }: LongPoll, ms: number): Promise<Waited> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(follower, "over"), ms);
      const end = (waited: Waited) => {
        clearTimeout(timer);
        resolve(waited);
      };
      this.#waiting.set(follower, { client, end });
    });
  }

  #end(follower: string, waited: Waited): void {
    const waiting = this.#waiting.get(follower);
    this.#waiting.delete(follower);
    waiting?.end(waited);
  }
}
