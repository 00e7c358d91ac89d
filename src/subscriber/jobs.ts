/**
 * What a Subscriber owes the Newsroom and the office: each may be done more than once.
 */
import type { ControlEvent, OutboundEvent } from "../domain/event.ts";
import { newsroom, subscriber } from "../runtime/stubs.ts";
import { type JobPayloads, SUBREQUESTS_PER_JOB } from "./job-queue.ts";
import type { Health } from "../domain/subscription.ts";
import type { SubscriptionState } from "./state.ts";
import { registrationOf } from "./subscription.ts";

interface DutiesParts {
  env: Env;
  state: () => SubscriptionState;
  health: () => Health;
  /** Puts events in, once more if they are there and over, as they were told after a sequence. */
  take: (events: OutboundEvent[], asOf: number) => Promise<void>;
}

export class Jobs {
  readonly #parts: DutiesParts;

  constructor(parts: DutiesParts) {
    this.#parts = parts;
  }

  /** Tells the Newsroom how the subscription stands. */
  async report(): Promise<undefined> {
    const subscription = this.#parts.state().subscription();
    if (subscription === undefined) return undefined;
    const { status, reason, sinceMs, failingSinceMs, isProved } = subscription;
    await newsroom(this.#parts.env).report(registrationOf(subscription), {
      status,
      reason: reason ?? null,
      sinceMs,
      failingSinceMs: failingSinceMs ?? null,
      health: this.#parts.health(),
      isProved,
    });
    return undefined;
  }

  /** One window of a replay. @returns what is left of it */
  async replay({ after, to }: JobPayloads["replay"]): Promise<JobPayloads["replay"] | undefined> {
    const { env, state, take } = this.#parts;
    const subscription = state().subscription();
    if (subscription === undefined) return undefined;
    const { events, last, asOf } = await newsroom(env).replayEvents(subscription.id, after, to);
    await take(events, asOf);
    return last < to ? { after: last, to } : undefined;
  }

  /** Tells some of the office's own subscriptions that this one was disabled. @returns what is left of it */
  async notifyAdminSubscriptions(notice: JobPayloads["notice"]): Promise<JobPayloads["notice"] | undefined> {
    const { id, atMs, reason, after = "" } = notice;
    const { env, state } = this.#parts;
    const subscription = state().subscription();
    if (subscription === undefined) return undefined;
    const { id: disabled, url, description } = subscription;
    const event: ControlEvent = {
      type: "operational",
      id,
      at: Math.floor(atMs / 1000),
      what: "subscription.disabled",
      subscription: { id: disabled, url, ...(description === undefined ? {} : { description }) },
      reason,
    };
    const offices = (await newsroom(env).operationalSubscriptions()).filter(
      (office) => office > after && office !== disabled,
    );
    const told = offices.slice(0, SUBREQUESTS_PER_JOB - 1);
    await Promise.all(told.map((office) => subscriber(env, office).enqueueNotice(event)));
    const last = told.at(-1);
    return last !== undefined && told.length < offices.length ? { ...notice, after: last } : undefined;
  }
}
