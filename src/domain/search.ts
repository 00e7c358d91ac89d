/**
 * Words as search sees them, and what somebody searches for. One implementation for the index, for
 * lists and for matching an event: a text found by one is found by all.
 */

/** What was asked: every phrase of `all` and none of `none`; a single word is a phrase of one. */
export interface SearchQuery {
  all: readonly (readonly string[])[];
  none: readonly (readonly string[])[];
}

/** Raise it when {@link searchWords} gives other words than before: the index is made anew (newsroom/refolding.ts). */
export const SEARCH_INDEX_VERSION = 2;

/**
 * The words of a text: folded to lower case and without diacritics or ligatures, so that `élève`
 * finds `Eleve`. What has several spellings in one case has one here: `և` is `եւ` and, as its capitals
 * are mostly written, `եվ`; `ß` is `ss`, and a sigma at the end of a word is a sigma.
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

/** Words, `"phrases"` and `-not`, as people type them. Never fails: what is no word is passed over. */
export function parseSearch(text: string): SearchQuery {
  const all: string[][] = [];
  const none: string[][] = [];
  for (const [minus, part] of partsOf(text)) {
    const words = searchWords(part);
    if (words.length > 0) (minus ? none : all).push(words);
  }
  return { all, none };
}

/** Whether there is no word in a search: it would find everything. */
export function isEmptySearch(text: string): boolean {
  const { all, none } = parseSearch(text);
  return all.length === 0 && none.length === 0;
}

function* partsOf(text: string): Generator<[minus: string, part: string]> {
  for (const [, minus, phrase, word] of text.matchAll(/(-?)(?:"([^"]*)"?|(\S+))/gu)) {
    yield [minus ?? "", phrase ?? word ?? ""];
  }
}

/**
 * The one way to write a search: as typed, but in lower case, without what is no word, each part once,
 * in order. It finds what the original finds.
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

/** Whether a text, given as its words, is found. An empty query finds everything. */
export function isFound(words: readonly string[], query: SearchQuery): boolean {
  // Spaces on both sides make a phrase match whole words only.
  const text = ` ${words.join(" ")} `;
  const holds = (phrase: readonly string[]) => text.includes(` ${phrase.join(" ")} `);
  return query.all.every(holds) && !query.none.some(holds);
}
