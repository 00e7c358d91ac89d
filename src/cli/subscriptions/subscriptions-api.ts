/**
 * The API of subscriptions and their logs.
 */
import * as z from "zod/mini";
import { defined } from "../../domain/defined.ts";
import { PAGE_ROWS_MAX } from "../../domain/limits.ts";
import { ApiClient, ServiceProblem } from "../api-client.ts";

// Loose objects: `--json` prints the complete answer, with fields that this version does not know.
const health = z.looseObject({
  lastSuccess: z.nullable(z.string()),
  lastFailure: z.nullable(z.string()),
  successRate: z.nullable(z.number()),
  waiting: z.number(),
  /** Events whose last attempt has failed too. */
  givenUp: z.optional(z.number()),
  nextAttempt: z.nullable(z.string()),
  /** Why the service itself can send nothing. */
  blocked: z.optional(z.nullable(z.string())),
});
const subscription = z.looseObject({
  id: z.string(),
  /** Of a chat only the host. */
  url: z.string(),
  format: z.optional(z.string()),
  /** How a Teams flow wants its cards. */
  shape: z.optional(z.string()),
  description: z.optional(z.string()),
  status: z.string(),
  reason: z.optional(z.string()),
  since: z.string(),
  /** Only in lists. */
  failingSince: z.optional(z.nullable(z.string())),
  events: z.array(z.string()),
  filter: z.record(z.string(), z.unknown()),
  created: z.string(),
  /** Null in lists before the first report. */
  health: z.nullable(health),
});
export type Subscription = z.infer<typeof subscription>;

const delivery = z.looseObject({
  event: z.string(),
  type: z.string(),
  sequence: z.nullable(z.number()),
  release: z.nullable(z.string()),
  /** Of a public release; only in logs. */
  title: z.optional(z.nullable(z.string())),
  /** `pending`, `held`, `delivered`, `failed`, `replaced`, `dropped`, or `not-sent`. */
  state: z.string(),
  attempts: z.number(),
  created: z.nullable(z.string()),
  nextAttempt: z.nullable(z.string()),
  reason: z.nullable(z.string()),
  /** What a pending one waits for; `sequence` is that of an earlier event. */
  waitsFor: z.optional(z.nullable(z.looseObject({ what: z.string(), sequence: z.optional(z.number()) }))),
  /** Of a row that is `not-sent`: one of `NOT_SENT_CODES`. */
  code: z.optional(z.string()),
});
export type Delivery = z.infer<typeof delivery>;

const attempt = z.looseObject({
  attempt: z.number(),
  at: z.string(),
  durationMs: z.number(),
  status: z.nullable(z.number()),
  reason: z.nullable(z.string()),
  /** What was odd about the answer beside its status. */
  note: z.optional(z.nullable(z.string())),
  answer: z.nullable(z.string()),
});
const attempted = z.extend(delivery, { log: z.array(attempt) });
export type AttemptedDelivery = z.infer<typeof attempted>;

/** `events` is empty where the log of the subscription could not be read. */
const recipient = z.looseObject({
  subscription: z.string(),
  url: z.string(),
  description: z.nullable(z.string()),
  /** The feed that a subscription of the WebSub hub follows. */
  topic: z.optional(z.nullable(z.string())),
  status: z.string(),
  /** That of the latest event; `unknown` if the log could not be read. */
  state: z.string(),
  events: z.array(z.extend(delivery, { delivered: z.nullable(z.string()) })),
});
export type Recipient = z.infer<typeof recipient>;
const recipients = z.looseObject({
  counts: z.record(z.string(), z.number()),
  data: z.array(recipient),
  next: z.nullable(z.string()),
});
export type Recipients = Pick<z.infer<typeof recipients>, "counts" | "data">;

const span = z.object({ after: z.number(), to: z.number() });
const release = z.object({ title: z.string(), url: z.string(), status: z.string() });
export type ReleaseFacts = z.infer<typeof release>;

/** The events to send again: after a sequence, or from an instant on; `to` is included. */
export type ReplaySpan = { after: number; to?: number } | { from: string; to?: string };

