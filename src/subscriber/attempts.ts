/**
 * The attempts of one subscription: several at once, one at a time for each release.
 */
import type { Budget } from "../runtime/bounded-work.ts";
import { attemptDelivery, type AttemptResult } from "../webhooks/attempt.ts";
import { FORMATS } from "../webhooks/payload.ts";
import { judgeAttempt, type AttemptOutcome } from "../webhooks/outcome.ts";
import { ATTEMPTS_IN_FLIGHT_MAX, IN_HAND_CHECK_MS, RATE_PERIOD_MS } from "./limits.ts";
import { OWN_RETRY_MS } from "../runtime/limits.ts";
import { backoffMs } from "../runtime/async.ts";
import type { Config } from "../config.ts";
import type { SigningKey } from "../crypto/signing-keys.ts";
import type { DeliveryLog } from "./delivery-log.ts";
import type { DueDelivery, Outbox } from "./outbox.ts";
import type { Secrets } from "./secrets.ts";
import type { SubscriptionState } from "./state.ts";
import type { StoredValues } from "../runtime/stored-values.ts";
import type { Subscription } from "./subscription.ts";

export interface AttemptsParts {
  store: StoredValues;
  outbox: Outbox;
  log: DeliveryLog;
  config: Config;
  secrets: Secrets;
  signingKeys: () => Promise<SigningKey[]>;
  /** Milliseconds since 1970. */
  now: () => number;
  state: SubscriptionState;
  /** The endpoint has answered the challenge of this handshake. */
  proved: (number: number) => Promise<unknown>;
  /** An attempt is over, and there is room for another. */
  ended: (budget: Budget) => Promise<void>;
}

interface InFlight {
  release: string | null;
  startedMs: number;
  done: Promise<void>;
}

/** An attempt is a call, and two more where its target is looked up. */
const SUBREQUESTS_PER_ATTEMPT = 3;

export class Attempts {
  /** Rows to look at: more than may be in flight, since those of a release in flight are passed over. */
  static readonly CANDIDATES = 4 * ATTEMPTS_IN_FLIGHT_MAX;

  readonly #parts: AttemptsParts;
  readonly #inFlight = new Map<string, InFlight>();
  #ownFailures = 0;

  constructor(parts: AttemptsParts) {
    this.#parts = parts;
  }

