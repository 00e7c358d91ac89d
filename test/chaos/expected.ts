/**
 * What one subscription should have been sent, by its filter and its types: what it asked for, and what
 * takes back a text of which it was sent anything before (CONTRACT 7).
 */
import { type ReleaseEventType, isRetraction } from "../../src/domain/event.ts";
import { type Filter, type Filterable, matches } from "../../src/domain/filter.ts";
import type { LedgerEvent } from "./expected-state.ts";

export interface Asked {
  filter: Filter;
  events: readonly ReleaseEventType[];
}

export function isAsked({ filter, events }: Asked, type: ReleaseEventType, filed: Filterable): boolean {
  return events.includes(type) && matches(filter, filed);
}

export class Expected {
  /** By id. */
  readonly events = new Map<string, LedgerEvent>();
  readonly #asked: Asked;
  /** In order. */
  readonly #ofRelease = new Map<string, LedgerEvent[]>();

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** Takes in the next event. */
  take(event: LedgerEvent, filed: Filterable): void {
    const { id, release } = event.data;
    const told = this.#ofRelease.get(release.id);
    const isTold =
      isAsked(this.#asked, event.type, filed) || (told !== undefined && isRetraction(event.type));
    if (!isTold) return;
    this.events.set(id, event);
    if (told === undefined) this.#ofRelease.set(release.id, [event]);
    else told.push(event);
  }

  /** Those of the same release that must be over before this one is sent, whatever was killed in between. */
  before({ data }: LedgerEvent): LedgerEvent[] {
    return this.#upTo(data.release.id, data.sequence - 1);
  }

  /** Whether a kill may have come in the place of one event, by the time at which a later one is sent. */
  isReplaceable(event: LedgerEvent, by = Infinity): boolean {
    return this.killsAfter(event).some(({ data }) => data.sequence <= by);
  }

  /** Kills of its release that came after an event. */
  killsAfter({ data }: LedgerEvent): LedgerEvent[] {
    return this.#upTo(data.release.id, Infinity).filter(
      (later) => later.type === "release.killed" && later.data.sequence > data.sequence,
    );
  }

  wasEverKilled(release: string): boolean {
    return this.#upTo(release, Infinity).some(({ type }) => type === "release.killed");
  }

  #upTo(release: string, sequence: number): LedgerEvent[] {
    return (this.#ofRelease.get(release) ?? []).filter(({ data }) => data.sequence <= sequence);
  }
}
