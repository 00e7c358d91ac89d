/**
 * A Subscriber: one subscription with its secret, its outbox and its attempts. Deliveries start as
 * soon as they are put in; an alarm finds those that wait for their time, and those whose attempt
 * died with this object.
 */
import { DurableObject } from "cloudflare:workers";
import { attemptDelivery, type AttemptResult } from "../delivery/attempt.ts";
import { judgeAttempt, type Verdict } from "../delivery/verdict.ts";
import { type ControlEvent, controlEventBody, type ReleaseEvent, releaseEventBody } from "../domain/event.ts";
import { deriveToken, seal, unseal } from "../keys.ts";
import { ATTEMPTS_IN_FLIGHT_MAX, IN_HAND_CHECK_MS, OWN_RETRY_MS } from "../limits.ts";
import { newsroom } from "../objects.ts";
import { ownRetryDelayMs } from "../own-retry.ts";
import { settingsOf, type Settings } from "../settings.ts";
import { type Attempt, type Delivery, type DueDelivery, Outbox, type Sendable } from "./outbox.ts";
import { type Subscription, type SubscriptionInput, type SubscriptionView, viewOf } from "./subscription.ts";

export class Subscriber extends DurableObject<Env> {
  /** Milliseconds since 1970; tests move it. */
  clock: () => number = () => Date.now();
  random: () => number = Math.random;

