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
  const parts = changedLines(before, after, countMax);
  const units = parts.reduce((sum, [older, newer]) => sum + older.length + newer.length, 0);
  const found = parts.map(([older, newer]) =>
    units > CHANGED_UNITS_MAX ? undefined : wordChanges(wordsIn(older, lang), wordsIn(newer, lang), countMax),
  );
  const changes = found.flatMap((each, index) => each ?? startOf(parts[index] ?? ["", ""], lang));
  const count = changes.reduce((sum, { from, to }) => sum + Math.max(from.length, to.length), 0);
  return { count: found.includes(undefined) ? Infinity : count, changes };
}

/** The lines that differ, before and after: comparing lines is fast. One pair if too many differ. */
function changedLines(before: string, after: string, countMax: number): [older: string, newer: string][] {
  const [older, newer] = differingMiddles(before, after);
  const found = diffArrays(older.split("\n"), newer.split("\n"), { maxEditLength: 2 * countMax });
  if (found === undefined) return [[older, newer]];
  const parts: [string, string][] = [];
  let isOpen = false;
  for (const { added, removed, value } of found) {
    if (added || removed) {
      if (!isOpen) parts.push(["", ""]);
      const last = parts.at(-1);
      if (last !== undefined) last[added ? 1 : 0] += `${value.join("\n")}\n`;
    }
    isOpen = added || removed;
  }
  return parts;
}

/** Words with which a change begins that is not compared to its end. */
function startOf(texts: readonly [string, string], lang: string): WordChange {
  const [from = [], to = []] = texts.map((text) =>
    wordsIn(text.slice(0, START_UNITS), lang).slice(0, WORDS_SHOWN),
  );
  return { from, to };
}

/** @returns undefined beyond `countMax` */
function wordChanges(
  older: readonly string[],
  newer: readonly string[],
  countMax: number,
): WordChange[] | undefined {
  const found = diffArrays([...older], [...newer], { maxEditLength: 2 * countMax });
  if (found === undefined) return undefined;
  const changes: WordChange[] = [];
  let isOpen = false;
  for (const { added, removed, value } of found) {
    if (added || removed) {
      if (!isOpen) changes.push({ from: [], to: [] });
      changes.at(-1)?.[added ? "to" : "from"].push(...value);
    }
    isOpen = added || removed;
  }
  return changes;
}

/** Words of a change that has too many to show them all, and UTF-16 units in which they are looked for. */
const WORDS_SHOWN = 8;
const START_UNITS = 1_000;
/** UTF-16 units of changed lines beyond which no change is small, and finding the words takes tens of milliseconds. */
const CHANGED_UNITS_MAX = 100_000;

/** The words of a text, in their order. */
export function wordsIn(text: string, lang: string): string[] {
  const segmenter = new Intl.Segmenter(lang, { granularity: "word" });
  return Array.from(segmenter.segment(text)).flatMap(({ segment, isWordLike }) =>
    // A fraction such as ½ is no word to the platform.
    isWordLike === true || /\p{N}/u.test(segment) ? [segment] : [],
  );
}
