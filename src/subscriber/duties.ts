/**
 * What a Subscriber owes the Newsroom and the office: each may be done more than once.
 */
import type { ControlEvent, Handed } from "../domain/event.ts";
import { newsroom, subscriber } from "../objects.ts";
import type { ChorePayloads } from "./chores.ts";
import type { Health } from "../domain/subscription.ts";
import type { Outbox } from "./outbox.ts";
import type { Standing } from "./standing.ts";
import { registrationOf } from "./subscription.ts";

interface DutiesParts {
  env: Env;
  standing: () => Standing;
  health: () => Health;
  outbox: Pick<Outbox, "mark">;
  /** Puts events in that were asked for at this mark, once more if they are there and over. */
  take: (events: Handed[], askedAt: number) => Promise<void>;
}

export class Duties {
  readonly #parts: DutiesParts;

  constructor(parts: DutiesParts) {
    this.#parts = parts;
  }

  /** Tells the Newsroom how the subscription stands. */
  async report(): Promise<undefined> {
    const subscription = this.#parts.standing().subscription();
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
  async replay({ after, to }: ChorePayloads["replay"]): Promise<ChorePayloads["replay"] | undefined> {
    const { env, standing, outbox, take } = this.#parts;
    const subscription = standing().subscription();
    if (subscription === undefined) return undefined;
    const mark = outbox.mark();
    const { events, last } = await newsroom(env).replayed(subscription.id, after, to);
    await take(events, mark);
    return last < to ? { after: last, to } : undefined;
  }

  /** Tells the office's own subscriptions that this one was disabled. */
  async tellTheOffice({ id, atMs, reason }: ChorePayloads["notice"]): Promise<undefined> {
    const { env, standing } = this.#parts;
    const subscription = standing().subscription();
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
    const offices = await newsroom(env).operationalSubscriptions();
    await Promise.all(
      offices
        .filter((office) => office !== disabled)
        .map((office) => subscriber(env, office).enqueueNotice(event)),
    );
    return undefined;
  }
}
