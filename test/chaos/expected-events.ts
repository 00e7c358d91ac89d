/**
 * The events that one subscription should receive: those that match its filter and types, and the
 * withdrawals and kills of every release of which it received an event before.
 */
import { type ReleaseEventType, isRetraction } from "../../src/domain/event.ts";
import { type Filter, type Filterable, matches } from "../../src/domain/filter.ts";
import type { LedgerEvent } from "./expected-state.ts";

export interface EventSelection {
  filter: Filter;
  events: readonly ReleaseEventType[];
}

export function isSelected(
  { filter, events }: EventSelection,
  type: ReleaseEventType,
  terms: Filterable,
): boolean {
  return events.includes(type) && matches(filter, terms);
}

export class ExpectedEvents {
  /** By event id. */
  readonly events = new Map<string, LedgerEvent>();
  readonly #selection: EventSelection;
  /** By release id, in order of sequence. */
  readonly #ofRelease = new Map<string, LedgerEvent[]>();

  constructor(selection: EventSelection) {
    this.#selection = selection;
  }

  /** Adds the next event if the subscription should receive it. */
  add(event: LedgerEvent, terms: Filterable): void {
    const { id, release } = event.data;
    const earlier = this.#ofRelease.get(release.id);
    const isDue =
      isSelected(this.#selection, event.type, terms) || (earlier !== undefined && isRetraction(event.type));
    if (!isDue) return;
    this.events.set(id, event);
    if (earlier === undefined) this.#ofRelease.set(release.id, [event]);
    else earlier.push(event);
  }

  /** Earlier events of the same release, which must be acknowledged or replaced before this one is sent. */
  before({ data }: LedgerEvent): LedgerEvent[] {
    return this.#upTo(data.release.id, data.sequence - 1);
  }

  /**
   * Whether a later kill or withdrawal, up to a sequence, may have replaced this event in the outbox. A
   * withdrawal does so after a failed attempt, which any round can cause.
   */
  isReplaceable({ data }: LedgerEvent, by = Infinity): boolean {
    return this.#upTo(data.release.id, by).some(
      (later) => isRetraction(later.type) && later.data.sequence > data.sequence,
    );
  }

  /** The kills of the same release after this event. */
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
