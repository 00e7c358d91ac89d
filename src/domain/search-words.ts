/**
 * The words of a text, as searches compare them in memory and as the index of words holds them.
 *
 * Scripts without spaces between words have no words that a computer could cut reliably. What stands between two
 * spaces, marks or letters of other scripts is one run, and a search finds each part of a run. The index holds a run
 * character by character.
 */
import { fold } from "./folding.ts";

const WORDS = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
/** Chinese, Japanese, Thai and others; and Korean, whose particles are attached to the word. */
const UNSPACED =
  "[\\p{scx=Hani}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Bopo}\\p{scx=Hang}\\p{scx=Yiii}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}\\p{scx=Tale}\\p{scx=Talu}\\p{scx=Lana}\\p{scx=Tavt}\\p{scx=Java}\\p{scx=Bali}]";
// Apart from WORDS, because one expression for both takes an isolate 10 ms when it is first used.
const ANY_UNSPACED = new RegExp(UNSPACED, "u");
const UNSPACED_FIRST = new RegExp(`^${UNSPACED}`, "u");
const LETTER = `(?!\\p{M})${UNSPACED}`;
const RUNS_AND_OTHERS = new RegExp(`(?:${LETTER}\\p{M}*)+|(?:(?!${LETTER}).)+`, "gu");
/** A letter of a run with its marks. */
const CHARACTERS = /\P{M}\p{M}*/gu;

/** Between two runs in the index: no word, so that a search does not find what begins in one and ends in the other. */
const RUN_BREAK = "__";

/** The words of a text, folded. A run of a script without spaces is one word here. */
export function searchWords(text: string): string[] {
  const folded = fold(text);
  const words = folded.match(WORDS) ?? [];
  return ANY_UNSPACED.test(folded) ? words.flatMap((word) => word.match(RUNS_AND_OTHERS) ?? []) : words;
}

/** Whether a word of {@link searchWords} is a run, of which searches find each part. */
export function isRun(word: string | undefined): boolean {
  return word !== undefined && UNSPACED_FIRST.test(word);
}

/** The characters of a run, or a word as it is. */
export function charactersOf(word: string): string[] {
  return isRun(word) ? (word.match(CHARACTERS) ?? []) : [word];
}

/** Words as {@link holdsPhrase} takes them: with a space on both sides of each. */
export function joinWords(words: readonly string[]): string {
  return ` ${words.join(" ")} `;
}

/**
 * Whether the words of a text contain a phrase: whole words, but runs from and to any of their characters.
 *
 * @param words of the text, from {@link joinWords}
 */
export function holdsPhrase(words: string, phrase: readonly string[]): boolean {
  const start = isRun(phrase[0]) ? "" : " ";
  const end = isRun(phrase.at(-1)) ? "" : " ";
  return words.includes(start + phrase.join(" ") + end);
}

/**
 * The entries of the index for words, separated by spaces.
 *
 * @param words from {@link joinWords}
 */
export function indexEntries(words: string): string {
  return ANY_UNSPACED.test(words) ? entriesOf(words.trim().split(" ")).join(" ") : words;
}

/** A query of FTS5 that finds what {@link holdsPhrase} finds. Words have no quotation marks. */
export function phraseQuery(phrase: readonly string[]): string {
  // A star makes the last entry a beginning: the last character of a run may have further marks.
  return `"${entriesOf(phrase).join(" ")}"${isRun(phrase.at(-1)) ? " *" : ""}`;
}

/** How many entries of the index a phrase looks for. */
export function countEntries(phrase: readonly string[]): number {
  return entriesOf(phrase).length;
}

function entriesOf(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const isAfterRun = isRun(word) && isRun(words[index - 1]);
    return isAfterRun ? [RUN_BREAK, ...charactersOf(word)] : charactersOf(word);
  });
}
