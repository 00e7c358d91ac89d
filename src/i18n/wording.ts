/**
 * The wording of each language: ours, and what the site gives in its place.
 */
import { TAGS_REMEMBERED_MAX } from "../domain/limits.ts";
import { memoized } from "../domain/memoized.ts";
import type { Issue } from "../domain/issues.ts";
import {
  CHAT_PHRASE_NAMES,
  type GivenPhrases,
  HEADED_FACETS,
  HISTORY_PHRASE_NAMES,
  PAGE_PHRASE_NAMES,
  PHRASE_NAMES,
  type Phrases,
  SUBSCRIBE_PHRASE_NAMES,
} from "../domain/phrases.ts";
import { RELEASE_TYPES } from "../domain/release.ts";
import { ar } from "./ar.ts";
import { az } from "./az.ts";
import { de } from "./de.ts";
import { el } from "./el.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fa } from "./fa.ts";
import { fr } from "./fr.ts";
import { he } from "./he.ts";
import { hy } from "./hy.ts";
import { it } from "./it.ts";
import { ja } from "./ja.ts";
import { ka } from "./ka.ts";
import { nl } from "./nl.ts";
import { pl } from "./pl.ts";
import { pt } from "./pt.ts";
import { ro } from "./ro.ts";
import { ru } from "./ru.ts";
import { tr } from "./tr.ts";
import { uk } from "./uk.ts";
import { zhHans } from "./zh-Hans.ts";
import { zhHant } from "./zh-Hant.ts";
import { knowsDates, knowsName } from "./platform.ts";

const BUILT_IN: Readonly<Record<string, Phrases>> = {
  en,
  hy,
  ru,
  fr,
  de,
  es,
  pt,
  it,
  nl,
  pl,
  uk,
  ka,
  tr,
  az,
  el,
  ro,
  ar,
  fa,
  he,
  "zh-Hans": zhHans,
  "zh-Hant": zhHant,
  ja,
};

/** The languages that need no wording from the site. */
export const WORDED_LANGUAGES = Object.keys(BUILT_IN);

/** What decides the wording: the site's own, and its languages, of which the first is the default. */
export interface WordedSite {
  languages: readonly string[];
  phrases?: Readonly<Record<string, GivenPhrases>> | undefined;
}

const merged = new WeakMap<object, Map<string, Phrases>>();

/**
 * The phrases in a language. A language without wording gets that of the site's default language: the Worker answers
 * 503 while LANGUAGES has one ({@link languagesWithoutWording}), so only texts of former languages get there.
 */
export function phrasesIn(lang: string, site: WordedSite = { languages: [] }): Phrases {
  const builtIn = BUILT_IN[builtInTag(lang)];
  const { phrases } = site;
  if (phrases === undefined) return builtIn ?? defaultPhrases(lang, site);
  let known = merged.get(phrases);
  if (known === undefined) merged.set(phrases, (known = new Map()));
  const cached = known.get(lang);
  if (cached !== undefined) return cached;
  const given = givenFor(lang, phrases);
  const isComplete = builtIn !== undefined || (given !== undefined && missingFrom(given).length === 0);
  const found = isComplete ? merge(builtIn ?? ({} as Phrases), given) : defaultPhrases(lang, site);
  known.set(lang, found);
  return found;
}

/** An issue for each phrase that a language of the site lacks, ours counted. */
export function validateWording({ languages, phrases = {} }: WordedSite): Issue[] {
  return languages
    .filter((lang) => builtInTag(lang) === "")
    .flatMap((lang): Issue[] => {
      const given = givenFor(lang, phrases);
      if (given === undefined) return [{ path: `/phrases/${lang}`, message: withoutWording(lang) }];
      const tag = tagFor(lang, phrases);
      const missing = [...missingFrom(given), ...missingDates(lang, given)];
      return missing.length === 0
        ? []
        : [
            {
              path: `/phrases/${tag}`,
              message: `lacks ${missing.join(", ")}: ${lang} is in LANGUAGES, and has no other wording`,
            },
          ];
    });
}

/** The languages of the site that have no complete wording. */
export function languagesWithoutWording(site: WordedSite): string[] {
  return site.languages.filter((lang) => validateWording({ ...site, languages: [lang] }).length > 0);
}

/** The way out for a language in LANGUAGES. */
function withoutWording(lang: string): string {
  return `is required: communique has no wording in ${lang}, which is in LANGUAGES. Write it in phrases.yaml of the content folder and publish, or take ${lang} out of LANGUAGES`;
}

/** `de-AT` → `de`, `zh-TW` → `zh-Hant`; "" for a language, or a script of it, that we have no wording in. */
export const builtInTag = memoized((lang) => {
  const { language, script } = new Intl.Locale(lang).maximize();
  const tags = [`${language}-${script}`, language];
  return tags.find((tag) => Object.hasOwn(BUILT_IN, tag) && scriptOf(tag) === script) ?? "";
}, TAGS_REMEMBERED_MAX);

function scriptOf(tag: string): string | undefined {
  return new Intl.Locale(tag).maximize().script;
}

function givenFor(lang: string, phrases: Readonly<Record<string, GivenPhrases>>): GivenPhrases | undefined {
  return phrases[tagFor(lang, phrases)];
}

/** The tag under which the site words a language: its own, or a wider one in the same script. */
function tagFor(lang: string, phrases: Readonly<Record<string, GivenPhrases>>): string {
  for (let tag = lang; ; tag = tag.slice(0, tag.lastIndexOf("-"))) {
    if (Object.hasOwn(phrases, tag) && scriptOf(tag) === scriptOf(lang)) return tag;
    if (!tag.includes("-")) return lang;
  }
}

/** Without the name and the dates of the default language, which are of no use to another one. */
function defaultPhrases(lang: string, site: WordedSite): Phrases {
  const [first = "en"] = site.languages;
  const phrases = first === lang || builtInTag(first) === "" ? en : phrasesIn(first, site);
  return { ...phrases, name: undefined, dates: undefined };
}

function merge(base: Phrases, given: GivenPhrases | undefined): Phrases {
  return {
    ...base,
    ...given,
    types: { ...base.types, ...given?.types },
    facets: { ...base.facets, ...given?.facets },
    pages: { ...base.pages, ...given?.pages },
    history: { ...base.history, ...given?.history },
    subscribe: { ...base.subscribe, ...given?.subscribe },
    chat: { ...base.chat, ...given?.chat },
  } as Phrases;
}

function missingFrom(given: GivenPhrases): string[] {
  return [
    ...[...PHRASE_NAMES, "colon", "stop", "quotes"].filter((name) => !(name in given)),
    ...missingIn("types", RELEASE_TYPES, given.types),
    ...missingIn("facets", HEADED_FACETS, given.facets),
    ...missingIn("history", HISTORY_PHRASE_NAMES, given.history),
    ...missingIn("pages", PAGE_PHRASE_NAMES, given.pages),
    ...missingIn("subscribe", SUBSCRIBE_PHRASE_NAMES, given.subscribe),
    ...missingIn("chat", CHAT_PHRASE_NAMES, given.chat),
  ];
}

function missingIn<N extends string>(
  group: string,
  names: readonly N[],
  given: Readonly<Partial<Record<N, string | undefined>>> | undefined,
): string[] {
  return names.filter((name) => given?.[name] === undefined).map((name) => `${group}/${name}`);
}

/** What the platform does not know either. */
function missingDates(lang: string, given: GivenPhrases): string[] {
  return [
    ...(knowsName(lang) || given.name !== undefined ? [] : ["name"]),
    ...(knowsDates(lang) || given.dates !== undefined ? [] : ["dates"]),
  ];
}
