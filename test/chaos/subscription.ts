/**
 * One subscription and its endpoint. It is paused and resumed, rotates its secret, and requests deliveries
 * again.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "./random.ts";
import { type EventSelection, ExpectedEvents } from "./expected-events.ts";
import type { EndpointFile } from "./endpoint-file.ts";
import { KnownSecrets } from "./known-secrets.ts";
import type { ServiceCalls } from "./service-calls.ts";

export interface SubscriptionOptions extends EventSelection {
  content: "full" | "summary";
  asymmetric: boolean;
}

/** A period without deliveries, from the answer to the pause on. Milliseconds since 1970. */
interface Pause {
  answeredMs: number;
  endedMs: number;
}

const PAUSE_MS = { least: 200, most: 2_800 };
const OVERLAP_SECONDS = { least: 25, most: 120 };
const REPLAYED_MAX = 40;
const REPEATED = ["redeliver", "replay"] as const;

export class Subscription {
  readonly options: SubscriptionOptions;
  readonly id: string;
  readonly file: EndpointFile;
  readonly expected: ExpectedEvents;
  readonly secrets: KnownSecrets;
  readonly pauses: Pause[] = [];
  readonly violations: string[] = [];
  readonly #token: string;
  readonly #calls: ServiceCalls;
  #mayBePaused = false;

  constructor(
    options: SubscriptionOptions,
    made: { id: string; token: string; secret: string },
    file: EndpointFile,
    calls: ServiceCalls,
  ) {
    this.options = options;
    this.id = made.id;
    this.file = file;
    this.expected = new ExpectedEvents(options);
    this.secrets = new KnownSecrets(made.secret, Date.now());
    this.#token = made.token;
    this.#calls = calls;
  }

  /** Does one randomly chosen action. @returns false if its outcome is unknown */
  async act(random: Random): Promise<boolean> {
    const kind = random.pick(["pause", "rotate", "repeat", "repeat"] as const);
    switch (kind) {
      case "pause":
        return this.#pauseFor(random.between(PAUSE_MS.least, PAUSE_MS.most));
      case "rotate":
        return this.rotate(random.integer(OVERLAP_SECONDS.least, OVERLAP_SECONDS.most));
      case "repeat":
        return this.#repeat(random);
    }
  }

  /** Ends a possible pause. @returns false if the outcome is unknown */
  async resume(): Promise<boolean> {
    if (!this.#mayBePaused) return true;
    const requestedMs = Date.now();
    const outcome = await this.call("POST", "/resume");
    // The pause may end at any time after the request, whatever the outcome.
    const current = this.pauses.at(-1);
    if (current?.endedMs === Infinity) current.endedMs = requestedMs;
    if (outcome.kind === "refused") this.#reportRefusal("resume", outcome);
    if (outcome.kind === "answered") this.#mayBePaused = false;
    return outcome.kind !== "unknown";
  }

  async rotate(overlapSeconds: number): Promise<boolean> {
    const requestedMs = Date.now();
    const outcome = await this.call<{ secret: string }>("POST", "/rotate-secret", { overlapSeconds });
    const secret = outcome.kind === "answered" ? outcome.answer.secret : undefined;
    if (outcome.kind === "refused") this.#reportRefusal("rotate-secret", outcome);
    else this.secrets.recordRotation(secret, overlapSeconds * 1000, requestedMs, Date.now());
    return outcome.kind !== "unknown";
  }

  call<T>(method: string, path: string, body?: unknown) {
    return this.#calls.call<T>(method, `/api/v1/subscriptions/${this.id}${path}`, this.#token, body);
  }

  /** Like {@link call}, but throws unless the service answers 2xx. */
  answer<T>(method: string, path: string): Promise<T> {
    return this.#calls.answer<T>(method, `/api/v1/subscriptions/${this.id}${path}`, this.#token);
  }

  async #pauseFor(ms: number): Promise<boolean> {
    this.#mayBePaused = true;
    const outcome = await this.call("POST", "/pause");
    if (outcome.kind === "refused") this.#reportRefusal("pause", outcome);
    if (outcome.kind === "answered") this.pauses.push({ answeredMs: Date.now(), endedMs: Infinity });
    if (outcome.kind === "unknown") return false;
    await delay(ms);
    return this.resume();
  }

  /** Requests one event, or all from a sequence on, once more. Their rows in the delivery log already exist. */
  async #repeat(random: Random): Promise<boolean> {
    const received = [...this.expected.events.values()];
    if (received.length === 0) return true;
    const { data } = random.pick(received);
    const { sequence } = data;
    const kind = random.pick(REPEATED);
    const outcome =
      kind === "redeliver"
        ? await this.call("POST", `/deliveries/${data.id}/redeliver`)
        : await this.call("POST", "/replay", { after: sequence - 1, to: sequence + REPLAYED_MAX });
    // 409: the subscription is paused, the event was replaced, or a replay is in progress.
    if (outcome.kind === "refused" && outcome.status !== 409) this.#reportRefusal(kind, outcome);
    return outcome.kind !== "unknown";
  }

  #reportRefusal(what: string, { status, text }: { status: number; text: string }): void {
    this.violations.push(`${what} of ${this.id} was refused: ${status} ${text}`);
  }
}
