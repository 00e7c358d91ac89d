/**
 * Generated releases: the same for each seed, in four languages, over thirty years.
 */
import type { Release } from "../chaos/api-client.ts";
import { seededRandom } from "../chaos/random.ts";

const TYPES = ["press-release", "statement", "speech", "interview", "visit", "qa"];
const LANGUAGES = ["en", "hy", "ru", "fr"];
const WORDS: Record<string, string[]> = {
  en: "minister session council agreement border peace talks region delegation visit statement partners economy signed cooperation security".split(
    " ",
  ),
  hy: "նախարար նիստ խորհուրդ համաձայնագիր սահման խաղաղություն բանակցություններ տարածաշրջան պատվիրակություն այց հայտարարություն".split(
    " ",
  ),
  ru: "министр заседание совет соглашение граница мир переговоры регион делегация визит заявление партнёры экономика".split(
    " ",
  ),
  fr: "ministre séance conseil accord frontière paix pourparlers région délégation visite déclaration partenaires économie".split(
    " ",
  ),
};
const DAYS = 30 * 365;
const FIRST_DAY = Date.UTC(1995, 0, 1);

/** A body of typical length. */
export const BODY_3KB = Array.from(
  { length: 6 },
  (_, index) =>
    `${index + 1}. ${"The Ministers exchanged views on the situation in the region and on the steps to be taken. ".repeat(5)}`,
).join("\n\n");

/** How many people generated releases name: person-0 and so on. */
export const PEOPLE = 5_000;

export type GeneratedRelease = Release & { topics: string[]; people: string[]; organisations: string[] };

/**
 * @param index from 0; a release depends only on the seed and its index
 * @param paragraphs number of paragraphs of about 200 characters
 */
export function generatedRelease(seed: number, index: number, paragraphs = 3): GeneratedRelease {
  const random = seededRandom(seed * 1_000_003 + index);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const lang = pick(LANGUAGES);
  const sentence = (length: number) => Array.from({ length }, () => pick(WORDS[lang] ?? [])).join(" ");
  const day = new Date(FIRST_DAY + Math.floor(random() * DAYS) * 86_400_000).toISOString().slice(0, 10);
  const id = `${hex(seed, 8)}-0000-4000-8000-${hex(index, 12)}`;
  return {
    id,
    lang,
    slug: `generated-${index}`,
    type: pick(TYPES),
    // A word in one of a thousand releases, for searches with few results.
    title: `${sentence(8)} rare${Math.floor(random() * 1_000)}`,
    date: day,
    body: Array.from({ length: paragraphs }, () => `${sentence(25)}.`).join("\n\n"),
    topics: [`topic-${Math.floor(random() * 50)}`],
    // Most people are named a few times in thirty years, and few often.
    people: [`person-${Math.floor(random() ** 3 * PEOPLE)}`],
    organisations: [`organisation-${Math.floor(random() * 20)}`],
  };
}

/** Values of a registry that have only an English name. */
export function namedValues(slugs: readonly string[]): { slug: string; names: { en: string } }[] {
  return [...new Set(slugs)].map((slug) => ({ slug, names: { en: slug } }));
}

/** The registry that some releases need. */
export function registryOf(releases: readonly GeneratedRelease[]) {
  const valuesOf = (facet: "topics" | "people" | "organisations") =>
    namedValues(releases.flatMap((release) => release[facet]));
  return {
    types: [],
    topics: valuesOf("topics"),
    people: valuesOf("people"),
    organisations: valuesOf("organisations"),
    places: [],
  };
}

/** The first releases in one language. */
export function releasesIn(
  lang: string,
  count: number,
  seed: number,
  paragraphs?: number,
): GeneratedRelease[] {
  const found: GeneratedRelease[] = [];
  for (let index = 0; found.length < count; index += 1) {
    const release = generatedRelease(seed, index, paragraphs);
    if (release.lang === lang) found.push(release);
  }
  return found;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
