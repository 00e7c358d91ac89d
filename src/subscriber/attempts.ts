/**
 * The attempts of one subscription: several at once, but only one for each release.
 */
import { defined } from "../domain/defined.ts";
import { UnreadableSecretError } from "../crypto/sealed.ts";
import { type SigningKey, readSigningKeys } from "../crypto/signing-keys.ts";
import { backoffMs } from "../runtime/async.ts";
import type { Budget } from "../runtime/bounded-work.ts";
import { OWN_RETRY_MS } from "../runtime/limits.ts";
import { log as writeLog } from "../runtime/log.ts";
import { attemptDelivery, type AttemptResult } from "../webhooks/attempt.ts";
import { type AttemptOutcome, noteOf } from "../webhooks/outcome.ts";
import { FORMATS } from "../webhooks/payload.ts";
import { evaluate, logAttempt, reasonOf, verificationSchedule, withoutUrlIn } from "./attempt-outcome.ts";
import { buildRequest } from "./attempt-request.ts";
import { ATTEMPTS_IN_FLIGHT_MAX, CAREFUL_MS, IN_FLIGHT_CHECK_MS, RATE_PERIOD_MS } from "./limits.ts";
import { confirmRequest, isOfHub } from "./hub.ts";
import type { DueDelivery } from "./outbox.ts";
import type { SubscriberParts } from "./parts.ts";
import { sealingKeyOf } from "./resealing.ts";
import { hasKeptUrl, type Subscription } from "./subscription.ts";
import { letWithdrawalPass } from "./unsent.ts";
import { confirmVerification } from "./verification.ts";
import { rateAllowsMs, spacingAllowsMs, type Traffic } from "./waiting.ts";

interface InFlight {
  startedMs: number;
  done: Promise<void>;
}

/** The POST, and two DNS lookups. */
const SUBREQUESTS_PER_ATTEMPT = 3;
/** More than may be in flight, since the deliveries of a release in flight are skipped. */
const CANDIDATES = 4 * ATTEMPTS_IN_FLIGHT_MAX;

export class Attempts {
  readonly #parts: SubscriberParts;
  readonly #onEnded: (budget: Budget) => Promise<void>;
  readonly #inFlight = new Map<string, InFlight>();
  #signingKeys: Promise<SigningKey[]> | undefined;
  /** Failures of our own since the last attempt that reached a result. */
  #ownFailures = 0;

  /** @param onEnded called when an attempt has ended, so that the next one can start */
  constructor(parts: SubscriberParts, onEnded: (budget: Budget) => Promise<void>) {
    this.#parts = parts;
    this.#onEnded = onEnded;
  }

  /**
   * Starts as many due attempts as there is room for.
   *
   * @returns when to call it again, in milliseconds since 1970; undefined where nothing is pending
   */
  start(subscription: Subscription, budget: Budget): number | undefined {
    const { outbox, state, jobs, now } = this.#parts;
    const nowMs = now();
    if (jobs.isQueued("narrow")) return this.#checkAgainMs(Infinity, nowMs);
    const putOffUntilMs = state.putOffUntilMs();
    // After a put-off one attempt at a time asks whether the endpoint takes events again.
    const { spacingMs } = FORMATS[subscription.format];
    const isOneByOne = spacingMs !== undefined || nowMs < putOffUntilMs + CAREFUL_MS;
    const inFlightMax = isOneByOne ? 1 : ATTEMPTS_IN_FLIGHT_MAX;
    for (const delivery of outbox.next(state.sendable(), CANDIDATES)) {
      const dueMs = Math.max(delivery.dueMs, putOffUntilMs);
      if (dueMs > nowMs) return this.#checkAgainMs(dueMs, nowMs);
      if (this.#inFlight.size >= inFlightMax) break;
      if (this.#isInFlight(delivery)) continue;
      const allowedMs = this.#allowedMs(subscription, nowMs);
      if (allowedMs > nowMs) return this.#checkAgainMs(allowedMs, nowMs);
      if (!budget.allows(SUBREQUESTS_PER_ATTEMPT)) return nowMs + 1;
      budget.spend(SUBREQUESTS_PER_ATTEMPT);
      this.#launch(delivery, budget);
    }
    return this.#checkAgainMs(Infinity, nowMs);
  }

  #allowedMs({ format, ratePerMinute }: Subscription, nowMs: number): number {
    const { spacingMs } = FORMATS[format];
    if (ratePerMinute === undefined && spacingMs === undefined) return nowMs;
    const traffic = this.traffic();
    return Math.max(rateAllowsMs(traffic, ratePerMinute), spacingAllowsMs(traffic, spacingMs));
  }

  /** An attempt in flight needs a check of its own, in case this object dies during the attempt. */
  #checkAgainMs(ms: number, nowMs: number): number | undefined {
    const checkMs = this.#inFlight.size === 0 ? ms : Math.min(ms, nowMs + IN_FLIGHT_CHECK_MS);
    return checkMs === Infinity ? undefined : checkMs;
  }

