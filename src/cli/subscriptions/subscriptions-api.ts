/**
 * The service's subscriptions and their logs, as the command line asks for them.
 */
import * as z from "zod/mini";
import { PAGE_ROWS_MAX } from "../../domain/limits.ts";
import { findAdminToken } from "../admin-token.ts";
import { ApiClient, unexpectedAnswer, ServiceProblem } from "../api-client.ts";

// Loose: `--json` prints what the service said, whatever is new in it.
const health = z.looseObject({
  lastSuccess: z.nullable(z.string()),
  lastFailure: z.nullable(z.string()),
  successRate: z.nullable(z.number()),
  waiting: z.number(),
  nextAttempt: z.nullable(z.string()),
});
const subscription = z.looseObject({
  id: z.string(),
  url: z.string(),
  description: z.optional(z.string()),
  status: z.string(),
  reason: z.optional(z.string()),
  since: z.string(),
  /** Only in the list. */
  failingSince: z.optional(z.nullable(z.string())),
  events: z.array(z.string()),
  filter: z.record(z.string(), z.unknown()),
  created: z.string(),
  /** Null before the first report, in the list. */
  health: z.nullable(health),
});
export type Subscription = z.infer<typeof subscription>;

const delivery = z.looseObject({
  event: z.string(),
  type: z.string(),
  sequence: z.nullable(z.number()),
  release: z.nullable(z.string()),
  /** `pending`, `held`, `delivered`, `failed`, `replaced`, or `not-sent`. */
  state: z.string(),
  attempts: z.number(),
  created: z.nullable(z.string()),
  nextAttempt: z.nullable(z.string()),
  reason: z.nullable(z.string()),
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
  answer: z.nullable(z.string()),
});
const attempted = z.extend(delivery, { log: z.array(attempt) });
export type AttemptedDelivery = z.infer<typeof attempted>;

const span = z.object({ after: z.number(), to: z.number() });
const release = z.object({ title: z.string(), url: z.string(), status: z.string() });
export type ReleaseFacts = z.infer<typeof release>;

/** What is sent once more: after a sequence, or from an instant on; the end is included. */
export type ReplaySpan = { after: number; to?: number } | { from: string; to?: string };

export interface LogQuery {
  /** The id of a release. */
  release?: string;
  state?: string;
  /** How many of the newest. */
  limit: number;
}

const PATH = "/api/v1/subscriptions";
const NOT_FOUND = 404;

export class SubscriptionsApi {
  readonly client: ApiClient;
  readonly #token: string | undefined;

  private constructor(client: ApiClient, token: string | undefined) {
    this.client = client;
    this.#token = token;
  }

  static async at(service: URL): Promise<SubscriptionsApi> {
    return new SubscriptionsApi(new ApiClient(service), await findAdminToken(service));
  }

  /** All of them, page after page. */
  list(query: { sort?: string; status?: string } = {}): Promise<Subscription[]> {
    return this.#pages(subscription, PATH, { ...query }, Infinity).then(({ data }) => data);
  }

  /** As it stands now; undefined if there is none. */
  one(id: string): Promise<Subscription | undefined> {
    return this.#found(() => this.#get(subscription, `${PATH}/${encodeURIComponent(id)}`));
  }

  /** The newest of its log, and where older ones would begin. */
  log(id: string, { limit, ...asked }: LogQuery): Promise<{ data: Delivery[]; next: string | null }> {
    return this.#pages(delivery, `${PATH}/${id}/deliveries`, { ...asked }, limit);
  }

  /** One delivery with every attempt; undefined if it is not in the log. */
  delivery(id: string, event: string): Promise<AttemptedDelivery | undefined> {
    return this.#found(() => this.#get(attempted, `${PATH}/${id}/deliveries/${encodeURIComponent(event)}`));
  }

  async redeliver(id: string, event: string): Promise<void> {
    await this.#post(`${PATH}/${id}/deliveries/${encodeURIComponent(event)}/redeliver`);
  }

  /** @returns the sequences after which and up to which it goes */
  async replay(id: string, asked: ReplaySpan): Promise<z.infer<typeof span>> {
    return this.#understood(span, await this.#post(`${PATH}/${id}/replay`, JSON.stringify(asked)));
  }

  async act(id: string, action: "pause" | "resume" | "verify"): Promise<Subscription> {
    return this.#understood(subscription, await this.#post(`${PATH}/${id}/${action}`));
  }

  /** What the office knows of a release; undefined if there is none. */
  release(id: string): Promise<ReleaseFacts | undefined> {
    return this.#found(() => this.#get(release, `/api/v1/releases/${id}`));
  }

  async #pages<S extends z.ZodMiniType>(
    row: S,
    path: string,
    asked: Record<string, string | undefined>,
    limit: number,
  ): Promise<{ data: z.output<S>[]; next: string | null }> {
    const query = new URLSearchParams(
      Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const page = z.object({ data: z.array(row), next: z.nullable(z.string()) });
    const data: z.output<S>[] = [];
    for (;;) {
      query.set("limit", String(Math.min(limit - data.length, PAGE_ROWS_MAX)));
      const answer = await this.#get(page, `${path}?${query.toString()}`);
      data.push(...answer.data);
      if (answer.next === null || data.length >= limit) return { data, next: answer.next };
      query.set("cursor", answer.next);
    }
  }

  async #get<S extends z.ZodMiniType>(shape: S, path: string): Promise<z.output<S>> {
    return this.#understood(shape, await this.client.send({ method: "GET", path, token: this.#token }));
  }

  /** Sent once: a second one would send a second time. */
  #post(path: string, body?: string): Promise<unknown> {
    return this.client.send({
      method: "POST",
      path,
      token: this.#token,
      once: true,
      ...(body !== undefined && { body }),
    });
  }

  #understood<S extends z.ZodMiniType>(shape: S, answer: unknown): z.output<S> {
    const parsed = z.safeParse(shape, answer);
    if (!parsed.success) throw unexpectedAnswer(this.client);
    return parsed.data;
  }

  async #found<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ServiceProblem && error.status === NOT_FOUND) return undefined;
      throw error;
    }
  }
}
