/**
 * The lines that `communique listen` prints: what is caught up on first, then what has come meanwhile.
 */
import { eventLine, type VisibleEvent } from "./received-event.ts";
import type { Arrival } from "./receiver.ts";

export class EventPrinter {
  readonly #print: (line: string) => void;
  /** What arrives while older events are still being read; undefined when none are. */
  #held: Arrival[] | undefined;
  /** Every event up to this sequence has been shown. */
  #upTo = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** From here on arrivals wait for {@link caughtUp}. */
  hold(): void {
    this.#held = [];
  }

  fetched(event: VisibleEvent): void {
    this.#print(eventLine(event, new Date(), "fetched, not signed"));
  }

  /** Older events have been shown up to a sequence; what of them has arrived as well is not shown again. */
  caughtUp(upTo: number): void {
    this.#upTo = upTo;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const arrival of held) this.arrived(arrival);
  }

  arrived(arrival: Arrival): void {
    if (this.#held !== undefined) {
      this.#held.push(arrival);
    } else if (!arrival.verified) {
      this.#print(`${new Date().toISOString().slice(11, 23)} NOT verified: ${arrival.reason}`);
    } else if (arrival.event.kind !== "release" || arrival.event.sequence > this.#upTo) {
      this.#print(eventLine(arrival.event, new Date(), arrival.again ? "verified, again" : "verified"));
    }
  }
}
