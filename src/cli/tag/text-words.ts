/**
 * A text's words, as search sees them, each with where it stands.
 */
import { searchWords } from "../../domain/search.ts";

/** Part of a text, such as its title. */
export interface TextPart {
  /** The line of its file on which it begins, from 1. */
  line: number;
  text: string;
}

export interface TextWord {
  /** Folded. */
  word: string;
  /** What it was folded from, with the words that it is joined to by a hyphen and the like. */
  written: string;
  line: number;
}

/** Addresses hold words that nobody wrote as such. */
const ADDRESS = /\bhttps?:\/\/[^\s)>\]]+/gi;

export function wordsOf(parts: readonly TextPart[]): TextWord[] {
  return parts.flatMap(({ line: first, text }) =>
    text
      .replace(ADDRESS, " ")
      .split("\n")
      .flatMap((line, index) =>
        line
          .split(/\s+/u)
          .flatMap((written) => searchWords(written).map((word) => ({ word, written, line: first + index }))),
      ),
  );
}
