/**
 * Search: how a text becomes words, and how a query is parsed. The index, lists and the matching of events
 * all use this, so that they find the same releases.
 */

import { SEARCHES_REMEMBERED_MAX } from "./limits.ts";
import { memoized } from "./memoized.ts";

/** Finds texts with every phrase of `all` and no phrase of `none`. A phrase may be a single word. */
export interface SearchQuery {
  all: readonly (readonly string[])[];
  none: readonly (readonly string[])[];
}

/** Raise this when {@link searchWords} changes: the Newsroom then rebuilds its index (newsroom/lists/reindex.ts). */
export const SEARCH_INDEX_VERSION = 2;

/**
 * The words of a text in lower case, without diacritics and ligatures, so that `élève` finds `Eleve`.
 * Spellings of one letter become one: `և` and `եվ` (its usual capitals) become `եւ`, `ß` becomes `ss`, and a
 * final sigma becomes a sigma.
 */
export function searchWords(text: string): string[] {
  const folded = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replaceAll("եվ", "եւ")
    .replaceAll("ß", "ss")
    .replaceAll("ς", "σ");
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * Parses words, `"phrases"` and `-exclusions`. Never fails: what is not a word is ignored. Remembers what it
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

/** How many words a search has, those of phrases and exclusions included. */
export function countSearchWords(text: string): number {
  const { all, none } = parseSearch(text);
  return [...all, ...none].reduce((sum, words) => sum + words.length, 0);
}

/** Whether a search has no word and so finds everything. */
export function isEmptySearch(text: string): boolean {
  return countSearchWords(text) === 0;
}

function* partsOf(text: string): Generator<[minus: string, part: string]> {
  for (const [, minus, phrase, word] of text.matchAll(/(-?)(?:"([^"]*)"?|(\S+))/gu)) {
    yield [minus ?? "", phrase ?? word ?? ""];
  }
}

/**
 * The canonical spelling of a search: lower case, words only, each part once, sorted. It finds what the
 * original finds.
 */
export function canonicalSearch(text: string): string {
  const parts = Array.from(partsOf(text), ([minus, part]) => {
    const words =
      part
        .normalize("NFKC")
        .toLowerCase()
        .normalize("NFKC")
        .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
    const shown = words.join(" ");
    const found = searchWords(shown);
    return found.length === 0 ? "" : `${minus}${words.length > 1 ? `"${shown}"` : shown}`;
  });
  return [...new Set(parts.filter((part) => part !== ""))].sort().join(" ");
}

/** Words as {@link isFound} takes them: a space on both sides of each makes a phrase match whole words only. */
export function joinWords(words: readonly string[]): string {
  return ` ${words.join(" ")} `;
}

/**
 * Whether a query finds a text. An empty query finds everything.
 *
 * @param words of the text, from {@link joinWords}
 */
export function isFound(words: string, query: SearchQuery): boolean {
  const holds = (phrase: readonly string[]) => words.includes(joinWords(phrase));
  return query.all.every(holds) && !query.none.some(holds);
}
