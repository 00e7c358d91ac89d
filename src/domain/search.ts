/**
 * Search: how a query is parsed and compared. The index, lists and the matching of events all use this, so that
 * they find the same releases.
 */

import { plainWords } from "./folding.ts";
import { RUN_CHARACTERS_PER_WORD, SEARCHES_REMEMBERED_MAX } from "./limits.ts";
import { memoized } from "./memoized.ts";
import { charactersOf, countEntries, holdsPhrase, isRun, searchWords } from "./search-words.ts";

/** Finds texts with every phrase of `all` and no phrase of `none`. A phrase may be a single word. */
export interface SearchQuery {
  all: readonly (readonly string[])[];
  none: readonly (readonly string[])[];
}

/** Raise this when {@link searchWords} changes: the Newsroom then rebuilds its index (newsroom/lists/reindex.ts). */
export const SEARCH_INDEX_VERSION = 3;

/**
 * Parses words, `"phrases"` in quotation marks of any language, and `-exclusions`. Never fails: what is not a word is ignored. Remembers what it
 * parsed, because each event is compared with the searches of all subscriptions.
 */
export const parseSearch = memoized(parse, SEARCHES_REMEMBERED_MAX);

function parse(text: string): SearchQuery {
  const all: string[][] = [];
  const none: string[][] = [];
  for (const [minus, part] of partsOf(text)) {
    const words = searchWords(part);
    if (words.length > 0) (minus ? none : all).push(words);
  }
  return { all, none };
}

/**
 * How many words a search has, those of phrases and exclusions included. Of a script without spaces, each
 * RUN_CHARACTERS_PER_WORD characters are a word.
 */
export function countSearchWords(text: string): number {
  return sumOf(text, (phrase) =>
    phrase.reduce(
      (sum, word) => sum + (isRun(word) ? Math.ceil(charactersOf(word).length / RUN_CHARACTERS_PER_WORD) : 1),
      0,
    ),
  );
}

/** The beginning of a search that has at most so many words, as {@link countSearchWords} counts. */
export function firstWords(text: string, wordsMax: number): string {
  const parts = text.trim().split(/\s+/u);
  let count = parts.length;
  while (countSearchWords(parts.slice(0, count).join(" ")) > wordsMax) count -= 1;
  return parts.slice(0, count).join(" ");
}

/** How many entries of the index a search looks for. */
export function countSearchEntries(text: string): number {
  return sumOf(text, countEntries);
}

function sumOf(text: string, count: (phrase: readonly string[]) => number): number {
  const { all, none } = parseSearch(text);
  return [...all, ...none].reduce((sum, phrase) => sum + count(phrase), 0);
}

/** Whether a search has no word and so finds everything. */
export function isEmptySearch(text: string): boolean {
  return countSearchWords(text) === 0;
}

/** Any of them opens or closes a phrase: languages differ in which does what. */
const QUOTES = '"\u201C-\u201F«»‹›「」『』〈〉《》⟪⟫〝〞〟｢｣＂❝❞';
/** Those that also open a phrase directly after a letter, as in `l’« État »`. */
const OPENING_QUOTES = "«‹„「『〈《⟪〝｢";
/** Single quotation marks are also apostrophes: they make a phrase only around words. */
const SINGLE = "[‘‚‛](?=[^\\s’‘]+\\s)([^’‘]*)[’‘](?=\\s|$)";
const PART = new RegExp(
  `(-?)(?:[${QUOTES}]+([^${QUOTES}]*)[${QUOTES}]*|${SINGLE}|([^\\s${OPENING_QUOTES}]+))`,
  "gu",
);

function* partsOf(text: string): Generator<[minus: string, part: string]> {
  for (const [, minus, phrase, single, word] of plainWords(text).matchAll(PART)) {
    yield [minus ?? "", phrase ?? single ?? word ?? ""];
  }
}

/**
 * The canonical spelling of a search: lower case, words only, each part once, sorted. It finds what the
 * original finds.
 */
export function canonicalSearch(text: string): string {
  const parts = Array.from(partsOf(text), ([minus, part]) => {
    const plain = plainWords(part.normalize("NFKC").toLowerCase().normalize("NFKC"));
    const words = plain.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
    const shown = words.join(" ");
    const found = searchWords(shown);
    return found.length === 0 ? "" : `${minus}${words.length > 1 ? `"${shown}"` : shown}`;
  });
  return [...new Set(parts.filter((part) => part !== ""))].sort().join(" ");
}

/**
 * Whether a query finds a text. An empty query finds everything.
 *
 * @param words of the text, from `joinWords`
 */
export function isFound(words: string, query: SearchQuery): boolean {
  const holds = (phrase: readonly string[]) => holdsPhrase(words, phrase);
  return query.all.every(holds) && !query.none.some(holds);
}
