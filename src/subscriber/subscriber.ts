/**
 * A Subscriber: one subscription with its secrets, its outbox and its attempts. Deliveries start as
 * soon as they are put in; an alarm finds those that wait for their time, and those whose attempt
 * died with this object.
 */
import { DurableObject } from "cloudflare:workers";
import { Budget } from "../runtime/bounded-work.ts";
import { delayBefore } from "../webhooks/outcome.ts";
import type { ControlEvent, OutboundEvent } from "../domain/event.ts";
import type { Health, Registration, SubscriptionChange, SubscriptionInput } from "../domain/subscription.ts";
import { IN_HAND_CHECK_MS } from "./limits.ts";
import { OWN_RETRY_MAX_MS } from "../runtime/limits.ts";
import { type Config, configOf } from "../config.ts";
import { readSigningKeys, type SigningKey } from "../crypto/signing-keys.ts";
import { Alarm } from "../runtime/alarm.ts";
import { Attempts } from "./attempts.ts";
import { JobQueue } from "./job-queue.ts";
import { type Attempt, type Delivery, DeliveryLog, type LogQuery, readHealth } from "./delivery-log.ts";
import { Jobs } from "./jobs.ts";
import { Verification } from "./verification.ts";
import { Outbox, type Taking } from "./outbox.ts";
import {
  type Conflict,
  type Outcome,
  refuse,
  type Subscription,
  type SubscriptionView,
  viewOf,
} from "./subscription.ts";
import { Requests, type Refusal } from "./requests.ts";
import { Secrets } from "./secrets.ts";
import { SubscriptionState } from "./state.ts";
import { StoredValues } from "../runtime/stored-values.ts";

export type ChangeOutcome = Outcome | Refusal;

export class Subscriber extends DurableObject<Env> {
  /** Milliseconds since 1970; tests move it. */
  clock: () => number = () => Date.now();

