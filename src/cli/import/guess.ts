/**
 * Guesses the language and the type of a copied text.
 */
import type { RELEASE_TYPES } from "../../domain/release.ts";

export interface DetectedLanguage {
  /** BCP 47. */
  lang: string;
  isSure: boolean;
}

export type ReleaseType = (typeof RELEASE_TYPES)[number];

/** Letters below which the detection is not reliable. */
const LETTERS_MIN = 60;
/** Characters examined: more do not change the result. */
const CHARS_MAX = 20_000;

// The first match wins. There is no pattern for visits: the title of a visit note reads like any other.
const TYPE_PATTERNS: readonly [ReleaseType, RegExp][] = [
  [
    "qa",
    /questions? and answers?|\bq\s?(?:&|and)\s?a\b|вопрос\S* и ответ|հարց ու պատասխան|questions[ -]réponses/i,
  ],
  ["interview", /\binterview|интервью|հարցազրույց|\bentretien accordé/i],
  [
    "speech",
    /\bspeech\b|\bremarks\b|\baddress (?:by|of|at)\b|выступление|речь|ելույթ|խոսք|\bdiscours\b|\ballocution\b/i,
  ],
  ["statement", /\bstatement\b|заявление|հայտարարություն|\bdéclaration\b/i],
];

/** @returns undefined if no language is recognised */
export async function detectLanguage(text: string): Promise<DetectedLanguage | undefined> {
  // Loading its tables takes half a second, which no other command should wait for.
  const { eld } = await import("eld/small");
  const result = eld.detect(text.slice(0, CHARS_MAX));
  if (result.language === "") return undefined;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return { lang: result.language, isSure: result.isReliable() && letters >= LETTERS_MIN };
}

/** @returns `press-release` if the title matches no other type */
export function guessType(title: string): ReleaseType {
  return TYPE_PATTERNS.find(([, pattern]) => pattern.test(title))?.[0] ?? "press-release";
}
