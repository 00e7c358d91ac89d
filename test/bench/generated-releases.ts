/**
 * Releases from a seed: the same ones at every run, in four languages, over thirty years.
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

export type GeneratedRelease = Release & { topics: string[]; organisations: string[] };

/**
 * @param index from 0; release N is the same whatever came before it
 * @param paragraphs of some 200 characters each
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
    // A word that few have, for searches that find little: one in a thousand.
    title: `${sentence(8)} rare${Math.floor(random() * 1_000)}`,
    date: day,
    body: Array.from({ length: paragraphs }, () => `${sentence(25)}.`).join("\n\n"),
    topics: [`topic-${Math.floor(random() * 50)}`],
    organisations: [`organisation-${Math.floor(random() * 20)}`],
  };
}

/** The first so many in one language. */
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
