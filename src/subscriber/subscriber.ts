/**
 * The Durable Object of one subscription: its RPC methods, and the background work of its deliveries and
 * jobs. Due work starts at once; an alarm starts what is due later, and what was in flight when the object
 * died.
 */
import { DurableObject } from "cloudflare:workers";
import type { ControlEvent, OutboundEvent } from "../domain/event.ts";
import type { HubTerms } from "../domain/hub.ts";
import type { Registration, SubscriptionChange, SubscriptionInput } from "../domain/subscription.ts";
import { BeingRestoredError } from "../runtime/being-restored.ts";
import { Budget, WorkLoop } from "../runtime/bounded-work.ts";
import { OWN_RETRY_MAX_MS } from "../runtime/limits.ts";
import { log } from "../runtime/log.ts";
import type { RowsPlace } from "../runtime/table-rows.ts";
import { Attempts } from "./attempts.ts";
import { readSubscriber, type SubscriberLine, writeSubscriber } from "./backup.ts";
import type { Attempt, Delivery, LogQuery } from "./delivery-log.ts";
import { readHealth } from "./health.ts";
import { acceptRequest, acceptVersion, deny, type HubIntent, isOver, type TopicVersion } from "./hub.ts";
import { runJob, SUBREQUESTS_PER_JOB } from "./jobs.ts";
import { BEGIN_MS_MAX, IN_FLIGHT_CHECK_MS, RELEASE_LOG_MAX } from "./limits.ts";
import type { OwnerAction } from "./owner-requests.ts";
import { buildParts, type SubscriberParts } from "./parts.ts";
import * as rotation from "./requests/rotation.ts";
import * as sendingAgain from "./requests/sending-again.ts";
import * as settings from "./requests/settings.ts";
import * as status from "./requests/status.ts";
import { type SentTests, sendTest } from "./requests/test-event.ts";
import { reseal, type Resealed } from "./resealing.ts";
import { createTables } from "./schema.ts";
import {
  type ChangeOutcome,
  type ChangeRefusal,
  type CheckedChange,
  type Conflict,
  type Outcome,
  type Subscription,
  type SubscriptionView,
  viewOf,
} from "./subscription.ts";
import { confirmVerification } from "./verification.ts";
import { showDelivery, type ShownDelivery, type WaitingDeps } from "./waiting.ts";

/** The key of storage that is set while a backup is restored. */
const HELD = "held";

/** Deliveries that concern one release. `deliveredMs`: when the endpoint last answered with success. */
export type ReleaseLog = (ShownDelivery & { deliveredMs: number | null })[];

export class Subscriber extends DurableObject<Env> {
  /** Milliseconds since 1970. Tests replace it. */
  clock: () => number = () => Date.now();

