/**
 * How a subscription stands, and what moves it: its owner, its endpoint's answers, and time. Everything
 * here is synchronous: a Durable Object runs nothing else in between. Times are milliseconds since 1970.
 */
import { FORMATS } from "../webhooks/payload.ts";
import type { AttemptOutcome } from "../webhooks/outcome.ts";
import type { ControlEvent } from "../domain/event.ts";
import type { SubscriptionStatus } from "../domain/subscription.ts";
import {
  FAILING_MS_MAX,
  HEALTH_REPORT_MS,
  OUTAGE_MS_MIN,
  PROOF_MS_MAX,
  TROUBLE_REPORT_MS,
} from "./limits.ts";
import type { JobQueue } from "./job-queue.ts";
import type { DueDelivery, Outbox, Sendable } from "./outbox.ts";
import type { StoredValues, StoredValue } from "../runtime/stored-values.ts";
import { type FirstSubscription, instantOfMs, type Subscription, upgraded } from "./subscription.ts";

export class SubscriptionState {
  readonly #value: StoredValue<Subscription | FirstSubscription>;
  readonly #outbox: Outbox;
  readonly #jobs: JobQueue;
  readonly #now: () => number;

  constructor(store: StoredValues, outbox: Outbox, jobs: JobQueue, now: () => number) {
    this.#value = store.value("subscription");
    this.#outbox = outbox;
    this.#jobs = jobs;
    this.#now = now;
  }

  /** Undefined where there is no such subscription, any more or yet. */
  subscription(): Subscription | undefined {
    const kept = this.#value.get();
    if (kept === undefined) return undefined;
    const present = upgraded(kept);
    if (present !== kept) this.save(present);
    return present;
  }

  save(subscription: Subscription): void {
    this.#value.put(subscription);
  }

  /** What may be sent as it stands now. */
  sendable(): Sendable {
    switch (this.subscription()?.status) {
      case "active":
        return "everything";
      case "pending":
        return "verification";
      case "paused":
      case "disabled":
      case undefined:
        return "nothing";
    }
  }

  /** What waits is sent, in order, and so is what comes. */
  activate(): void {
    this.#update(({ failingSinceMs: _over, ...well }) => ({ ...well, isProved: true }));
    this.#outbox.endVerification("delivered", null);
    this.#outbox.restartSchedule();
    this.#setStatus("active");
  }

  pause(): void {
    this.#setStatus("paused");
  }

  /** What comes is held. The office's own subscriptions are told. */
  disable(reason: string): void {
    this.#setStatus("disabled", reason);
    const subscription = this.subscription();
    if (subscription === undefined) return;
    const { id, url } = subscription;
    // The host alone: the rest of a URL is often a secret.
    const { host } = new URL(url);
    console.warn(JSON.stringify({ message: "subscription disabled", subscription: id, host, reason }));
    const nowMs = this.#now();
    this.#jobs.enqueue("notice", { id: newEventId(), atMs: nowMs, reason }, nowMs);
  }

  /** @param confirm the URL that says yes for the endpoint */
  askForProof(confirm: string): void {
    const challenge = crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
    this.#update((subscription) => ({
      ...subscription,
      proof: { challenge, number: subscription.proof.number + 1, untilMs: this.#now() + PROOF_MS_MAX },
    }));
    this.enqueueControlEvent({ type: "subscription.verify", challenge, confirm });
    if (this.subscription()?.status !== "pending") this.#setStatus("pending");
  }

  /** The endpoint has had its time to prove itself. */
  isProofOver(): boolean {
    const subscription = this.subscription();
    return subscription?.status === "pending" && this.#now() >= subscription.proof.untilMs;
  }

  giveUpProof(): void {
    const reason = "the endpoint did not prove in time that it wants this";
    this.#outbox.endVerification("failed", reason);
    this.disable(reason);
  }

  /** What an attempt says of the endpoint as a whole. */
  recordAttempt(verdict: AttemptOutcome, delivery: DueDelivery): void {
    const subscription = this.subscription();
    if (subscription === undefined) return;
    if (verdict.kind === "gone") {
      // Several may be under way: the first to be told so ends it, and the office hears of it once.
      if (subscription.status !== "disabled") this.disable("the endpoint answered 410 Gone");
    } else if (delivery.type === "subscription.verify") return;
    else if (verdict.kind === "delivered") this.#recover(subscription);
    else this.#fail(subscription, verdict.reason);
    const nowMs = this.#now();
    const isLate = delivery.attempts > 0 || nowMs - delivery.createdMs >= TROUBLE_REPORT_MS;
    // Where something waits, or has waited, the office's list would soon be wrong.
    if (verdict.kind !== "delivered" || isLate) this.#jobs.enqueue("report", null, nowMs + TROUBLE_REPORT_MS);
    else if (!this.#jobs.isQueued("report")) this.#jobs.enqueue("report", null, nowMs + HEALTH_REPORT_MS);
  }

  /** Puts in an event about the subscription itself. @returns its id */
  enqueueControlEvent(
    event:
      | { type: "subscription.verify"; challenge: string; confirm: string }
      | { type: "subscription.test"; subscription: string },
  ): string {
    const id = newEventId();
    this.acceptControlEvent({ ...event, id, at: Math.floor(this.#now() / 1000) });
    return id;
  }

  /** The same with an id and a time that it has already. */
  acceptControlEvent(event: ControlEvent): void {
    const subscription = this.subscription();
    if (subscription === undefined) return;
    const body = FORMATS[subscription.format].controlBody(event);
    this.#outbox.add({ event: event.id, type: event.type, sequence: null, release: null, body }, this.#now());
  }

  /** An endpoint that answers again after an outage gets at once what waits, and not hours later. */
  #recover({ failingSinceMs, ...well }: Subscription): void {
    if (failingSinceMs === undefined) return;
    const nowMs = this.#now();
    this.save(well);
    if (nowMs - failingSinceMs >= OUTAGE_MS_MIN) this.#outbox.expedite(nowMs);
    this.#jobs.enqueue("report", null, nowMs);
  }

  #fail(subscription: Subscription, reason: string): void {
    const nowMs = this.#now();
    const { failingSinceMs } = subscription;
    if (failingSinceMs === undefined) {
      this.save({ ...subscription, failingSinceMs: nowMs });
      this.#jobs.enqueue("report", null, nowMs);
    } else if (nowMs - failingSinceMs >= FAILING_MS_MAX && subscription.status === "active") {
      this.disable(`every attempt since ${instantOfMs(failingSinceMs)} has failed; the last: ${reason}`);
    }
  }

  /** Takes on a status, and owes the Newsroom the news of it. */
  #setStatus(status: SubscriptionStatus, reason?: string): void {
    const sinceMs = this.#now();
    this.#update(({ reason: _before, ...rest }) => ({
      ...rest,
      status,
      sinceMs,
      ...(reason === undefined ? {} : { reason }),
    }));
    this.#jobs.enqueue("report", null, sinceMs);
  }

  #update(change: (subscription: Subscription) => Subscription): void {
    const subscription = this.subscription();
    if (subscription !== undefined) this.save(change(subscription));
  }
}

function newEventId(): string {
  return `evt_${crypto.randomUUID().replaceAll("-", "")}`;
}
