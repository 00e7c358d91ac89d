/**
 * Slugs of releases, from their titles.
 */
import slugify from "@sindresorhus/slugify";
import { plainLetters, plainWords } from "../../domain/folding.ts";
import { SLUG_CHARS_MAX } from "../../domain/limits.ts";
import { romanise, spellAnd } from "./romanise.ts";

/**
 * Lower-case Latin letters, digits and single hyphens. Other scripts are transliterated, by the rules of the language
 * where we know them. What is inside words and is no letter, and letters such as `ŧ`, become what searches make of them.
 *
 * @param lang BCP 47, of the title
 * @returns "" if no letter of the title can be transliterated, as in Japanese
 */
export function slugOf(title: string, lang?: string): string {
  const lower = title
    .normalize("NFKC")
    .toLocaleLowerCase(lang ?? "en")
    .normalize("NFKC");
  const latin = plainLetters(insideWords(romanise(plainWords(spellAnd(lower, lang)), lang)));
  const slug = slugify(latin, { decamelize: false, ...(lang === undefined ? {} : { locale: lang }) });
  // Its digits alone would be the slug of many titles.
  if (/\p{L}/u.test(title) && !/[a-z]/.test(slug)) return "";
  return cutSlug(slug, SLUG_CHARS_MAX);
}

/** Armenian ո, ե and եւ are "vo", "ye" and "yev" only at the start of a word, but ով and ովքեր have "o" (BGN/PCGN 1981). */
function insideWords(title: string): string {
  return title
    .replace(/(?<=\p{L})ո(?!ւ)|(?<!\p{L})ո(?=վ(?:քեր)?(?!\p{L}))/gu, "o")
    .replace(/(?<=\p{L})եւ/gu, "ev")
    .replace(/եւ/gu, "yev")
    .replace(/(?<=\p{L})ե/gu, "e");
}

/** The slug, with a number appended if it is taken. */
export function freeSlug(slug: string, taken: (slug: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? "" : `-${number}`;
    const tried = cutSlug(slug, SLUG_CHARS_MAX - ending.length) + ending;
    if (!taken(tried)) return tried;
  }
}

/** Cuts a slug to `chars` characters, between words. */
function cutSlug(slug: string, chars: number): string {
  if (slug.length <= chars) return slug;
  const whole = slug.lastIndexOf("-", chars);
  return slug.slice(0, whole > 0 ? whole : chars);
}
