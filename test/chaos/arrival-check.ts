/**
 * Checks the requests that one subscription's endpoint received, in order of arrival. Rules: no unexpected
 * event, nothing during a pause, no event before an earlier one of its release, no text after a kill, the
 * same bytes at each attempt, and valid signatures.
 */
import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import type { ExpectedState, LedgerEvent } from "./expected-state.ts";
import type { Subscription } from "./subscription.ts";
import type { Arrival, Entry } from "./endpoint-file.ts";

/** Upper bound, in milliseconds, between the decision to send and the timestamp of the attempt. */
const SLACK_MS = 500;

export class ArrivalCheck {
  readonly #subscription: Subscription;
  readonly #expectedState: ExpectedState;
  readonly #keys: readonly JsonWebKey[];
  readonly #acknowledged = new Set<string>();
  readonly #bodies = new Map<string, string>();
  #checkedCount = 0;

  /** @param keys the public keys that the service publishes */
  constructor(subscription: Subscription, expectedState: ExpectedState, keys: readonly JsonWebKey[]) {
    this.#subscription = subscription;
    this.#expectedState = expectedState;
    this.#keys = keys;
  }

  /** Checks the requests since the last call. @returns descriptions of the violations */
  violations(): string[] {
    const { entries } = this.#subscription.file;
    const found = entries.slice(this.#checkedCount).flatMap((entry) => this.#checkEntry(entry));
    this.#checkedCount = entries.length;
    return found;
  }

  #checkEntry({ kind, arrival }: Entry): string[] {
    if (kind === "acknowledged") {
      this.#acknowledged.add(arrival.id);
      return [];
    }
    const issues = [
      this.#subscription.secrets.issueIn(arrival),
      this.#keyIssue(arrival),
      this.#pauseIssue(arrival),
      ...(arrival.message.type.startsWith("release.") ? this.#eventIssues(arrival) : []),
    ];
    return issues
      .filter((issue) => issue !== undefined)
      .map((issue) => `${this.#subscription.id}: ${arrival.message.type} ${arrival.id}: ${issue}`);
  }

  #eventIssues(arrival: Arrival): (string | undefined)[] {
    const { expected, options } = this.#subscription;
    const { message, id, body, headers } = arrival;
    const event = expected.events.get(id);
    if (event === undefined) return ["the subscription should not receive this event"];
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
    // After a kill, later attempts omit the text.
    const mayDiffer = expected.wasEverKilled(event.data.release.id);
    const hasContent = data.release?.content !== undefined;
    return [
      isSame ? undefined : `the payload differs from the ledger: ${body.slice(0, 300)}`,
      before === undefined || before === body || mayDiffer
        ? undefined
        : "the body differs from that of an earlier attempt",
      hasContent === (options.content === "full") || mayDiffer
        ? undefined
        : "the content option is not respected",
      this.#isKilled(event, arrival) && data.release?.title !== ""
        ? "it contains the text of a killed release"
        : undefined,
      ...expected
        .before(event)
        .map((earlier) =>
          this.#acknowledged.has(earlier.data.id) || expected.isReplaceable(earlier, event.data.sequence)
            ? undefined
            : `it arrived before ${earlier.type} ${earlier.data.id} was acknowledged`,
        ),
    ];
  }

  /** Whether the endpoint had acknowledged a kill of this release that no reinstatement has reversed. */
  #isKilled(event: LedgerEvent, { atMs }: Arrival): boolean {
    const kill = this.#subscription.expected
      .killsAfter(event)
      .findLast(({ data }) => this.#acknowledged.has(data.id));
    if (kill === undefined) return false;
    const isReinstatement = ({ type, timestamp, data }: LedgerEvent) =>
      type === "release.reinstated" &&
      data.release.id === kill.data.release.id &&
      data.sequence > kill.data.sequence &&
      Date.parse(timestamp) <= atMs;
    return !this.#expectedState.events.some(isReinstatement);
  }

  /** Checks the asymmetric signatures, which are sent only to subscriptions that requested them. */
  #keyIssue({ headers, id, body }: Arrival): string | undefined {
    const signatures = (headers["webhook-signature"] ?? "")
      .split(" ")
      .filter((signature) => signature.startsWith("v1a,"));
    if (!this.#subscription.options.asymmetric)
      return signatures.length === 0
        ? undefined
        : "there is a v1a signature that the subscription did not request";
    const signed = Buffer.from(`${id}.${headers["webhook-timestamp"]}.${body}`);
    const isVerified = this.#keys.every((key) =>
      signatures.some((signature) =>
        verify(
          null,
          signed,
          createPublicKey({ key, format: "jwk" }),
          Buffer.from(signature.slice("v1a,".length), "base64"),
        ),
      ),
    );
    return isVerified && signatures.length === this.#keys.length
      ? undefined
      : "the v1a signatures do not verify";
  }

  #pauseIssue({ headers, atMs }: Arrival): string | undefined {
    const sentMs = Number(headers["webhook-timestamp"]) * 1000;
    const isPaused = this.#subscription.pauses.some(
      ({ answeredMs, endedMs }) => sentMs > answeredMs + SLACK_MS && atMs < endedMs,
    );
    return isPaused ? "the subscription was paused" : undefined;
  }
}
