/**
 * How many words differ between two texts, and which: for the judgement whether a change is minor.
 */
import { diffArrays } from "diff";
import { differingMiddles } from "./difference.ts";

/** Words that are replaced in a row; `from` or `to` is empty where words are only added or deleted. */
export interface WordChange {
  from: string[];
  to: string[];
}

export interface ChangedWords {
  /** A replaced word counts once. */
  count: number;
  changes: WordChange[];
}

/**
 * Splits words by the rules of the language; marks and spaces are no words.
 *
 * @param countMax beyond this the texts are not compared to their ends
 * @returns `count` is Infinity beyond `countMax`; then `changes` has only where the texts begin to differ
 */
export function changedWords(before: string, after: string, lang: string, countMax: number): ChangedWords {
  const [older, newer] = differingMiddles(before, after).map((text) => wordsIn(text, lang)) as [
    string[],
    string[],
  ];
  const found = diffArrays(older, newer, { maxEditLength: 2 * countMax });
  if (found === undefined) {
    const start = (words: readonly string[]) => words.slice(0, WORDS_SHOWN);
    return { count: Infinity, changes: [{ from: start(older), to: start(newer) }] };
  }
  const changes: WordChange[] = [];
  let isOpen = false;
  for (const { added, removed, value } of found) {
    if (added || removed) {
      if (!isOpen) changes.push({ from: [], to: [] });
      changes.at(-1)?.[added ? "to" : "from"].push(...value);
    }
    isOpen = added || removed;
  }
  return { count: changes.reduce((sum, { from, to }) => sum + Math.max(from.length, to.length), 0), changes };
}

/** Words of a change that has too many to show them all. */
const WORDS_SHOWN = 8;

/** The words of a text, in their order. */
export function wordsIn(text: string, lang: string): string[] {
  const segmenter = new Intl.Segmenter(lang, { granularity: "word" });
  return Array.from(segmenter.segment(text)).flatMap(({ segment, isWordLike }) =>
    isWordLike === true ? [segment] : [],
  );
}
