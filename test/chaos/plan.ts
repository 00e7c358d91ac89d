/**
 * What a round is to be, drawn from the seed.
 */
import { Chance } from "./random.ts";
import type { Odds } from "./faulty/faulty-calls.ts";

export const TROUBLES = [
  "service killed",
  "receivers killed",
  "receivers answer 500",
  "receivers hang",
  "receivers reset",
  "receivers answer late",
  "KV throws",
  "objects throw",
] as const;
export type TroubleKind = (typeof TROUBLES)[number];

export interface Trouble {
  kind: TroubleKind;
  /** Milliseconds from the beginning of the round, and how long it lasts. */
  atMs: number;
  forMs: number;
  /** Then it waits for the next 2xx of a publish, and so many milliseconds more. */
  afterAnswerMs: number | undefined;
  /** Which of them, where it is about receivers that live. */
  receivers: number[];
  /** How likely a call throws, where calls throw. */
  odds: Odds;
}

export interface Plan {
  round: number;
  /** The first is what the round is counted under. */
  troubles: [Trouble, ...Trouble[]];
  /** Nobody asks anything of the service any more once a call has broken off. */
  isSilent: boolean;
}

const LATEST_MS = 1_500;
const LASTS_MS = { least: 100, most: 2_500 };
/** The worst moment is right after an answer; mostly at once. */
const AFTER_ANSWER_MS = 120;
/** How often a second trouble comes on top. */
const TWO_AT_ONCE = 0.33;

/**
 * @param kinds of trouble that come
 * @param receivers how many there are
 */
export function planOf(seed: number, round: number, kinds: readonly TroubleKind[], receivers: number): Plan {
  // Dealt like cards, so that each comes as often as the others.
  const deck = Math.floor(round / kinds.length);
  const kind = new Chance(seed, "deck", deck).shuffled(kinds)[round % kinds.length] ?? TROUBLES[0];
  const chance = new Chance(seed, "plan", round);
  const first = troubleOf(kind, chance, receivers);
  const isSilent = chance.happens(0.5);
  const second = chance.happens(TWO_AT_ONCE) ? [troubleOf(chance.pick(kinds), chance, receivers)] : [];
  return { round, troubles: [first, ...second], isSilent };
}

function troubleOf(kind: TroubleKind, chance: Chance, receivers: number): Trouble {
  const all = Array.from({ length: receivers }, (_, index) => index);
  const isAfterAnswer = chance.happens(0.5);
  const afterAnswerMs = Math.floor(chance.between(0, 1) ** 3 * AFTER_ANSWER_MS);
  const odds = chance.between(0.05, 0.6);
  const when = chance.whole(0, 2);
  return {
    kind,
    atMs: Math.floor(chance.between(0, LATEST_MS)),
    // Mostly short.
    forMs: Math.floor(LASTS_MS.least + chance.between(0, 1) ** 2 * (LASTS_MS.most - LASTS_MS.least)),
    afterAnswerMs: isAfterAnswer ? afterAnswerMs : undefined,
    receivers: chance.happens(0.5) ? all : all.filter(() => chance.happens(0.5)),
    odds: { before: when === 1 ? 0 : odds, after: when === 0 ? 0 : odds },
  };
}

/** In words, for the line of the round. */
export function inWords({ troubles, isSilent }: Plan): string {
  const each = troubles.map(({ kind, atMs, forMs, receivers, odds, afterAnswerMs }) => {
    const which = /^receivers (?!killed)/.test(kind) ? ` (${receivers.join(",") || "none"})` : "";
    const likely = /throws?$/.test(kind) ? ` (${odds.before.toFixed(2)}/${odds.after.toFixed(2)})` : "";
    const moment = afterAnswerMs === undefined ? atMs : `${atMs} and ${afterAnswerMs} after an answer`;
    return `${kind}${which}${likely} at ${moment} for ${forMs} ms`;
  });
  return `${each.join(" + ")}${isSilent ? ", then silence" : ""}`;
}