  readonly #built: SubscriberParts;
  /** Whether a backup is being restored: nothing is sent, and events from the Newsroom are kept. */
  #isHeld: boolean;
  readonly #attempts: Attempts;
  readonly #jobLoop: WorkLoop;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#built = buildParts(ctx.storage, env, () => this.clock());
    this.#isHeld = ctx.storage.kv.get<boolean>(HELD) === true;
    this.#attempts = new Attempts(this.#built, (budget) => this.#work(budget));
    this.#jobLoop = new WorkLoop((budget) => this.#runNextJob(budget), SUBREQUESTS_PER_JOB);
    // Without a subscription the object stores nothing, not even tables.
    if (this.#built.state.get() === undefined) return;
    createTables(ctx.storage);
    if (this.#isHeld) return;
    // The previous life of this object may have left work in flight.
    ctx.waitUntil(this.#workSafely());
  }

  get #parts(): SubscriberParts {
    if (this.#isHeld) throw new BeingRestoredError();
    return this.#built;
  }

  /** Creates the subscription. Its verification, unless the admin waives it, waits for {@link begin}. */
  async create(
    registration: Registration,
    url: string,
    input: SubscriptionInput,
    secret: string | undefined,
  ): Promise<SubscriptionView> {
    const subscription = await settings.createSubscription(this.#parts, registration, url, input, secret);
    await this.#parts.alarm.scheduleBy(this.clock() + BEGIN_MS_MAX);
    return this.#view(this.#parts.state.get() ?? subscription);
  }

  /** The owner has the secret now: the endpoint can check a signature. Without this call an alarm begins soon. */
  async begin(): Promise<void> {
    await this.#workSafely();
  }

  async view(): Promise<SubscriptionView | null> {
    const subscription = this.#parts.state.get();
    return subscription ? this.#view(subscription) : null;
  }

  /** Whether {@link change} would make this change now. One that starts a verification is counted. */
  async checkChange(
    change: SubscriptionChange,
    isAdmin: boolean,
  ): Promise<CheckedChange | ChangeRefusal | null> {
    return settings.checkChange(this.#parts, change, isAdmin);
  }

  /** The settings that differ from those of a request to subscribe, by field. */
  async differingSettings(input: SubscriptionInput): Promise<string[]> {
    return settings.differingSettings(this.#parts, input);
  }

  /** Changes the fields that `change` contains. A new URL is verified, unless the admin waives it. */
  async change(change: SubscriptionChange, isAdmin: boolean): Promise<ChangeOutcome> {
    return this.#finish(await settings.changeSubscription(this.#parts, change, isAdmin));
  }

  /** Deletes everything. Attempts in flight are not recorded. */
  async remove(): Promise<void> {
    await this.#built.store.deleteAll();
    this.#isHeld = false;
  }

  /** A page of what a backup holds of it, each line as JSON. Without a subscription there is nothing. */
  async readBackup(place: RowsPlace | null): Promise<{ lines: string[]; next: RowsPlace | null }> {
    const subscription = this.#parts.state.get();
    if (subscription === undefined) return { lines: [], next: null };
    const { lines, next } = readSubscriber(this.ctx.storage, subscription.id, place);
    return { lines: lines.map((line) => JSON.stringify(line)), next };
  }

  /**
   * Takes lines of a backup. It sends nothing before {@link endRestore}.
   *
   * @param json a list of `SubscriberLine`
   * @returns what is wrong with them
   */
  async restore(json: string): Promise<string | null> {
    const lines = JSON.parse(json) as SubscriberLine[];
    // Its values are the first line: what an earlier attempt has left goes.
    if (lines.some((line) => "values" in line)) await this.#built.store.deleteAll();
    this.#isHeld = true;
    this.ctx.storage.kv.put(HELD, true);
    try {
      this.#built.store.atomically(() => writeSubscriber(this.ctx.storage, lines));
      return null;
    } catch (error) {
      if (error instanceof RangeError) return error.message;
      throw error;
    } finally {
      this.#built.store.forget();
    }
  }

  /** Begins to send. The report tells the Newsroom how it is now. */
  async endRestore(): Promise<void> {
    this.ctx.storage.kv.delete(HELD);
    this.#isHeld = false;
    if (this.#parts.state.get() === undefined) return;
    this.#parts.jobs.enqueue("report", null, this.clock());
    await this.#work();
  }

  /**
   * Accepts events from the Newsroom. An event that arrives again is ignored.
   *
   * @returns false if there is no such subscription
   */
  async enqueue(events: OutboundEvent[]): Promise<boolean> {
    const { state, jobs, store, outbox } = this.#built;
    if (state.get() === undefined) return false;
    const source = { kind: "new", whileReplaying: jobs.isQueued("replay") } as const;
    store.atomically(() => outbox.accept(events, source, this.clock()));
    await this.#work();
    return true;
  }

  /**
   * Accepts a request to the hub. Creates the subscription if there is none.
   *
   * @param registration with the id of this subscription
   */
  async acceptHubRequest(registration: Registration & { hub: HubTerms }, intent: HubIntent): Promise<void> {
    await acceptRequest(this.#parts, registration, intent);
    await this.#work();
  }

  /**
   * Accepts a version of the topic from the Newsroom. The one that it has is ignored.
   *
   * @returns false if there is no such subscription
   */
  async enqueueVersion(version: TopicVersion): Promise<boolean> {
    if (this.#built.state.get() === undefined) return false;
    acceptVersion(this.#built, version);
    await this.#work();
    return true;
  }

  /** Ends a subscription of the hub, and tells its subscriber why. */
  async deny(reason: string): Promise<void> {
    this.#parts.store.atomically(() => deny(this.#parts, reason));
    await this.#work();
  }

  /** Accepts an event about another subscription. An event that arrives again is ignored. */
  async enqueueNotice(event: ControlEvent): Promise<void> {
    if (this.#parts.state.get() === undefined) return;
    this.#parts.state.acceptControlEvent(event);
    await this.#work();
  }

  /** Somebody posted to the confirm URL of the verification with this number. */
  async confirm(number: number): Promise<Outcome> {
    return this.#finish(await confirmVerification(this.#parts, number));
  }

  /** Counts a request of the owner before it is made. @returns the refusal if there are too many */
  async countRequest(action: OwnerAction): Promise<Conflict | null> {
    if (this.#parts.state.get() === undefined) return null;
    return this.#parts.ownerRequests.count(action) ?? null;
  }

  /** Starts a new verification; `isWaived` (admin only) activates the subscription at once. */
  async verify(isWaived: boolean): Promise<Outcome> {
    return this.#finish(await status.requestVerification(this.#parts, isWaived));
  }

  /** Holds all deliveries until {@link resume}. */
  async pause(): Promise<Outcome> {
    return this.#finish(status.pause(this.#parts));
  }

  /** Sends the held deliveries in order. */
  async resume(): Promise<Outcome> {
    return this.#finish(status.resume(this.#parts));
  }

  /** Adds a secret; the older secrets sign until `previousUntil`. Null where there is no such subscription. */
  async rotateSecret(secret: string, overlapMs: number): ReturnType<typeof rotation.rotateSecret> {
    return rotation.rotateSecret(this.#parts, secret, overlapMs);
  }

  /** Seals the secrets again with the first key of SECRETS_KEY. */
  async reseal(): Promise<Resealed> {
    const result = await this.#parts.mutex.run(() => reseal(this.#parts));
    await this.#work();
    return result;
  }

  /** Replaces the token. @returns the generation of the new one; null where there is no such subscription */
  async rotateToken(): Promise<number | null> {
    return rotation.rotateToken(this.#parts);
  }

  /** Whether a token of this generation is valid. Without a subscription all are: there is nothing to protect. */
  async isCurrentToken(generation: number): Promise<boolean> {
    const subscription = this.#parts.state.get();
    return subscription === undefined || subscription.tokenGeneration === generation;
  }

  /** Sends a test event, or one in each shape of the format. (RPC reserves the name `test`.) */
  async sendTest(): Promise<SentTests | Conflict | null> {
    const sent = sendTest(this.#parts);
    if (sent?.ok === true) await this.#work();
    return sent;
  }

  async deliveries(query: LogQuery): Promise<{ deliveries: ShownDelivery[]; next: number | null } | null> {
    const subscription = this.#parts.state.get();
    if (subscription === undefined) return null;
    const { deliveries, next } = this.#parts.log.list(query);
    const waiting = this.#waiting(subscription);
    return { deliveries: deliveries.map((delivery) => showDelivery(waiting, delivery)), next };
  }

  /** What the log holds of a release, oldest first. Without a subscription it is empty. */
  async releaseLog(release: string): Promise<ReleaseLog> {
    const subscription = this.#parts.state.get();
    if (subscription === undefined) return [];
    const { deliveries } = this.#parts.log.list({ release, limit: RELEASE_LOG_MAX });
    return deliveries.toReversed().map((delivery) => this.#withSuccess(subscription, delivery));
  }

  /**
   * The first delivered version of the topic since an event, else the newest one. Empty if the log has no version since.
   *
   * @param sequence of the event
   */
  async versionLog(sequence: number): Promise<ReleaseLog> {
    const subscription = this.#parts.state.get();
    const version = subscription && this.#parts.log.versionSince(sequence);
    return version ? [this.#withSuccess(subscription, version)] : [];
  }

  #withSuccess(subscription: Subscription, delivery: Delivery): ReleaseLog[number] {
    return {
      ...showDelivery(this.#waiting(subscription), delivery),
      deliveredMs: delivery.state === "delivered" ? this.#parts.log.lastSuccessMs(delivery.event) : null,
    };
  }

  async delivery(event: string): Promise<{ delivery: ShownDelivery; attempts: Attempt[] } | null> {
    const subscription = this.#parts.state.get();
    const found = subscription && this.#parts.log.get(event);
    return found ? { ...found, delivery: showDelivery(this.#waiting(subscription), found.delivery) } : null;
  }

  /** Sends one event again, or a pending one now. Null where there is no such event. */
  async redeliver(event: string): Promise<Outcome> {
    const refusal = await sendingAgain.redeliver(this.#parts, event, () => this.#attempts.traffic());
    return refusal === null ? null : this.#finish(refusal);
  }

  /** Sends the events after one sequence, up to another, again if the current filter matches them. */
  async replay(after: number, to: number): Promise<Outcome> {
    return this.#finish(sendingAgain.replay(this.#parts, after, to));
  }

  /** Resolves when no work is due or in flight. */
  async idle(): Promise<void> {
    // Twice: work that is in flight in the first round keeps the budget with which it started.
    for (let round = 0; round < 2; round += 1) {
      await this.#work(new Budget(Infinity));
      await this.#jobLoop.start(new Budget(Infinity));
      await this.#attempts.idle();
    }
  }

  override async alarm(): Promise<void> {
    this.#built.alarm.onFired();
    await this.#workSafely();
  }

  /** Never rejects: the platform retries a failed alarm only a few times. */
  async #workSafely(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      log("error", "work failed", { error: String(error) });
      await this.#parts.alarm.scheduleBy(this.clock() + OWN_RETRY_MAX_MS);
    }
  }

  /** Starts what is due, and sets the alarm for the rest. */
  async #work(budget = new Budget(this.#built.config.subrequests - 1)): Promise<void> {
    if (this.#isHeld) return;
    const { state, store, jobs, alarm, log } = this.#parts;
    const nowMs = this.clock();
    if (state.isVerificationExpired()) store.atomically(() => state.expireVerification());
    const subscription = state.get();
    if (subscription === undefined) return;
    if (isOver(this.#parts) && !jobs.isQueued("end")) jobs.enqueue("end", { reason: null }, nowMs);
    log.prune(nowMs);
    const jobsDueMs = jobs.nextDueMs() ?? Infinity;
    if (jobsDueMs <= nowMs) this.ctx.waitUntil(this.#runJobs(budget));
    const next = Math.min(
      this.#attempts.start(subscription, budget) ?? Infinity,
      // A job that runs now needs a check, in case this object dies.
      jobsDueMs > nowMs ? jobsDueMs : nowMs + IN_FLIGHT_CHECK_MS,
      log.nextPruneMs() ?? Infinity,
      endMs(subscription, nowMs),
    );
    if (next !== Infinity) await alarm.scheduleBy(next);
  }

  async #runJobs(budget: Budget): Promise<void> {
    const end = await this.#jobLoop.start(budget);
    // Jobs that exceed the budget of this invocation continue at once in the next one.
    if (end === "spent" && this.#parts.jobs.nextDue() !== undefined) {
      await this.#parts.alarm.scheduleBy(this.clock() + 1);
    } else await this.#work(budget);
  }

  /** @returns false when no job is due */
  async #runNextJob(budget: Budget): Promise<boolean> {
    const { jobs, mutex } = this.#parts;
    if (jobs.nextDue() === undefined) return false;
    budget.spend(SUBREQUESTS_PER_JOB);
    await mutex.run(async () => {
      // Read again: a request that held the mutex may have replaced the job.
      const job = jobs.nextDue();
      if (job === undefined) return;
      try {
        const rest = await runJob(this.#parts, job);
        // A replay fills the outbox: attempts start before its last window is read.
        const subscription = this.#parts.state.get();
        if (subscription !== undefined) this.#attempts.start(subscription, budget);
        jobs.complete(job, rest);
      } catch (error) {
        log("error", "job failed", { job: job.name, error: String(error) });
        jobs.fail(job);
      }
    });
    return true;
  }

  /** Starts the work that follows from a request, and answers it. */
  async #finish<R extends { ok: false }>(refusal: R | undefined): Promise<R | Outcome> {
    await this.#work();
    if (refusal !== undefined) return refusal;
    const subscription = this.#parts.state.get();
    return subscription ? { ok: true, view: this.#view(subscription) } : null;
  }

  #view(subscription: Subscription): SubscriptionView {
    return viewOf(subscription, readHealth(this.#parts), this.#parts.config.site.baseUrl);
  }

  #waiting(subscription: Subscription): WaitingDeps {
    const { state, outbox } = this.#parts;
    return { subscription, sendable: state.sendable(), outbox, traffic: this.#attempts.traffic() };
  }
}

/** When the time for the verification, or the lease of a subscription of the hub, ends in the future. */
function endMs({ hub, status, proof }: Subscription, nowMs: number): number {
  if (hub === undefined) return status === "pending" ? proof.untilMs : Infinity;
  return hub.leaseUntilMs !== null && hub.leaseUntilMs > nowMs ? hub.leaseUntilMs : Infinity;
}
