/**
 * The state of a subscription and its transitions, caused by its owner, by the answers of its endpoint and
 * by time. Everything here is synchronous, so nothing else runs in the middle of a transition.
 */
import { newEventId } from "../crypto/ids.ts";
import { instantOfMs } from "../domain/dates.ts";
import { defined } from "../domain/defined.ts";
import type { ControlEvent, TestTrial } from "../domain/event.ts";
import type { Site } from "../domain/site.ts";
import type { SubscriptionStatus } from "../domain/subscription.ts";
import { log } from "../runtime/log.ts";
import type { StoredValue, StoredValues } from "../runtime/stored-values.ts";
import type { AttemptOutcome } from "../webhooks/outcome.ts";
import { FORMATS } from "../webhooks/payload.ts";
import type { JobQueue } from "./job-queue.ts";
import {
  FAILING_MS_MAX,
  HEALTH_REPORT_MS,
  OUTAGE_MS_MIN,
  TROUBLE_REPORT_MS,
  VERIFICATION_MS_MAX,
} from "./limits.ts";
import type { DueDelivery, Outbox, Sendable } from "./outbox.ts";
import type { Subscription } from "./subscription.ts";

interface StateDeps {
  store: StoredValues;
  outbox: Outbox;
  jobs: JobQueue;
  site: Site;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class SubscriptionState {
  readonly #stored: StoredValue<Subscription>;
  readonly #deps: StateDeps;

  constructor(deps: StateDeps) {
    this.#stored = deps.store.value("subscription");
    this.#deps = deps;
  }

  /** Undefined before the subscription is created and after it is deleted. */
  get(): Subscription | undefined {
    return this.#stored.get();
  }

  save(subscription: Subscription): void {
    this.#stored.put(subscription);
  }

  /** What the current status allows to be sent. */
  sendable(): Sendable {
    switch (this.get()?.status) {
      case "active":
        return this.#isLeaseOver() ? "verification" : "everything";
      case "pending":
        return "verification";
      case "paused":
      case "disabled":
      case undefined:
        return "nothing";
    }
  }

  /** Whether the lease of a subscription of the hub is over. */
  #isLeaseOver(): boolean {
    const hub = this.get()?.hub;
    return hub !== undefined && (hub.leaseUntilMs ?? 0) <= this.#deps.now();
  }

