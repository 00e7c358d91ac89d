/**
 * The attempts of one subscription: several at once, one at a time for each release.
 */
import type { Budget } from "../budget.ts";
import { attemptDelivery, type AttemptResult } from "../delivery/attempt.ts";
import { FORMATS } from "../delivery/formats.ts";
import { judgeAttempt, type Verdict } from "../delivery/verdict.ts";
import { ATTEMPTS_IN_FLIGHT_MAX, OWN_RETRY_MS, RATE_PERIOD_MS } from "../limits.ts";
import { ownRetryDelayMs } from "../own-retry.ts";
import type { Settings } from "../settings.ts";
import type { SigningKey } from "../signing-key.ts";
import type { DeliveryLog } from "./delivery-log.ts";
import type { DueDelivery, Outbox } from "./outbox.ts";
import type { Secrets } from "./secrets.ts";
import type { Standing } from "./standing.ts";
import type { Subscription } from "./subscription.ts";

export interface AttemptsParts {
  storage: DurableObjectStorage;
  outbox: Outbox;
  log: DeliveryLog;
  settings: Settings;
  secrets: Secrets;
  signingKeys: () => Promise<SigningKey[]>;
  /** Milliseconds since 1970. */
  now: () => number;
  standing: Standing;
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
   * @returns when to look again at those that are due and were not started, in milliseconds since
   * 1970; undefined if an attempt that ends will do so
   */
  start(subscription: Subscription, budget: Budget): number | undefined {
    const { outbox, standing, now } = this.#parts;
    const nowMs = now();
    for (const delivery of outbox.due(standing.sendable(), Attempts.CANDIDATES, nowMs)) {
      if (this.#inFlight.size >= ATTEMPTS_IN_FLIGHT_MAX) return undefined;
      if (this.#isInFlight(delivery)) continue;
      const freeMs = this.#freeAtMs(subscription, nowMs);
      if (freeMs > nowMs) return freeMs;
      if (!budget.allows(SUBREQUESTS_PER_ATTEMPT)) return nowMs + 1;
      budget.spend(SUBREQUESTS_PER_ATTEMPT);
      this.#launch(delivery, budget);
    }
    return undefined;
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
    const { settings, now, outbox, proved } = this.#parts;
    const subscription = this.#parts.standing.subscription();
    if (subscription === undefined) return;
    const result = await attemptDelivery(await this.#request(subscription, delivery, atMs), {
      fetch: (...request) => fetch(...request),
      now,
      timeoutMs: settings.deliveryTimeoutMs,
      localTargets: settings.localTargets,
      resolver: settings.dnsResolver,
      isWanted: () => this.#isAt(subscription.url) && outbox.isPending(delivery.event),
    });
    if (result === undefined) return;
    // Deleted, or moved to another URL: then what came of this one says nothing.
    if (!this.#isAt(subscription.url)) return;
    this.#ownFailures = 0;
    const isProof = delivery.type === "subscription.verify";
    const challenge = isProof ? subscription.proof.challenge : undefined;
    const tried = delivery.attempts + 1 - delivery.before;
    const verdict = judgeAttempt(result, challenge, tried, settings.retrySchedule, now(), Math.random());
    this.#record(subscription, delivery, atMs, result, verdict);
    if (isProof && verdict.kind === "delivered") await proved(subscription.proof.number);
  }

  async #request(subscription: Subscription, delivery: DueDelivery, atMs: number) {
    const { settings, secrets, signingKeys } = this.#parts;
    const { header, asymmetric } = subscription;
    return {
      url: subscription.url,
      eventId: delivery.event,
      eventType: delivery.type,
      contentType: FORMATS[subscription.format].contentType,
      body: delivery.body,
      secrets: await secrets.live(subscription.secrets, atMs),
      signers: asymmetric ? (await signingKeys()).map(({ sign }) => sign) : [],
      ...(header && { header: { name: header.name, value: await secrets.open(header.sealedValue) } }),
      userAgent: `communique (+${settings.site.baseUrl})`,
    };
  }

  #isAt(url: string): boolean {
    return this.#parts.standing.subscription()?.url === url;
  }

  /** Ours, not theirs: it counts as no attempt, and is soon tried again. */
  #putOff(delivery: DueDelivery, error: unknown): void {
    this.#ownFailures += 1;
    console.error(
      JSON.stringify({ message: "attempt failed here", event: delivery.event, error: String(error) }),
    );
    if (this.#parts.standing.subscription() === undefined) return;
    const dueMs = this.#parts.now() + ownRetryDelayMs(this.#ownFailures);
    this.#parts.outbox.retryAt(delivery.event, dueMs, "could not be tried; the fault is ours");
  }

  #record(
    subscription: Subscription,
    delivery: DueDelivery,
    atMs: number,
    result: AttemptResult,
    verdict: Verdict,
  ): void {
    const { storage, log, standing } = this.#parts;
    const attempt = delivery.attempts + 1;
    const reason = verdict.kind === "delivered" ? null : verdict.reason;
    const { status, answer } = result.kind === "answered" ? result : { status: null, answer: null };
    const { durationMs } = result;
    storage.transactionSync(() => {
      log.recordAttempt(delivery.event, { attempt, atMs, durationMs, status, reason, answer });
      standing.learn(verdict, delivery);
      this.#follow(delivery, verdict);
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

  #follow({ event, type }: DueDelivery, verdict: Verdict): void {
    const { outbox, now } = this.#parts;
    switch (verdict.kind) {
      case "delivered":
        // A proof is over only once the Newsroom knows of it: until then it stays to be asked again.
        if (type === "subscription.verify") outbox.retryAt(event, now() + OWN_RETRY_MS, "");
        else outbox.end(event, "delivered", null);
        return;
      case "retry":
        outbox.retryAt(event, now() + verdict.delayMs, verdict.reason, verdict.asked);
        return;
      case "failed":
        // Held with all others, if its failure is the one that disabled the subscription.
        if (this.#parts.standing.subscription()?.status === "disabled")
          outbox.retryAt(event, now(), verdict.reason);
        else outbox.end(event, "failed", verdict.reason);
        return;
      case "gone":
        outbox.retryAt(event, now(), verdict.reason);
        return;
    }
  }
}