  readonly #config: Config;
  readonly #outbox: Outbox;
  readonly #log: DeliveryLog;
  readonly #secrets: Secrets;
  readonly #attempts: Attempts;
  readonly #store: StoredValues;
  readonly #alarm: Alarm;
  readonly #jobs: JobQueue;
  readonly #state: SubscriptionState;
  readonly #verification: Verification;
  readonly #requests: Requests;
  #signingKeys: Promise<SigningKey[]> | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    const now = () => this.clock();
    this.#config = configOf(env);
    const { retrySchedule } = this.#config;
    this.#outbox = new Outbox(storage.sql, () => delayBefore(retrySchedule, 1, Math.random()) ?? 0);
    this.#log = new DeliveryLog(storage.sql);
    this.#secrets = new Secrets(env.SECRETS_KEY);
    const duties = new Jobs({
      env,
      state: () => this.#state,
      health: () => this.#health(),
      take: (events, asOf) => this.#take(events, { kind: "replayed", asOf }),
    });
    this.#store = new StoredValues(storage);
    this.#alarm = new Alarm(storage);
    this.#jobs = new JobQueue(this.#store, now, {
      report: () => duties.report(),
      replay: (span) => duties.replay(span),
      notice: (notice) => duties.notifyAdminSubscriptions(notice),
    });
    this.#state = new SubscriptionState(this.#store, this.#outbox, this.#jobs, now);
    this.#verification = new Verification({
      env,
      config: this.#config,
      store: this.#store,
      outbox: this.#outbox,
      state: this.#state,
    });
    this.#requests = new Requests({
      env,
      store: this.#store,
      state: this.#state,
      verification: this.#verification,
      jobs: this.#jobs,
      outbox: this.#outbox,
      log: this.#log,
      secrets: this.#secrets,
      ringBy: (ms) => this.#alarm.scheduleBy(ms),
      now,
    });
    this.#attempts = new Attempts({
      store: this.#store,
      outbox: this.#outbox,
      log: this.#log,
      config: this.#config,
      secrets: this.#secrets,
      signingKeys: () => (this.#signingKeys ??= readSigningKeys(env.SIGNING_KEY)),
      now,
      state: this.#state,
      proved: (number) => this.confirm(number),
      ended: (budget) => this.#workOn(budget),
    });
    // Of an earlier version, or of none: then there are no tables, and none are made.
    if (this.#state.subscription() === undefined) return;
    this.#outbox.createTables();
    // Whatever woke it: what its earlier life left is taken up.
    ctx.waitUntil(this.#takeUp());
  }

  /** Makes the subscription and, unless its proof is waived, asks the endpoint for it. */
  async create(
    registration: Registration,
    input: SubscriptionInput,
    secret: string,
  ): Promise<SubscriptionView> {
    const nowMs = this.clock();
    const { header } = input;
    const subscription: Subscription = {
      ...registration,
      status: input.verify ? "pending" : "active",
      sinceMs: nowMs,
      secrets: [{ sealed: await this.#secrets.seal(secret), untilMs: null }],
      ...(header && { header: await this.#secrets.sealHeader(header) }),
      asymmetric: input.asymmetric,
      ...(input.ratePerMinute !== undefined && { ratePerMinute: input.ratePerMinute }),
      isProved: !input.verify,
      proof: { challenge: "", number: 0, untilMs: nowMs },
    };
    const confirmUrl = await this.#verification.nextConfirmUrl(subscription);
    this.#store.atomically(() => {
      this.#outbox.createTables();
      this.#state.save(subscription);
      if (input.verify) this.#verification.start(confirmUrl);
    });
    await this.#workOn();
    return this.#view(this.#state.subscription() ?? subscription);
  }

  async view(): Promise<SubscriptionView | null> {
    const subscription = this.#state.subscription();
    return subscription ? this.#view(subscription) : null;
  }

  /** What is left out stays. A new URL has to prove itself, unless the admin waives it. */
  async change(change: SubscriptionChange): Promise<ChangeOutcome> {
    return this.#followed(await this.#requests.change(change));
  }

  /** Ends the subscription; attempts in flight leave no trace. */
  async remove(): Promise<void> {
    await this.#store.deleteAll();
  }

  /**
   * Takes events to deliver; each once, however often it is handed over.
   *
   * @returns false if there is no such subscription
   */
  async enqueue(events: OutboundEvent[]): Promise<boolean> {
    if (this.#state.subscription() === undefined) return false;
    await this.#take(events, { kind: "new", whileReplaying: this.#jobs.isQueued("replay") });
    return true;
  }

  /** Takes an event that is about another subscription; each once. */
  async enqueueNotice(event: ControlEvent): Promise<void> {
    if (this.#state.subscription() === undefined) return;
    this.#state.acceptControlEvent(event);
    await this.#workOn();
  }

  /**
   * The endpoint, or somebody who holds its confirm URL, wants this.
   *
   * @param number of the handshake
   */
  async confirm(number: number): Promise<Outcome> {
    return this.#followed(await this.#verification.confirm(number));
  }

  /** Asks the endpoint anew for its proof; of the admin, `waived` makes it active at once. */
  async verify(waived: boolean): Promise<Outcome> {
    return this.#followed(await this.#requests.verify(waived));
  }

  /** Holds what comes until {@link resume}. */
  async pause(): Promise<Outcome> {
    return this.#followed(this.#requests.pause());
  }

  /** Delivers what was held, in order, and what comes. */
  async resume(): Promise<Outcome> {
    return this.#followed(this.#requests.resume());
  }

  /** A new secret; the old ones sign beside it for so long. Null when there is no such subscription. */
  async rotateSecret(secret: string, overlapSeconds: number): Promise<{ previousUntil: string } | null> {
    const previousUntil = await this.#requests.rotateSecret(secret, overlapSeconds);
    return previousUntil === null ? null : { previousUntil };
  }

  /** Sends a signed test event (`test` itself is a name that RPC keeps). */
  async sendTest(): Promise<{ ok: true; event: string } | Conflict | null> {
    const subscription = this.#state.subscription();
    if (subscription === undefined) return null;
    if (subscription.status !== "active") {
      return refuse(`The subscription is ${subscription.status}; only an active one is sent tests.`);
    }
    const event = this.#state.enqueueControlEvent({
      type: "subscription.test",
      subscription: subscription.id,
    });
    await this.#workOn();
    return { ok: true, event };
  }

  /** `isHeld`: what is pending waits for `resume` or for the endpoint's proof. */
  async deliveries(
    query: LogQuery,
  ): Promise<{ deliveries: Delivery[]; next: number | null; isHeld: boolean } | null> {
    const subscription = this.#state.subscription();
    return subscription
      ? { ...this.#log.list(query), isHeld: this.#state.sendable() !== "everything" }
      : null;
  }

  async delivery(
    event: string,
  ): Promise<{ delivery: Delivery; attempts: Attempt[]; isHeld: boolean } | null> {
    const subscription = this.#state.subscription();
    const found = subscription && this.#log.get(event);
    return found ? { ...found, isHeld: this.#state.sendable() !== "everything" } : null;
  }

  /** Sends one event once more, or at last: now, whatever its schedule said. Null where there is none. */
  async redeliver(event: string): Promise<Outcome> {
    const refused = await this.#requests.redeliver(event);
    return refused === null ? null : this.#followed(refused);
  }

  /** Sends once more the events after one sequence up to another that its filter takes now. */
  async replay(after: number, to: number): Promise<Outcome> {
    return this.#followed(this.#requests.replay(after, to));
  }

  /** Resolves when nothing that is due is left to be done, or in hand. */
  async idle(): Promise<void> {
    // Twice: what is in flight at first goes on with the budget that it began with.
    for (let round = 0; round < 2; round += 1) {
      await this.#workOn(new Budget(Infinity));
      await this.#jobs.start(new Budget(Infinity));
      await this.#attempts.idle();
    }
  }

  override async alarm(): Promise<void> {
    this.#alarm.onFired();
    await this.#takeUp();
  }

  /** Goes on with what is due, and fails to nobody. */
  async #takeUp(): Promise<void> {
    try {
      await this.#workOn();
    } catch (error) {
      // The platform would try again a few times and then never more.
      console.error(JSON.stringify({ message: "work failed", error: String(error) }));
      await this.#alarm.scheduleBy(this.clock() + OWN_RETRY_MAX_MS);
    }
  }

  async #take(events: OutboundEvent[], taking: Taking): Promise<void> {
    this.#store.atomically(() => this.#outbox.accept(events, taking, this.clock()));
    await this.#workOn();
  }

  /** Does and starts what is due, and sets the alarm for the rest. */
  async #workOn(budget = new Budget(this.#config.subrequests - 1)): Promise<void> {
    const nowMs = this.clock();
    if (this.#state.isProofOver()) this.#store.atomically(() => this.#state.giveUpProof());
    const subscription = this.#state.subscription();
    if (subscription === undefined) return;
    this.#log.prune(nowMs);
    const choresMs = this.#jobs.nextDueMs() ?? Infinity;
    if (choresMs <= nowMs) this.ctx.waitUntil(this.#doChores(budget));
    const dues = [
      this.#attempts.start(subscription, budget) ?? Infinity,
      // What is owed now is in hand, too.
      choresMs > nowMs ? choresMs : nowMs + IN_HAND_CHECK_MS,
      this.#log.nextPruneMs() ?? Infinity,
      subscription.status === "pending" ? subscription.proof.untilMs : Infinity,
    ];
    const next = Math.min(...dues);
    if (next !== Infinity) await this.#alarm.scheduleBy(next);
  }

  async #doChores(budget: Budget): Promise<void> {
    // What this invocation may not do any more, the next one does at once.
    if ((await this.#jobs.start(budget)) === "spent") await this.#alarm.scheduleBy(this.clock() + 1);
    else await this.#workOn(budget);
  }

  /** What follows from a request is begun; it is answered with why it was refused, or how things stand now. */
  async #followed<R>(refused: R | undefined): Promise<Exclude<R, undefined> | Outcome> {
    await this.#workOn();
    if (refused !== undefined) return refused as Exclude<R, undefined>;
    const subscription = this.#state.subscription();
    return subscription ? { ok: true, view: this.#view(subscription) } : null;
  }

  #view(subscription: Subscription): SubscriptionView {
    return viewOf(subscription, this.#health());
  }

  #health(): Health {
    const [next] = this.#outbox.next(this.#state.sendable(), 1);
    return readHealth(this.ctx.storage.sql, next?.dueMs);
  }
}
