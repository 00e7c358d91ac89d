/**
 * Judges what came to one desk, in the order in which it came: nothing that it should not have, nothing
 * while it was paused, none overtaken by a later one of its release, no text after its kill, the same
 * bytes each time, and every signature by the secrets of its time.
 */
import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import type { Book, LedgerEvent } from "./expected-state.ts";
import type { Desk } from "./desk.ts";
import type { Arrival, Entry } from "./receiver-file.ts";

/** Milliseconds between the decision to send and the timestamp of an attempt, at the most. */
const SLACK_MS = 500;

export class ArrivalCheck {
  readonly #desk: Desk;
  readonly #book: Book;
  readonly #keys: readonly JsonWebKey[];
  readonly #acknowledged = new Set<string>();
  readonly #bodies = new Map<string, string>();
  #judged = 0;

  /** @param keys as the service publishes them */
  constructor(desk: Desk, book: Book, keys: readonly JsonWebKey[]) {
    this.#desk = desk;
    this.#book = book;
    this.#keys = keys;
  }

  /** Judges what is new since the last time. @returns what is wrong, in words */
  violations(): string[] {
    const { entries } = this.#desk.file;
    const found = entries.slice(this.#judged).flatMap((entry) => this.#judge(entry));
    this.#judged = entries.length;
    return found;
  }

  #judge({ kind, arrival }: Entry): string[] {
    if (kind === "acknowledged") {
      this.#acknowledged.add(arrival.id);
      return [];
    }
    const faults = [
      this.#desk.secrets.faultOf(arrival),
      this.#keyFault(arrival),
      this.#pauseFault(arrival),
      ...(arrival.message.type.startsWith("release.") ? this.#eventFaults(arrival) : []),
    ];
    return faults
      .filter((fault) => fault !== undefined)
      .map((fault) => `${this.#desk.id}: ${arrival.message.type} ${arrival.id}: ${fault}`);
  }

  #eventFaults(arrival: Arrival): (string | undefined)[] {
    const { expected, wishes } = this.#desk;
    const { message, id, body, headers } = arrival;
    const event = expected.events.get(id);
    if (event === undefined) return ["it should not have been told"];
    const { data } = message;
    const isSame =
      data.id === id &&
      data.sequence === event.data.sequence &&
      message.type === event.type &&
      headers["webhook-event"] === event.type &&
      data.release?.id === event.data.release.id &&
      data.release.edition === event.data.release.edition;
    const before = this.#bodies.get(id);
    this.#bodies.set(id, body);
    // A kill takes the text away from what is sent after it.
    const mayDiffer = expected.wasEverKilled(event.data.release.id);
    const hasContent = data.release?.content !== undefined;
    return [
      isSame ? undefined : `it tells something else than the ledger: ${body.slice(0, 300)}`,
      before === undefined || before === body || mayDiffer
        ? undefined
        : "its bytes are not the same as before",
      hasContent === (wishes.content === "full") || mayDiffer
        ? undefined
        : "it has more or less than was asked for",
      this.#isKilled(event, arrival) && data.release?.title !== ""
        ? "it tells a text after its kill"
        : undefined,
      ...expected
        .before(event)
        .map((earlier) =>
          this.#acknowledged.has(earlier.data.id) || expected.isReplaceable(earlier, event.data.sequence)
            ? undefined
            : `it overtook ${earlier.type} ${earlier.data.id}`,
        ),
    ];
  }

  /** Whether the desk had acknowledged that its text was killed, and nobody had put it back. */
  #isKilled(event: LedgerEvent, { atMs }: Arrival): boolean {
    const kill = this.#desk.expected
      .killsAfter(event)
      .findLast(({ data }) => this.#acknowledged.has(data.id));
    if (kill === undefined) return false;
    const isPutBack = ({ type, timestamp, data }: LedgerEvent) =>
      type === "release.reinstated" &&
      data.release.id === kill.data.release.id &&
      data.sequence > kill.data.sequence &&
      Date.parse(timestamp) <= atMs;
    return !this.#book.events.some(isPutBack);
  }

  /** By the public key, where that was asked for. */
  #keyFault({ headers, id, body }: Arrival): string | undefined {
    const given = (headers["webhook-signature"] ?? "").split(" ").filter((one) => one.startsWith("v1a,"));
    if (!this.#desk.wishes.asymmetric) return given.length === 0 ? undefined : "v1a, which nobody asked for";
    const signed = Buffer.from(`${id}.${headers["webhook-timestamp"]}.${body}`);
    const isVerified = this.#keys.every((key) =>
      given.some((one) =>
        verify(
          null,
          signed,
          createPublicKey({ key, format: "jwk" }),
          Buffer.from(one.slice("v1a,".length), "base64"),
        ),
      ),
    );
    return isVerified && given.length === this.#keys.length ? undefined : "v1a does not verify";
  }

  #pauseFault({ headers, atMs }: Arrival): string | undefined {
    const sentMs = Number(headers["webhook-timestamp"]) * 1000;
    const isPaused = this.#desk.pauses.some(
      ({ answeredMs, endedMs }) => sentMs > answeredMs + SLACK_MS && atMs < endedMs,
    );
    return isPaused ? "it was paused" : undefined;
  }
}