  /** Resolves when no attempt is in flight. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all([...this.#inFlight.values()].map(({ done }) => done));
  }

  #isInFlight({ event, release }: DueDelivery): boolean {
    return this.#inFlight.has(event) || (release !== null && this.#parts.releasesInFlight.has(release));
  }

  /** What has been sent in the last minute. */
  traffic(): Traffic {
    const nowMs = this.#parts.now();
    const inFlight = [...this.#inFlight.values()].map(({ startedMs }) => startedMs);
    const started = [...this.#parts.log.attemptsSince(nowMs - RATE_PERIOD_MS), ...inFlight];
    return {
      nowMs,
      isInFlight: (event) => this.#inFlight.has(event),
      startedMs: started.sort((a, b) => a - b),
    };
  }

  #launch(delivery: DueDelivery, budget: Budget): void {
    const { now, releasesInFlight } = this.#parts;
    const { release } = delivery;
    const startedMs = now();
    if (release !== null) releasesInFlight.add(release);
    const done = this.#attempt(delivery, startedMs)
      .catch((error: unknown) => this.#postpone(delivery, error))
      .finally(() => {
        this.#inFlight.delete(delivery.event);
        if (release !== null) releasesInFlight.delete(release);
      })
      .then(() => this.#onEnded(budget));
    this.#inFlight.set(delivery.event, { startedMs, done });
  }

  async #attempt(delivery: DueDelivery, atMs: number): Promise<void> {
    const { config, env, now, outbox, state, jobs } = this.#parts;
    const subscription = state.get();
    const body = outbox.bodyOf(delivery.event);
    if (subscription === undefined || body === undefined) return;
    const hasSameUrl = () => hasKeptUrl(subscription, state.get());
    const { asymmetric } = subscription;
    const signingKeys = asymmetric ? await (this.#signingKeys ??= readSigningKeys(env.SIGNING_KEY)) : [];
    const request = await buildRequest(this.#parts, subscription, delivery, body, signingKeys, atMs);
    this.#parts.state.recordReadable(); // building the request has opened the secrets
    await this.#queueReseal(subscription);
    const answered = await attemptDelivery(request, {
      fetch: (...request) => fetch(...request),
      now,
      signal: AbortSignal.timeout(config.deliveryTimeoutMs),
      localTargets: config.localTargets,
      resolver: config.dnsResolver,
      isStillDue: () =>
        hasSameUrl() &&
        outbox.isPending(delivery.event) &&
        state.putOffUntilMs() <= now() &&
        !jobs.isQueued("narrow"),
    });
    if (answered === undefined) return;
    const result = subscription.sealedUrl === undefined ? answered : withoutUrlIn(answered, request.url);
    // After a deletion or a change of the URL, the result says nothing about the present endpoint.
    if (!hasSameUrl()) return;
    this.#ownFailures = 0;
    const isVerification = delivery.type === "subscription.verify";
    const outcome = evaluate(result, subscription, delivery, body, {
      attempt: delivery.attempts + 1 - delivery.before,
      putOffs: delivery.putOffs,
      schedule: isVerification ? verificationSchedule(config.retrySchedule) : config.retrySchedule,
      nowMs: now(),
      random: Math.random(),
    });
    this.#record(subscription, delivery, atMs, result, outcome);
    logAttempt(subscription, delivery, atMs, result, outcome);
    if (!isVerification || outcome.kind !== "delivered") return;
    if (isOfHub(subscription)) await confirmRequest(this.#parts, delivery, body, atMs);
    else await confirmVerification(this.#parts, subscription.proof.number);
  }

  /** If an older key seals any secret, queues the job that seals again: the admin may take that key out. */
  async #queueReseal(subscription: Subscription): Promise<void> {
    const { state, secrets, jobs, now } = this.#parts;
    const isOutdated = (await sealingKeyOf(this.#parts, subscription)) !== (await secrets.firstKeyId());
    if (isOutdated && state.get() !== undefined) {
      jobs.enqueue("reseal", null, now());
    }
  }

  /** A failure of our own does not count as an attempt and is retried soon. */
  #postpone(delivery: DueDelivery, error: unknown): void {
    const { state, outbox, now } = this.#parts;
    this.#ownFailures += 1;
    writeLog("error", "attempt not made", { event: delivery.event, error: String(error) });
    if (state.get() === undefined) return;
    if (error instanceof UnreadableSecretError) state.recordUnreadable();
    const dueMs = now() + backoffMs(this.#ownFailures);
    outbox.retryAt(delivery.event, { dueMs, reason: "not attempted because of an error in this service" });
  }

  /** @param subscription as it was when the attempt started */
  #record(
    { isProved }: Subscription,
    delivery: DueDelivery,
    atMs: number,
    result: AttemptResult,
    outcome: AttemptOutcome,
  ): void {
    const { store, log, state, sql } = this.#parts;
    const attempt = delivery.attempts + 1;
    const reason = reasonOf(outcome);
    const status = result.kind === "answered" ? result.status : null;
    // What a host answers before it is verified must not become readable for the stranger who named it.
    const answer = result.kind === "answered" && isProved ? result.answer : null;
    const { durationMs } = result;
    store.atomically(() => {
      log.recordAttempt(delivery.event, {
        attempt,
        atMs,
        durationMs,
        status,
        reason,
        note: noteOf(result),
        answer,
      });
      state.recordAttempt(outcome, delivery);
      this.#updateDelivery(delivery, outcome, attempt);
      if (outcome.kind !== "delivered" && delivery.release !== null) {
        letWithdrawalPass(sql, delivery.release);
      }
    });
  }

  #updateDelivery(delivery: DueDelivery, outcome: AttemptOutcome, attempts: number): void {
    const { outbox, state, now } = this.#parts;
    const { event, type } = delivery;
    switch (outcome.kind) {
      case "delivered":
        // A verification stays pending until the Newsroom knows of it: `state.activate` completes it.
        if (type === "subscription.verify") {
          outbox.retryAt(event, { dueMs: now() + OWN_RETRY_MS, reason: "", attempts });
        } else outbox.complete(event, "delivered", null, attempts);
        return;
      case "retry": {
        const { reason, delayMs, putOffMs, isCounted } = outcome;
        const putOff = putOffMs > 0 ? { isCounted } : undefined;
        outbox.retryAt(event, defined({ dueMs: now() + delayMs, reason, attempts, putOff }));
        return;
      }
      case "failed":
        // If this failure disabled the subscription, the delivery is held like all others.
        if (state.get()?.status === "disabled") {
          outbox.retryAt(event, { dueMs: now(), reason: outcome.reason, attempts });
        } else {
          outbox.complete(event, "failed", outcome.reason, attempts);
          state.noteGivenUp(delivery, outcome.reason);
        }
        return;
      case "gone":
        outbox.retryAt(event, { dueMs: now(), reason: outcome.reason, attempts });
        return;
    }
  }
}
