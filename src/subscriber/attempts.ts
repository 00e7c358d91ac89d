/**
 * The attempts of one subscription: several at once, one at a time for each release.
 */
import { attemptDelivery, type AttemptResult } from "../delivery/attempt.ts";
import { judgeAttempt, type Verdict } from "../delivery/verdict.ts";
import { unseal } from "../keys.ts";
import { ATTEMPTS_IN_FLIGHT_MAX, OWN_RETRY_MS } from "../limits.ts";
import { ownRetryDelayMs } from "../own-retry.ts";
import type { Settings } from "../settings.ts";
import type { DueDelivery, Outbox } from "./outbox.ts";
import type { Subscription } from "./subscription.ts";

export interface AttemptsParts {
  storage: DurableObjectStorage;
  outbox: Outbox;
  settings: Settings;
  secretsKey: string;
  /** Milliseconds since 1970. */
  now: () => number;
  /** As it stands now; undefined once it is deleted. */
  subscription: () => Subscription | undefined;
  /** The endpoint said that it is gone. */
  disable: (reason: string) => void;
  /** The endpoint has answered the challenge. */
  proved: () => Promise<unknown>;
  /** An attempt is over, and there is room for another. */
  ended: () => Promise<void>;
}

export class Attempts {
  /** Rows to look at: more than may be in flight, since those of a release in flight are passed over. */
  static readonly CANDIDATES = 4 * ATTEMPTS_IN_FLIGHT_MAX;

  readonly #parts: AttemptsParts;
  readonly #inFlight = new Map<string, { release: string | null; done: Promise<void> }>();
  #ownFailures = 0;

  constructor(parts: AttemptsParts) {
    this.#parts = parts;
  }

  /** Starts as many as there is room for. */
  start(due: readonly DueDelivery[]): void {
    for (const delivery of due) {
      if (this.#inFlight.size >= ATTEMPTS_IN_FLIGHT_MAX) return;
      if (!this.#isInFlight(delivery)) this.#launch(delivery);
    }
  }

  /** Resolves when none is in flight. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all([...this.#inFlight.values()].map(({ done }) => done));
  }

  #isInFlight({ event, release }: DueDelivery): boolean {
    if (this.#inFlight.has(event)) return true;
    return release !== null && [...this.#inFlight.values()].some((other) => other.release === release);
  }

  #launch(delivery: DueDelivery): void {
    const done = this.#attempt(delivery)
      .catch((error: unknown) => this.#putOff(delivery, error))
      .finally(() => this.#inFlight.delete(delivery.event))
      .then(() => this.#parts.ended());
    this.#inFlight.set(delivery.event, { release: delivery.release, done });
  }

  async #attempt(delivery: DueDelivery): Promise<void> {
    const { settings, secretsKey, now, proved } = this.#parts;
    const subscription = this.#parts.subscription();
    if (subscription === undefined) return;
    const atMs = now();
    const result = await attemptDelivery(
      {
        url: subscription.url,
        eventId: delivery.event,
        eventType: delivery.type,
        body: delivery.body,
        secrets: [await unseal(secretsKey, subscription.sealedSecret)],
        userAgent: `communique (+${settings.site.baseUrl})`,
      },
      {
        fetch: (...request) => fetch(...request),
        now,
        timeoutMs: settings.deliveryTimeoutMs,
        localTargets: settings.localTargets,
      },
    );
    const isProof = delivery.type === "subscription.verify";
    const number = delivery.attempts + 1;
    const challenge = isProof ? subscription.challenge : undefined;
    const verdict = judgeAttempt(result, challenge, number, settings.retrySchedule, now(), Math.random());
    if (this.#parts.subscription() === undefined) return; // deleted in the meantime
    this.#ownFailures = 0;
    this.#record(subscription.id, delivery, { attempt: number, atMs }, result, verdict);
    if (isProof && verdict.kind === "delivered") await proved();
  }

  /** Ours, not theirs: it counts as no attempt, and is soon tried again. */
  #putOff(delivery: DueDelivery, error: unknown): void {
    this.#ownFailures += 1;
    console.error(
      JSON.stringify({ message: "attempt failed here", event: delivery.event, error: String(error) }),
    );
    if (this.#parts.subscription() === undefined) return;
    const dueMs = this.#parts.now() + ownRetryDelayMs(this.#ownFailures);
    this.#parts.outbox.retryAt(delivery.event, dueMs, "could not be tried; the fault is ours");
  }

  #record(
    subscription: string,
    delivery: DueDelivery,
    when: { attempt: number; atMs: number },
    result: AttemptResult,
    verdict: Verdict,
  ): void {
    const reason = verdict.kind === "delivered" ? null : verdict.reason;
    const { status, answer } = result.kind === "answered" ? result : { status: null, answer: null };
    const { durationMs } = result;
    this.#parts.storage.transactionSync(() => {
      this.#parts.outbox.recordAttempt(delivery.event, { ...when, durationMs, status, reason, answer });
      this.#follow(delivery, verdict);
    });
    const { event, type } = delivery;
    const line = { message: "attempt", subscription, event, type, attempt: when.attempt, durationMs, status };
    console.log(JSON.stringify({ ...line, verdict: verdict.kind, reason }));
  }

  #follow(delivery: DueDelivery, verdict: Verdict): void {
    const { outbox, now, disable } = this.#parts;
    switch (verdict.kind) {
      case "delivered":
        // A proof is over only once the Newsroom knows of it: until then it stays to be asked again.
        if (delivery.type === "subscription.verify") outbox.retryAt(delivery.event, now() + OWN_RETRY_MS, "");
        else outbox.end(delivery.event, "delivered", null);
        return;
      case "retry":
        outbox.retryAt(delivery.event, now() + verdict.delayMs, verdict.reason);
        return;
      case "failed":
        outbox.end(delivery.event, "failed", verdict.reason);
        return;
      case "gone":
        disable("the endpoint answered 410 Gone");
        outbox.retryAt(delivery.event, now(), verdict.reason);
        return;
    }
  }
}
