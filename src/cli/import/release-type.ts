/**
 * What kind of text a title announces.
 */
import type { RELEASE_TYPES } from "../../domain/release.ts";

export type ReleaseType = (typeof RELEASE_TYPES)[number];

// The first that fits. A visit is not among them: releases about visits are as common as visit notes.
const ANNOUNCED: readonly [ReleaseType, RegExp][] = [
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

/** @returns `press-release` if the title announces nothing else */
export function guessType(title: string): ReleaseType {
  return ANNOUNCED.find(([, words]) => words.test(title))?.[0] ?? "press-release";
}