  /** Ends the lease of a subscription of the hub now. Requests that wait may still begin another. */
  endLease(): void {
    const subscription = this.get();
    if (subscription?.hub === undefined) return;
    this.save({ ...subscription, hub: { ...subscription.hub, leaseUntilMs: this.#deps.now() } });
  }

  /** Sets the status and enqueues a report to the Newsroom. */
  setStatus(status: SubscriptionStatus, reason?: string): void {
    const subscription = this.get();
    const sinceMs = this.#deps.now();
    if (subscription === undefined) return;
    this.save(defined({ ...subscription, status, sinceMs, reason }));
    this.#deps.jobs.enqueue("report", null, sinceMs);
  }

  /** The endpoint is verified. A subscription that its owner had paused is paused again. */
  completeVerification(): void {
    const subscription = this.get();
    if (subscription?.staysPaused !== true) {
      this.activate();
      return;
    }
    const { staysPaused: _staysPaused, failingSinceMs: _failingSinceMs, ...rest } = subscription;
    this.save({ ...rest, isProved: true });
    this.#deps.outbox.endVerification("delivered", null);
    this.setStatus("paused");
  }

  /** The owner resumes, or the endpoint is verified: pending deliveries are sent in order. */
  activate(): void {
    const subscription = this.get();
    if (subscription !== undefined) {
      this.save(
        defined({
          ...subscription,
          failingSinceMs: undefined,
          staysPaused: undefined,
          isProved: true,
          wasProved: true,
        }),
      );
    }
    this.#deps.outbox.endVerification("delivered", null);
    this.#deps.outbox.restartSchedule();
    this.setStatus("active");
  }

  /** Holds all deliveries. Notifies the admin's subscriptions, but not of what a stranger alone can cause. */
  disable(reason: string): void {
    this.#deps.outbox.endVerification("failed", reason);
    this.setStatus("disabled", reason);
    const subscription = this.get();
    if (subscription === undefined) return;
    const { id, url, wasProved } = subscription;
    // Only the host is logged: the rest of a URL is often a secret.
    log("warn", "subscription disabled", { subscription: id, host: new URL(url).host, reason });
    if (!wasProved) return;
    const atMs = this.#deps.now();
    this.#deps.jobs.enqueue("notice", { id: newEventId(), atMs, reason }, atMs);
  }

  /** Notifies the admin's subscriptions that an event of a release has failed for good. */
  noteGivenUp({ event, sequence, release }: DueDelivery, reason: string): void {
    // A stranger may have made up the URL of a chat that never took a message.
    if (release === null || this.get()?.wasProved !== true) return;
    const atMs = this.#deps.now();
    this.#deps.jobs.enqueue("givenUp", { id: newEventId(), atMs, reason, event, sequence, release }, atMs);
  }

  /**
   * Starts a verification in place of any earlier one.
   *
   * @param confirmUrl activates the subscription when somebody posts to it
   */
  startVerification(confirmUrl: string): void {
    const { outbox, now } = this.#deps;
    outbox.endVerification("failed", "a new verification replaced this one");
    const subscription = this.get();
    if (subscription === undefined) return;
    const challenge = crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
    const number = subscription.proof.number + 1;
    const untilMs = now() + VERIFICATION_MS_MAX;
    const { failingSinceMs, ...rest } = subscription;
    const staysPaused = subscription.status === "paused" || subscription.staysPaused === true;
    this.save({ ...rest, ...(staysPaused && { staysPaused }), proof: { challenge, number, untilMs } });
    this.enqueueControlEvent({ type: "subscription.verify", challenge, confirm: confirmUrl });
    if (subscription.status !== "pending") this.setStatus("pending");
    else if (failingSinceMs !== undefined) this.#deps.jobs.enqueue("report", null, now());
  }

  /** No key opens the secrets, so nothing can be sent: a fault of the service, which its health shows. */
  recordUnreadable(): void {
    const subscription = this.get();
    if (subscription === undefined || subscription.unreadableSinceMs !== undefined) return;
    const nowMs = this.#deps.now();
    this.save({ ...subscription, unreadableSinceMs: nowMs });
    this.#deps.jobs.enqueue("report", null, nowMs);
  }

  recordReadable(): void {
    const subscription = this.get();
    if (subscription?.unreadableSinceMs === undefined) return;
    this.save(defined({ ...subscription, unreadableSinceMs: undefined }));
    this.#deps.jobs.enqueue("report", null, this.#deps.now());
  }

  isVerificationExpired(): boolean {
    const subscription = this.get();
    // A request to the hub ends by itself.
    if (subscription?.status !== "pending" || subscription.hub !== undefined) return false;
    return this.#deps.now() >= subscription.proof.untilMs;
  }

  expireVerification(): void {
    this.disable("the endpoint was not verified in time");
  }

  /** Until when nothing may be sent, because the endpoint asked for that; 0: it did not. */
  putOffUntilMs(): number {
    return this.get()?.putOffUntilMs ?? 0;
  }

  /** A Retry-After never shortens an earlier one: several attempts may be in flight. */
  #putOff(ms: number): void {
    const subscription = this.get();
    const untilMs = this.#deps.now() + ms;
    if (subscription === undefined || ms === 0 || untilMs <= this.putOffUntilMs()) return;
    this.save({ ...subscription, putOffUntilMs: untilMs });
  }

  /** Records what an attempt says about the endpoint as a whole. */
  recordAttempt(outcome: AttemptOutcome, delivery: DueDelivery): void {
    if ("putOffMs" in outcome) this.#putOff(outcome.putOffMs);
    const subscription = this.get();
    if (subscription === undefined) return;
    const isOfHub = subscription.hub !== undefined;
    if (outcome.kind === "gone" && isOfHub) this.endLease();
    else if (outcome.kind === "gone") {
      // Several attempts may be in flight: only the first such answer disables and notifies.
      if (subscription.status !== "disabled") this.disable(`the endpoint ${outcome.reason}`);
    } else if (delivery.type === "subscription.verify") {
      // The Newsroom makes room at the cost of subscriptions whose verification has failed.
      // A request to the hub that nobody confirms says nothing about a subscription that is active.
      const isOfPending = !isOfHub || subscription.status === "pending";
      if (outcome.kind !== "delivered" && isOfPending) this.#recordFailure(subscription, outcome.reason);
      return;
    } else if (outcome.kind === "delivered") this.#recordSuccess(subscription);
    else this.#recordFailure(subscription, outcome.reason);
    this.#scheduleReport(outcome, delivery);
  }

  /** The admin's list shows trouble within seconds, and everything else within an hour. */
  #scheduleReport(outcome: AttemptOutcome, delivery: DueDelivery): void {
    const { jobs, now } = this.#deps;
    const nowMs = now();
    const isLate = delivery.attempts > 0 || nowMs - delivery.createdMs >= TROUBLE_REPORT_MS;
    if (outcome.kind !== "delivered" || isLate) jobs.enqueue("report", null, nowMs + TROUBLE_REPORT_MS);
    else if (!jobs.isQueued("report")) jobs.enqueue("report", null, nowMs + HEALTH_REPORT_MS);
  }

  /** Adds an event of the subscription itself. @returns its id */
  enqueueControlEvent(
    event:
      | { type: "subscription.verify"; challenge: string; confirm: string }
      | { type: "subscription.test"; subscription: string; trial?: TestTrial },
  ): string {
    const id = newEventId();
    this.acceptControlEvent({ ...event, id, at: Math.floor(this.#deps.now() / 1000) });
    return id;
  }

  /** Adds an event that has an id and a time already. */
  acceptControlEvent(event: ControlEvent): void {
    const subscription = this.get();
    if (subscription === undefined) return;
    const body = FORMATS[subscription.format].controlBody(event, this.#deps.site);
    const { outbox, now } = this.#deps;
    outbox.add({ event: event.id, type: event.type, sequence: null, release: null, body }, now());
  }

  /** After an outage, pending deliveries are due at once instead of hours later. */
  #recordSuccess({ failingSinceMs, ...healthy }: Subscription): void {
    if (failingSinceMs === undefined && healthy.wasProved) return;
    const { outbox, jobs, now } = this.#deps;
    const nowMs = now();
    this.save({ ...healthy, wasProved: true });
    if (failingSinceMs === undefined) return;
    if (nowMs - failingSinceMs >= OUTAGE_MS_MIN) outbox.expedite(nowMs);
    jobs.enqueue("report", null, nowMs);
  }

  #recordFailure(subscription: Subscription, reason: string): void {
    const { jobs, now } = this.#deps;
    const nowMs = now();
    const { failingSinceMs } = subscription;
    if (failingSinceMs === undefined) {
      this.save({ ...subscription, failingSinceMs: nowMs });
      jobs.enqueue("report", null, nowMs);
    } else if (
      nowMs - failingSinceMs >= FAILING_MS_MAX &&
      subscription.status === "active" &&
      // The hub keeps a failing subscription until its lease ends.
      subscription.hub === undefined
    ) {
      this.disable(`every attempt since ${instantOfMs(failingSinceMs)} has failed; the last: ${reason}`);
    }
  }
}