  readonly #settings: Settings;
  readonly #outbox: Outbox;
  #ownFailures = 0;
  readonly #inFlight = new Map<string, { release: string | null; done: Promise<void> }>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#settings = settingsOf(env);
    this.#outbox = new Outbox(ctx.storage.sql);
  }

  /** Makes the subscription and, unless its proof is waived, asks the endpoint for it. */
  async create(id: string, input: SubscriptionInput, secret: string): Promise<SubscriptionView> {
    const { verify, ...asked } = input;
    const subscription: Subscription = {
      ...asked,
      id,
      status: "pending",
      createdMs: this.clock(),
      sealedSecret: await seal(this.env.SECRETS_KEY, secret),
      challenge: crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" }),
    };
    const confirm = `${this.#settings.site.baseUrl}/api/v1/subscriptions/${id}/confirm/${await deriveToken(this.env.SECRETS_KEY, "confirm", id)}`;
    this.ctx.storage.transactionSync(() => {
      this.#outbox.createTables();
      this.#store(subscription);
      if (verify)
        this.#addControl({ type: "subscription.verify", challenge: subscription.challenge, confirm });
    });
    if (!verify) await this.confirm();
    await this.#workOn();
    return viewOf(this.#subscription() ?? subscription);
  }

  /** Null when there is no such subscription. */
  async view(): Promise<SubscriptionView | null> {
    const subscription = this.#subscription();
    return subscription ? viewOf(subscription) : null;
  }

  /** Ends the subscription; attempts in flight leave no trace. */
  async remove(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /** Takes events to deliver; each once, however often it is handed over. */
  async enqueue(events: ReleaseEvent[]): Promise<void> {
    const subscription = this.#subscription();
    if (subscription === undefined) return; // deleted while this was on its way
    this.ctx.storage.transactionSync(() => {
      for (const event of events) {
        this.#outbox.add(
          {
            event: event.id,
            type: event.type,
            sequence: event.sequence,
            release: event.release.id,
            body: releaseEventBody(event, subscription.content),
          },
          this.clock(),
        );
      }
    });
    await this.#workOn();
  }

  /** The endpoint, or somebody who holds its confirm URL, wants this. False if there is no such subscription. */
  async confirm(): Promise<boolean> {
    const subscription = this.#subscription();
    if (subscription === undefined) return false;
    if (subscription.status === "pending") {
      // First there: cut off in between, the endpoint is asked again, and nothing is lost.
      await newsroom(this.env).activate(subscription.id);
      this.ctx.storage.transactionSync(() => {
        const present = this.#subscription();
        if (present) this.#store({ ...present, status: "active" });
        this.#outbox.endVerification();
      });
      await this.#workOn();
    }
    return true;
  }

  /** Sends a signed test event (`test` itself is a name that RPC keeps); null when the subscription is not active. */
  async sendTest(): Promise<{ event: string } | null> {
    const subscription = this.#subscription();
    if (subscription?.status !== "active") return null;
    const event = this.#addControl({ type: "subscription.test", subscription: subscription.id });
    await this.#workOn();
    return { event };
  }

  async deliveries(
    limit: number,
    before?: number,
  ): Promise<{ deliveries: Delivery[]; next: number | null } | null> {
    return this.#subscription() ? this.#outbox.list(limit, before) : null;
  }

  async delivery(event: string): Promise<{ delivery: Delivery; attempts: Attempt[] } | null> {
    return this.#subscription() ? (this.#outbox.get(event) ?? null) : null;
  }

  /** Resolves when no attempt is in flight. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all([...this.#inFlight.values()].map(({ done }) => done));
  }

  override async alarm(): Promise<void> {
    await this.#workOn();
  }

  /** Starts what may be tried now, and sets the alarm for the rest. */
  async #workOn(): Promise<void> {
    const subscription = this.#subscription();
    if (subscription === undefined) return;
    const due = this.#outbox.due(sendable(subscription), DUE_ROWS, this.clock());
    for (const delivery of due) {
      if (this.#inFlight.size >= ATTEMPTS_IN_FLIGHT_MAX) break;
      if (!this.#isInFlight(delivery)) this.#launch(subscription, delivery);
    }
    await this.#setAlarm(subscription);
  }

  #isInFlight({ event, release }: DueDelivery): boolean {
    if (this.#inFlight.has(event)) return true;
    return release !== null && [...this.#inFlight.values()].some((other) => other.release === release);
  }

  #launch(subscription: Subscription, delivery: DueDelivery): void {
    const done = this.#attempt(subscription, delivery)
      .catch((error: unknown) => {
        // Ours, not theirs: it counts as no attempt, and is soon tried again.
        this.#ownFailures += 1;
        if (this.#subscription()) {
          this.#outbox.retryAt(
            delivery.event,
            this.clock() + ownRetryDelayMs(this.#ownFailures),
            "could not be tried; the fault is ours",
          );
        }
        console.error(
          JSON.stringify({ message: "attempt failed here", event: delivery.event, error: String(error) }),
        );
      })
      .finally(() => this.#inFlight.delete(delivery.event))
      .then(() => this.#workOn());
    this.#inFlight.set(delivery.event, { release: delivery.release, done });
    this.ctx.waitUntil(done);
  }

  async #attempt(subscription: Subscription, delivery: DueDelivery): Promise<void> {
    const atMs = this.clock();
    const result = await attemptDelivery(
      {
        url: subscription.url,
        eventId: delivery.event,
        eventType: delivery.type,
        body: delivery.body,
        secrets: [await unseal(this.env.SECRETS_KEY, subscription.sealedSecret)],
        userAgent: `communique (+${this.#settings.site.baseUrl})`,
      },
      {
        fetch: (...request) => fetch(...request),
        now: this.clock,
        timeoutMs: this.#settings.deliveryTimeoutMs,
        localTargets: this.#settings.localTargets,
      },
    );
    const number = delivery.attempts + 1;
    const isProof = delivery.type === "subscription.verify";
    const challenge = isProof ? subscription.challenge : undefined;
    const verdict = judgeAttempt(
      result,
      challenge,
      number,
      this.#settings.retrySchedule,
      this.clock(),
      this.random(),
    );
    if (this.#subscription() === undefined) return; // deleted in the meantime
    this.#ownFailures = 0;
    this.#record(delivery, number, atMs, result, verdict);
    if (isProof && verdict.kind === "delivered") await this.confirm();
  }

  #record(
    delivery: DueDelivery,
    number: number,
    atMs: number,
    result: AttemptResult,
    verdict: Verdict,
  ): void {
    const reason = verdict.kind === "delivered" ? null : verdict.reason;
    const answered = result.kind === "answered" ? result : undefined;
    const status = answered?.status ?? null;
    const { durationMs } = result;
    this.ctx.storage.transactionSync(() => {
      this.#outbox.recordAttempt(delivery.event, {
        attempt: number,
        atMs,
        durationMs,
        status,
        reason,
        answer: answered?.answer ?? null,
      });
      this.#follow(delivery, verdict);
    });
    console.log(
      JSON.stringify({
        message: "attempt",
        subscription: this.#subscription()?.id,
        event: delivery.event,
        type: delivery.type,
        attempt: number,
        durationMs,
        status,
        verdict: verdict.kind,
        reason,
      }),
    );
  }

  #follow(delivery: DueDelivery, verdict: Verdict): void {
    switch (verdict.kind) {
      case "delivered":
        // The proof is over once the Newsroom knows of it, see confirm().
        if (delivery.type === "subscription.verify") {
          this.#outbox.retryAt(delivery.event, this.clock() + OWN_RETRY_MS, "");
        } else this.#outbox.end(delivery.event, "delivered", null);
        return;
      case "retry":
        this.#outbox.retryAt(delivery.event, this.clock() + verdict.delayMs, verdict.reason);
        return;
      case "failed":
        this.#outbox.end(delivery.event, "failed", verdict.reason);
        return;
      case "gone": {
        const present = this.#subscription();
        if (present)
          this.#store({ ...present, status: "disabled", reason: "the endpoint answered 410 Gone" });
        this.#outbox.retryAt(delivery.event, this.clock(), verdict.reason);
        return;
      }
    }
  }

  #addControl(
    event:
      | { type: "subscription.verify"; challenge: string; confirm: string }
      | { type: "subscription.test"; subscription: string },
  ): string {
    const id = `evt_${crypto.randomUUID().replaceAll("-", "")}`;
    const whole: ControlEvent = { ...event, id, at: Math.floor(this.clock() / 1000) };
    this.#outbox.add(
      { event: id, type: event.type, sequence: null, release: null, body: controlEventBody(whole) },
      this.clock(),
    );
    return id;
  }

  async #setAlarm(subscription: Subscription): Promise<void> {
    const nowMs = this.clock();
    const due = this.#outbox.nextDueMs(sendable(subscription));
    if (due === undefined) return;
    // What is due now is in hand, and looked at again only if this object dies with it.
    const next = due > nowMs ? due : nowMs + IN_HAND_CHECK_MS;
    const present = await this.ctx.storage.getAlarm();
    if (present === null || present > next) await this.ctx.storage.setAlarm(next);
  }

  #subscription(): Subscription | undefined {
    return this.ctx.storage.kv.get<Subscription>("subscription");
  }

  #store(subscription: Subscription): void {
    this.ctx.storage.kv.put("subscription", subscription);
  }
}

/** More than may be in flight: those of a release that is in flight already are passed over. */
const DUE_ROWS = 4 * ATTEMPTS_IN_FLIGHT_MAX;

function sendable({ status }: Subscription): Sendable {
  switch (status) {
    case "active":
      return "everything";
    case "pending":
      return "verification";
    case "disabled":
      return "nothing";
  }
}
