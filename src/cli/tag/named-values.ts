/**
 * Finds the values of a registry that a text names.
 */
import type { Registry } from "../../domain/registry.ts";
import { type Facet, FACETS } from "../../domain/release.ts";
import { charactersOf, isRun, searchWords } from "../../domain/search-words.ts";
import { formsOf } from "./word-forms.ts";

/** A part of a text, such as its title. */
export interface TextPart {
  /** The line of the file at which the part begins, from 1. */
  line: number;
  text: string;
}

export interface TextWord {
  /** The word as search folds it; in scripts without spaces, one character. */
  word: string;
  /** As written, with the words that a hyphen joins to it. */
  written: string;
  /** Stands beside the next one without a space. */
  isCharacter: boolean;
  line: number;
}

/** A value that the words from `start` to before `end` name. */
export interface Mention {
  facet: Facet;
  slug: string;
  start: number;
  end: number;
}

/** One of the names and spellings of a value. */
interface Name {
  facet: Facet;
  slug: string;
  /** For each word, its grammatical forms. */
  words: ReadonlySet<string>[];
  /** Set for short abbreviations, which must be in capitals: WHO is not who, and US is not us. */
  capitals?: string;
}

/** Letters of an abbreviation that can also be a common word of some language. */
const SHORT_ABBREVIATION_LETTERS = 3;

/** URLs contain words that are not part of the text. */
const ADDRESS = /\bhttps?:\/\/[^\s)>\]]+/gi;

/** U+FEFF is white space in JavaScript, but stands unseen inside words. */
const SPACES = /[^\S\ufeff]+/u;

export function splitWords(parts: readonly TextPart[]): TextWord[] {
  return parts.flatMap(({ line: first, text }) =>
    text
      .replace(ADDRESS, " ")
      .split("\n")
      .flatMap((line, index) =>
        line
          .split(SPACES)
          .flatMap((written) => wordsOf(written).map((word) => ({ ...word, line: first + index }))),
      ),
  );
}

function wordsOf(written: string): Omit<TextWord, "line">[] {
  return searchWords(written).flatMap((word) => {
    const isCharacter = isRun(word);
    return charactersOf(word).map((part) => ({
      word: part,
      written: isCharacter ? part : written,
      isCharacter,
    }));
  });
}

/** An index of the names and spellings in all languages, by every form of their first words. */
export class NamedValues {
  readonly #byFirstWord = new Map<string, Name[]>();

  constructor(registry: Registry) {
    for (const facet of FACETS) {
      for (const { slug, names, spellings } of registry[facet]) {
        for (const spelling of new Set([...Object.values(names), ...spellings]))
          this.#add(facet, slug, spelling);
      }
    }
  }

  #add(facet: Facet, slug: string, spelling: string): void {
    const words = searchWords(spelling).flatMap(charactersOf);
    const isAbbreviation = words.length === 1 && /^\p{Lu}{2,}$/u.test(spelling);
    const name: Name = {
      facet,
      slug,
      words: words.map((word, index) =>
        isAbbreviation
          ? new Set([word])
          : formsOf(word, { inPhrase: words.length > 1, last: index === words.length - 1 }),
      ),
      ...(isAbbreviation && spelling.length <= SHORT_ABBREVIATION_LETTERS && { capitals: spelling }),
    };
    for (const form of name.words[0] ?? []) {
      const others = this.#byFirstWord.get(form);
      if (others === undefined) this.#byFirstWord.set(form, [name]);
      else others.push(name);
    }
  }

  /** The mentions in the order of the text, without those inside a longer name of the same facet. */
  find(text: readonly TextWord[]): Mention[] {
    const all = text.flatMap(({ word }, start) =>
      (this.#byFirstWord.get(word) ?? [])
        .filter((name) => isAt(name, text, start))
        .map(({ facet, slug, words }): Mention => ({ facet, slug, start, end: start + words.length })),
    );
    return FACETS.flatMap((facet) => longest(all.filter((mention) => mention.facet === facet)));
  }
}

function isAt({ words, capitals }: Name, text: readonly TextWord[], start: number): boolean {
  if (capitals !== undefined && text[start]?.written.includes(capitals) !== true) return false;
  return words.every((forms, index) => forms.has(text[start + index]?.word ?? ""));
}

function longest(mentions: Mention[]): Mention[] {
  let around: Mention | undefined;
  return mentions
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter((mention) => {
      const isWithin = around !== undefined && mention.end <= around.end && length(mention) < length(around);
      if (around === undefined || mention.end > around.end) around = mention;
      return !isWithin;
    });
}

function length({ start, end }: Mention): number {
  return end - start;
}
