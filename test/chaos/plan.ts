/**
 * The plan of a round, drawn from the seed.
 */
import { Random } from "./random.ts";
import type { Odds } from "./faulty/faulty-calls.ts";

export const FAILURE_KINDS = [
  "service killed",
  "endpoints killed",
  "endpoints answer 500",
  "endpoints hang",
  "endpoints reset",
  "endpoints answer late",
  "endpoints put off",
  "endpoints answer undecodably",
  "endpoints cut answers off",
  "KV throws",
  "objects throw",
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface Failure {
  kind: FailureKind;
  /** Start, in milliseconds from the start of the round, and duration. */
  atMs: number;
  forMs: number;
  /** If set, the failure also waits for the next 2xx to a change, and then this many milliseconds. */
  afterAnswerMs: number | undefined;
  /** Indexes of the endpoints that misbehave. */
  endpoints: number[];
  /** The odds that a call throws. */
  odds: Odds;
}

export interface Plan {
  round: number;
  /** Results count under the first failure. */
  failures: [Failure, ...Failure[]];
  /** Whether clients stop after the first call without an answer. */
  isSilent: boolean;
}

const LATEST_MS = 1_500;
const LASTS_MS = { least: 100, most: 2_500 };
/** Upper bound of the delay after an answer. Failures right after an answer are the hardest to recover from. */
const AFTER_ANSWER_MS = 120;
/** Share of rounds with a second failure. */
const SECOND_FAILURE = 0.33;

/**
 * @param kinds the failures to choose from
 * @param endpoints number of endpoints
 */
export function drawPlan(
  seed: number,
  round: number,
  kinds: readonly FailureKind[],
  endpoints: number,
): Plan {
  // Each deck holds every kind once, so that all kinds occur equally often.
  const deck = Math.floor(round / kinds.length);
  const kind = new Random(seed, "deck", deck).shuffle(kinds)[round % kinds.length] ?? FAILURE_KINDS[0];
  const random = new Random(seed, "plan", round);
  const first = drawFailure(kind, random, endpoints);
  const isSilent = random.chance(0.5);
  const second = random.chance(SECOND_FAILURE) ? [drawFailure(random.pick(kinds), random, endpoints)] : [];
  return { round, failures: [first, ...second], isSilent };
}

function drawFailure(kind: FailureKind, random: Random, endpoints: number): Failure {
  const all = Array.from({ length: endpoints }, (_, index) => index);
  const waitsForAnswer = random.chance(0.5);
  const afterAnswerMs = Math.floor(random.between(0, 1) ** 3 * AFTER_ANSWER_MS);
  const odds = random.between(0.05, 0.6);
  const when = random.integer(0, 2);
  return {
    kind,
    atMs: Math.floor(random.between(0, LATEST_MS)),
    // Squared, so that most failures are short.
    forMs: Math.floor(LASTS_MS.least + random.between(0, 1) ** 2 * (LASTS_MS.most - LASTS_MS.least)),
    afterAnswerMs: waitsForAnswer ? afterAnswerMs : undefined,
    endpoints: random.chance(0.5) ? all : all.filter(() => random.chance(0.5)),
    odds: { before: when === 1 ? 0 : odds, after: when === 0 ? 0 : odds },
  };
}

/** One line for the progress output. */
export function describe({ failures, isSilent }: Plan): string {
  const each = failures.map(({ kind, atMs, forMs, endpoints, odds, afterAnswerMs }) => {
    const which = /^endpoints (?!killed)/.test(kind) ? ` (${endpoints.join(",") || "none"})` : "";
    const oddsText = /throws?$/.test(kind) ? ` (${odds.before.toFixed(2)}/${odds.after.toFixed(2)})` : "";
    const moment = afterAnswerMs === undefined ? atMs : `${atMs} and ${afterAnswerMs} after an answer`;
    return `${kind}${which}${oddsText} at ${moment} for ${forMs} ms`;
  });
  return `${each.join(" + ")}${isSilent ? ", then silence" : ""}`;
}
