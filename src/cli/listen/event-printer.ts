/**
 * The lines that `communique listen` prints: first the events it catches up on, then those that arrived
 * meanwhile.
 */
import { printable } from "../terminal.ts";
import type { Arrival, VisibleEvent } from "./receiver.ts";

/** How an event was received: webhooks are signed, events read from the API are not. */
type Origin = "verified" | "verified, again" | "fetched, not signed";

export class EventPrinter {
  readonly #print: (line: string) => void;
  /** Arrivals that wait until older events are printed; undefined when nothing waits. */
  #held: Arrival[] | undefined;
  /** Every event up to this sequence was printed. */
  #upTo = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** From here on, arrivals wait for {@link caughtUp}. */
  hold(): void {
    this.#held = [];
  }

  fetched(event: VisibleEvent): void {
    this.#print(eventLine(event, new Date(), "fetched, not signed"));
  }

  /** All events up to a sequence were printed: arrivals up to it are not printed again. */
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
      this.#print(`${timeOf(new Date())} NOT verified: ${arrival.reason}`);
    } else if (arrival.event.kind !== "release" || arrival.event.sequence > this.#upTo) {
      this.#print(eventLine(arrival.event, new Date(), arrival.again ? "verified, again" : "verified"));
    }
  }
}

/** `09:15:00.123 release.published 17 en  “Title”  https://…  verified` */
function eventLine(event: VisibleEvent, at: Date, origin: Origin): string {
  const time = timeOf(at);
  if (event.kind === "other") return `${time} ${printable(event.type)}  ${origin}`;
  const { type, sequence, lang, title, url } = event;
  return `${time} ${printable(type)} ${sequence} ${printable(lang)}  “${printable(title)}”  ${printable(url)}  ${origin}`;
}

/** `09:15:00.123`, in UTC. */
function timeOf(at: Date): string {
  return at.toISOString().slice(11, 23);
}
