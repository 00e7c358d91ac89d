/**
 * What an owner, or the office, asks of a subscription. Each says why it is refused, or undefined when it
 * is done: then the work that follows from it is due. Where there is no subscription there is nothing to
 * be done.
 */
import type { Issue } from "../domain/issues.ts";
import { LEFT_OVER_REPORT_MS } from "./limits.ts";
import { newsroom } from "../runtime/stubs.ts";
import {
  applyChange,
  type Conflict,
  DUPLICATE,
  instantOfMs,
  refuse,
  registrationOf,
  UNPROVED,
} from "./subscription.ts";
import type { JobQueue } from "./job-queue.ts";
import type { DeliveryLog } from "./delivery-log.ts";
import type { Verification } from "./verification.ts";
import type { Outbox } from "./outbox.ts";
import { rotated, type Secrets } from "./secrets.ts";
import type { SubscriptionState } from "./state.ts";
import type { StoredValues } from "../runtime/stored-values.ts";
import type { SubscriptionChange } from "../domain/subscription.ts";

interface OwnerRequestsParts {
  env: Env;
  store: StoredValues;
  state: SubscriptionState;
  verification: Verification;
  jobs: JobQueue;
  outbox: Outbox;
  log: DeliveryLog;
  secrets: Secrets;
  /** Sets the alarm, in milliseconds since 1970. */
  ringBy: (ms: number) => Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
}

export type Refusal = Conflict | { ok: false; issues: Issue[] };

export class Requests {
  readonly #parts: OwnerRequestsParts;

  constructor(parts: OwnerRequestsParts) {
    this.#parts = parts;
  }

  /** What is left out stays. A new URL has to prove itself, unless the admin waives it; what waits goes there then. */
  change(change: SubscriptionChange): Promise<Refusal | undefined> {
    const { env, jobs, store, state, verification, secrets, ringBy, now } = this.#parts;
    return jobs.exclusively(async () => {
      const before = state.subscription();
      if (before === undefined) return undefined;
      const header = change.header ? await secrets.sealHeader(change.header) : undefined;
      const confirmUrl = await verification.nextConfirmUrl(before);
      // Owed first: if this object dies in between, the Newsroom is told how it stands here.
      const reportMs = now() + LEFT_OVER_REPORT_MS;
      jobs.enqueue("report", null, reportMs);
      await ringBy(reportMs);
      const asked = await newsroom(env).changeSubscription(
        registrationOf(applyChange(before, change, header)),
      );
      if (asked.kind === "invalid") return { ok: false, issues: asked.issues };
      if (asked.kind === "duplicate") return refuse(DUPLICATE);
      // As it stands by now: an attempt may have ended meanwhile.
      const present = state.subscription();
      if (present === undefined) return undefined;
      const next = applyChange(present, change, header);
      const isMoved = next.url !== present.url;
      store.atomically(() => {
        state.save(next);
        jobs.enqueue("report", null, now());
        if (isMoved) verification.start(confirmUrl);
      });
      return change.verify ? undefined : this.#vouch();
    });
  }

  /** Asks the endpoint anew for its proof; of the admin, `waived` makes it active at once. */
  verify(waived: boolean): Promise<Conflict | undefined> {
    const { jobs, state, verification } = this.#parts;
    return jobs.exclusively(async () => {
      const subscription = state.subscription();
      if (subscription === undefined) return undefined;
      if (subscription.isProved) {
        return refuse(`The endpoint has proved itself; the subscription is ${subscription.status}.`);
      }
      verification.start(await verification.nextConfirmUrl(subscription));
      return waived ? this.#vouch() : undefined;
    });
  }

  pause(): Conflict | undefined {
    const { state } = this.#parts;
    const status = state.subscription()?.status;
    if (status === "pending" || status === "disabled") {
      return refuse(`The subscription is ${status}; only an active one can be paused.`);
    }
    if (status === "active") state.pause();
    return undefined;
  }

  /** What was held is delivered, in order. */
  resume(): Conflict | undefined {
    const { store, state } = this.#parts;
    const subscription = state.subscription();
    if (subscription === undefined || subscription.status === "active") return undefined;
    if (!subscription.isProved) return refuse(UNPROVED);
    store.atomically(() => state.activate());
    return undefined;
  }

  /** @returns until when the old secrets sign beside the new one; null where there is no subscription */
  async rotateSecret(secret: string, overlapSeconds: number): Promise<string | null> {
    const { state, secrets, now } = this.#parts;
    const sealed = await secrets.seal(secret);
    const subscription = state.subscription();
    if (subscription === undefined) return null;
    const overlapMs = overlapSeconds * 1000;
    const nowMs = now();
    state.save({ ...subscription, secrets: rotated(subscription.secrets, sealed, overlapMs, nowMs) });
    return instantOfMs(nowMs + overlapMs);
  }

  /** One event is sent once more, or at last: now, whatever its schedule said. @returns null if there is none */
  async redeliver(event: string): Promise<Conflict | null | undefined> {
    const { env, state, outbox, log, now } = this.#parts;
    const subscription = state.subscription();
    if (subscription === undefined) return null;
    const delivery = log.get(event)?.delivery;
    if (delivery === undefined) return null;
    const { sequence, release, state: deliveryState } = delivery;
    if (sequence === null || release === null) {
      return refuse("Only events of releases can be sent again. POST …/test or …/verify sends a new one.");
    }
    if (deliveryState === "replaced") {
      return refuse("Its text was killed before it was delivered; the kill was sent in its place.");
    }
    if (subscription.status !== "active") {
      return refuse(`The subscription is ${subscription.status}: resume it, and what is held is sent.`);
    }
    // What waits of its release from before it goes first, so that is sent now too.
    if (deliveryState === "pending") outbox.expediteRelease(release, sequence, now());
    else {
      const again = await newsroom(env).bodyFor(subscription.id, sequence);
      if (state.subscription() === undefined) return null; // deleted meanwhile
      if (again?.kind === "killed") {
        return refuse("Its text was killed since. The kill can be sent again: redeliver its release.killed.");
      }
      // What came here while the Newsroom was being asked is the last that is to be heard of the text.
      if (again !== undefined && outbox.isTakenBack(release, again.asOf)) {
        return refuse("Its text was taken back just now.");
      }
      if (again !== undefined) outbox.requeue(event, again.body, now());
    }
    return undefined;
  }

  /** What happened after one sequence up to another is sent once more, if the filter takes it now. */
  replay(after: number, to: number): Conflict | undefined {
    const { jobs, state, now } = this.#parts;
    const subscription = state.subscription();
    if (subscription?.isProved === false) return refuse(UNPROVED);
    if (jobs.isQueued("replay")) return refuse("A replay is in progress. Wait for it to end.");
    if (after < to) jobs.enqueue("replay", { after, to }, now());
    return undefined;
  }

  /** The admin says that the endpoint wants this, if it has not said so itself. */
  async #vouch(): Promise<Conflict | undefined> {
    const { state, verification } = this.#parts;
    const subscription = state.subscription();
    return subscription?.status === "pending" ? verification.confirm(subscription.proof.number) : undefined;
  }
}