export interface LogQuery {
  /** The id of a release. */
  release?: string;
  state?: string | undefined;
  /** The number of newest deliveries. */
  limit: number;
}

const PATH = "/api/v1/subscriptions";
/** A killed release answers 410 to everybody but the admin. */
const ABSENT = new Set([404, 410]);

/** POST calls are never retried: most of them are not idempotent. */
const ONCE = { once: true };

export class SubscriptionsApi extends ApiClient {
  /** All subscriptions. */
  async list(query: Partial<Record<"sort" | "status", string | undefined>> = {}): Promise<Subscription[]> {
    return (await this.#pages(subscription, PATH, query, Infinity)).data;
  }

  /** The current state of one subscription; undefined if it does not exist. */
  one(id: string): Promise<Subscription | undefined> {
    return this.#found(this.get(subscription, `${PATH}/${encodeURIComponent(id)}`));
  }

  /** The newest deliveries, and the cursor of older ones. */
  log(id: string, { limit, ...parameters }: LogQuery): Promise<{ data: Delivery[]; next: string | null }> {
    return this.#pages(delivery, `${PATH}/${id}/deliveries`, parameters, limit);
  }

  /** One delivery with every attempt; undefined if it is not in the log. */
  delivery(id: string, event: string): Promise<AttemptedDelivery | undefined> {
    return this.#found(this.get(attempted, `${PATH}/${id}/deliveries/${encodeURIComponent(event)}`));
  }

  async redeliver(id: string, event: string): Promise<void> {
    await this.send("POST", `${PATH}/${id}/deliveries/${encodeURIComponent(event)}/redeliver`, ONCE);
  }

  /** @returns the sequences after which, and up to which, events are sent */
  replay(id: string, wanted: ReplaySpan): Promise<z.infer<typeof span>> {
    return this.post(span, `${PATH}/${id}/replay`, { body: JSON.stringify(wanted), ...ONCE });
  }

  act(id: string, action: "pause" | "resume" | "verify"): Promise<Subscription> {
    return this.post(subscription, `${PATH}/${id}/${action}`, ONCE);
  }

  /** @returns the new token */
  async rotateToken(id: string): Promise<string> {
    const answer = z.object({ token: z.string() });
    return (await this.post(answer, `${PATH}/${id}/rotate-token`, ONCE)).token;
  }

  /** A release as the token may see it; undefined if it does not exist. */
  release(id: string): Promise<ReleaseFacts | undefined> {
    return this.#found(this.get(release, `/api/v1/releases/${id}`));
  }

  /** Every subscription that was sent a release or should have been; undefined if there is no such release. */
  recipients(id: string): Promise<Recipients | undefined> {
    return this.#found(this.#allRecipients(`/api/v1/releases/${id}/recipients`));
  }

  async #allRecipients(path: string): Promise<Recipients> {
    const counts: Recipients["counts"] = {};
    const data: Recipient[] = [];
    let query = "";
    for (;;) {
      const page = await this.get(recipients, path + query);
      for (const [state, count] of Object.entries(page.counts)) counts[state] = (counts[state] ?? 0) + count;
      data.push(...page.data);
      if (page.next === null) return { counts, data };
      query = `?cursor=${encodeURIComponent(page.next)}`;
    }
  }

  async #pages<S extends z.ZodMiniType>(
    row: S,
    path: string,
    parameters: Record<string, string | undefined>,
    limit: number,
  ): Promise<{ data: z.output<S>[]; next: string | null }> {
    const query = new URLSearchParams(defined(parameters) as Record<string, string>);
    const page = z.object({ data: z.array(row), next: z.nullable(z.string()) });
    const data: z.output<S>[] = [];
    for (;;) {
      query.set("limit", String(Math.min(limit - data.length, PAGE_ROWS_MAX)));
      const answer = await this.get(page, `${path}?${query.toString()}`);
      data.push(...answer.data);
      if (answer.next === null || data.length >= limit) return { data, next: answer.next };
      query.set("cursor", answer.next);
    }
  }

  async #found<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof ServiceProblem && ABSENT.has(error.status)) return undefined;
      throw error;
    }
  }
}
