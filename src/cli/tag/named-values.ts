/**
 * Which of a registry's values a text names, and where.
 */
import type { Registry } from "../../domain/registry.ts";
import { type Facet, FACETS } from "../../domain/release.ts";
import { searchWords } from "../../domain/search.ts";
import type { TextWord } from "./text-words.ts";
import { formsOf } from "./word-forms.ts";

/** A value named by the words from `start` up to but not including `end`. */
export interface Naming {
  facet: Facet;
  slug: string;
  start: number;
  end: number;
}

/** One way in which a text may name a value. */
interface Name {
  facet: Facet;
  slug: string;
  /** The forms that each of its words may have. */
  words: ReadonlySet<string>[];
  /** For a short abbreviation: in capitals only, for WHO is not who, nor US us. */
  capitals?: string;
}

/** Letters up to which an abbreviation looks like a common word of some language. */
const SHORT_ABBREVIATION_LETTERS = 3;

/** The names and spellings of a registry's values in all languages, found by their first words. */
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
    const words = searchWords(spelling);
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

  /** In the order of the text. What stands within a longer name of the same facet is not meant. */
  find(text: readonly TextWord[]): Naming[] {
    const all = text.flatMap(({ word }, start) =>
      (this.#byFirstWord.get(word) ?? [])
        .filter((name) => stands(name, text, start))
        .map(({ facet, slug, words }): Naming => ({ facet, slug, start, end: start + words.length })),
    );
    return FACETS.flatMap((facet) => longest(all.filter((naming) => naming.facet === facet)));
  }
}

function stands({ words, capitals }: Name, text: readonly TextWord[], start: number): boolean {
  if (capitals !== undefined && text[start]?.written.includes(capitals) !== true) return false;
  return words.every((forms, index) => forms.has(text[start + index]?.word ?? ""));
}

function longest(namings: Naming[]): Naming[] {
  let around: Naming | undefined;
  return namings
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter((naming) => {
      const isWithin = around !== undefined && naming.end <= around.end && length(naming) < length(around);
      if (around === undefined || naming.end > around.end) around = naming;
      return !isWithin;
    });
}

function length({ start, end }: Naming): number {
  return end - start;
}