  /**
   * Starts as many as there is room for.
   *
   * @returns when to look again, in milliseconds since 1970; undefined for: when something happens
   */
  start(subscription: Subscription, budget: Budget): number | undefined {
    const { outbox, state, now } = this.#parts;
    const nowMs = now();
    for (const delivery of outbox.next(state.sendable(), Attempts.CANDIDATES)) {
      if (delivery.dueMs > nowMs) return this.#orInHand(delivery.dueMs, nowMs);
      if (this.#inFlight.size >= ATTEMPTS_IN_FLIGHT_MAX) break;
      if (this.#isInFlight(delivery)) continue;
      const freeMs = this.#freeAtMs(subscription, nowMs);
      if (freeMs > nowMs) return this.#orInHand(freeMs, nowMs);
      if (!budget.allows(SUBREQUESTS_PER_ATTEMPT)) return nowMs + 1;
      budget.spend(SUBREQUESTS_PER_ATTEMPT);
      this.#launch(delivery, budget);
    }
    return this.#orInHand(Infinity, nowMs);
  }

  /** What is in hand is looked at again only if this object dies with it. */
  #orInHand(ms: number, nowMs: number): number | undefined {
    const look = this.#inFlight.size === 0 ? ms : Math.min(ms, nowMs + IN_HAND_CHECK_MS);
    return look === Infinity ? undefined : look;
  }

  /** Resolves when none is in flight. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all([...this.#inFlight.values()].map(({ done }) => done));
  }

  #isInFlight({ event, release }: DueDelivery): boolean {
    if (this.#inFlight.has(event)) return true;
    return release !== null && [...this.#inFlight.values()].some((other) => other.release === release);
  }

  /** When the subscription's limit lets the next one go; now, if it has none. */
  #freeAtMs({ ratePerMinute }: Subscription, nowMs: number): number {
    if (ratePerMinute === undefined) return nowMs;
    const sinceMs = nowMs - RATE_PERIOD_MS;
    const running = [...this.#inFlight.values()].map(({ startedMs }) => startedMs);
    const begun = [...this.#parts.log.attemptsSince(sinceMs), ...running].sort((a, b) => a - b);
    const last = begun.at(-ratePerMinute);
    return last === undefined ? nowMs : last + RATE_PERIOD_MS;
  }

  #launch(delivery: DueDelivery, budget: Budget): void {
    const startedMs = this.#parts.now();
    const done = this.#attempt(delivery, startedMs)
      .catch((error: unknown) => this.#putOff(delivery, error))
      .finally(() => this.#inFlight.delete(delivery.event))
      .then(() => this.#parts.ended(budget));
    this.#inFlight.set(delivery.event, { release: delivery.release, startedMs, done });
  }

  async #attempt(delivery: DueDelivery, atMs: number): Promise<void> {
    const { config, now, outbox, proved } = this.#parts;
    const subscription = this.#parts.state.subscription();
    const body = outbox.bodyOf(delivery.event);
    if (subscription === undefined || body === undefined) return;
    const result = await attemptDelivery(await this.#request(subscription, delivery, body, atMs), {
      fetch: (...request) => fetch(...request),
      now,
      signal: AbortSignal.timeout(config.deliveryTimeoutMs),
      localTargets: config.localTargets,
      resolver: config.dnsResolver,
      isWanted: () => this.#isAt(subscription.url) && outbox.isPending(delivery.event),
    });
    if (result === undefined) return;
    // Deleted, or moved to another URL: then what came of this one says nothing.
    if (!this.#isAt(subscription.url)) return;
    this.#ownFailures = 0;
    const isProof = delivery.type === "subscription.verify";
    const challenge = isProof ? subscription.proof.challenge : undefined;
    const tried = delivery.attempts + 1 - delivery.before;
    const verdict = judgeAttempt(result, challenge, tried, config.retrySchedule, now(), Math.random());
    this.#record(subscription, delivery, atMs, result, verdict);
    if (isProof && verdict.kind === "delivered") await proved(subscription.proof.number);
  }

  async #request(subscription: Subscription, delivery: DueDelivery, body: string, atMs: number) {
    const { config, secrets, signingKeys } = this.#parts;
    const { header, asymmetric } = subscription;
    return {
      url: subscription.url,
      eventId: delivery.event,
      eventType: delivery.type,
      contentType: FORMATS[subscription.format].contentType,
      body,
      secrets: await secrets.live(subscription.secrets, atMs),
      signers: asymmetric ? (await signingKeys()).map(({ sign }) => sign) : [],
      ...(header && { header: { name: header.name, value: await secrets.open(header.sealedValue) } }),
      userAgent: `communique (+${config.site.baseUrl})`,
    };
  }

  #isAt(url: string): boolean {
    return this.#parts.state.subscription()?.url === url;
  }

  /** Ours, not theirs: it counts as no attempt, and is soon tried again. */
  #putOff(delivery: DueDelivery, error: unknown): void {
    this.#ownFailures += 1;
    console.error(
      JSON.stringify({ message: "attempt failed here", event: delivery.event, error: String(error) }),
    );
    if (this.#parts.state.subscription() === undefined) return;
    const dueMs = this.#parts.now() + backoffMs(this.#ownFailures);
    this.#parts.outbox.retryAt(delivery.event, { dueMs, reason: "could not be tried; the fault is ours" });
  }

  #record(
    subscription: Subscription,
    delivery: DueDelivery,
    atMs: number,
    result: AttemptResult,
    verdict: AttemptOutcome,
  ): void {
    const { store, log, state } = this.#parts;
    const attempt = delivery.attempts + 1;
    const reason = verdict.kind === "delivered" ? null : verdict.reason;
    const { status, answer } = result.kind === "answered" ? result : { status: null, answer: null };
    const { durationMs } = result;
    store.atomically(() => {
      log.recordAttempt(delivery.event, { attempt, atMs, durationMs, status, reason, answer });
      state.recordAttempt(verdict, delivery);
      this.#follow(delivery, verdict, attempt);
    });
    const { event, type, release, createdMs } = delivery;
    const line = {
      message: "attempt",
      subscription: subscription.id,
      host: new URL(subscription.url).host,
      event,
      type,
      release,
      attempt,
      status,
      durationMs,
      // From being handed over until this attempt began: what the endpoint waited for us, or for itself.
      waitedMs: atMs - createdMs,
      verdict: verdict.kind,
      reason,
      delayMs: verdict.kind === "retry" ? verdict.delayMs : null,
    };
    console.log(JSON.stringify(line));
  }

  #follow({ event, type }: DueDelivery, verdict: AttemptOutcome, attempts: number): void {
    const { outbox, state, now } = this.#parts;
    switch (verdict.kind) {
      case "delivered":
        // A proof is over only once the Newsroom knows of it: until then it stays to be asked again.
        if (type === "subscription.verify") {
          outbox.retryAt(event, { dueMs: now() + OWN_RETRY_MS, reason: "", attempts });
        } else outbox.complete(event, "delivered", null, attempts);
        return;
      case "retry": {
        const { reason, asked } = verdict;
        outbox.retryAt(event, { dueMs: now() + verdict.delayMs, reason, asked, attempts });
        return;
      }
      case "failed":
        // Held with all others, if its failure is the one that disabled the subscription.
        if (state.subscription()?.status === "disabled") {
          outbox.retryAt(event, { dueMs: now(), reason: verdict.reason, attempts });
        } else outbox.complete(event, "failed", verdict.reason, attempts);
        return;
      case "gone":
        outbox.retryAt(event, { dueMs: now(), reason: verdict.reason, attempts });
        return;
    }
  }
}
