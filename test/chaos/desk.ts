/**
 * A newsroom desk: one subscription with its receiver, which is paused and resumed, gets new secrets,
 * and asks again for what it had.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Chance } from "./random.ts";
import { type Asked, Expected } from "./expected.ts";
import type { ReceiverFile } from "./receiver-file.ts";
import { KnownSecrets } from "./secrets-known.ts";
import type { ServiceCalls } from "./service-calls.ts";

export interface DeskWishes extends Asked {
  content: "full" | "summary";
  asymmetric: boolean;
}

/** While nothing may set out to the desk. Milliseconds since 1970. */
interface Pause {
  answeredMs: number;
  endedMs: number;
}

const PAUSE_MS = { least: 200, most: 2_800 };
const OVERLAP_SECONDS = { least: 25, most: 120 };
const REPLAYED_MAX = 40;
const REPEATED = ["redeliver", "replay"] as const;

export class Desk {
  readonly wishes: DeskWishes;
  readonly id: string;
  readonly file: ReceiverFile;
  readonly expected: Expected;
  readonly secrets: KnownSecrets;
  readonly pauses: Pause[] = [];
  readonly violations: string[] = [];
  readonly #token: string;
  readonly #calls: ServiceCalls;
  #mayBePaused = false;

  constructor(
    wishes: DeskWishes,
    made: { id: string; token: string; secret: string },
    file: ReceiverFile,
    calls: ServiceCalls,
  ) {
    this.wishes = wishes;
    this.id = made.id;
    this.file = file;
    this.expected = new Expected(wishes);
    this.secrets = new KnownSecrets(made.secret, Date.now());
    this.#token = made.token;
    this.#calls = calls;
  }

  /** One thing that a desk does now and then. @returns whether it is known what came of it */
  async act(chance: Chance): Promise<boolean> {
    const kind = chance.pick(["pause", "rotate", "repeat", "repeat"] as const);
    switch (kind) {
      case "pause":
        return this.#pauseFor(chance.between(PAUSE_MS.least, PAUSE_MS.most));
      case "rotate":
        return this.rotate(chance.whole(OVERLAP_SECONDS.least, OVERLAP_SECONDS.most));
      case "repeat":
        return this.#askAgain(chance);
    }
  }

  /** Ends a pause that may be on. @returns false if that is not known */
  async resume(): Promise<boolean> {
    if (!this.#mayBePaused) return true;
    const askedMs = Date.now();
    const outcome = await this.call("POST", "/resume");
    // From here on it may be on no more, whatever came of it.
    const present = this.pauses.at(-1);
    if (present?.endedMs === Infinity) present.endedMs = askedMs;
    if (outcome.kind === "refused") this.#refused("resume", outcome);
    if (outcome.kind === "answered") this.#mayBePaused = false;
    return outcome.kind !== "unknown";
  }

  async rotate(overlapSeconds: number): Promise<boolean> {
    const askedMs = Date.now();
    const outcome = await this.call<{ secret: string }>("POST", "/rotate-secret", { overlapSeconds });
    const secret = outcome.kind === "answered" ? outcome.answer.secret : undefined;
    if (outcome.kind === "refused") this.#refused("rotate-secret", outcome);
    else this.secrets.rotated(secret, overlapSeconds * 1000, askedMs, Date.now());
    return outcome.kind !== "unknown";
  }

  call<T>(method: string, path: string, body?: unknown) {
    return this.#calls.call<T>(method, `/api/v1/subscriptions/${this.id}${path}`, this.#token, body);
  }

  /** The same where all is well. */
  answer<T>(method: string, path: string): Promise<T> {
    return this.#calls.answer<T>(method, `/api/v1/subscriptions/${this.id}${path}`, this.#token);
  }

  async #pauseFor(ms: number): Promise<boolean> {
    this.#mayBePaused = true;
    const outcome = await this.call("POST", "/pause");
    if (outcome.kind === "refused") this.#refused("pause", outcome);
    if (outcome.kind === "answered") this.pauses.push({ answeredMs: Date.now(), endedMs: Infinity });
    if (outcome.kind === "unknown") return false;
    await delay(ms);
    return this.resume();
  }

  /** One event, or all since a sequence; they come once more, in rows that are there. */
  async #askAgain(chance: Chance): Promise<boolean> {
    const had = [...this.expected.events.values()];
    if (had.length === 0) return true;
    const { data } = chance.pick(had);
    const { sequence } = data;
    const kind = chance.pick(REPEATED);
    const outcome =
      kind === "redeliver"
        ? await this.call("POST", `/deliveries/${data.id}/redeliver`)
        : await this.call("POST", "/replay", { after: sequence - 1, to: sequence + REPLAYED_MAX });
    // 409: it is paused, or was replaced, or a replay is in progress.
    if (outcome.kind === "refused" && outcome.status !== 409) this.#refused(kind, outcome);
    return outcome.kind !== "unknown";
  }

  #refused(what: string, { status, text }: { status: number; text: string }): void {
    this.violations.push(`${what} of ${this.id} was refused: ${status} ${text}`);
  }
}
