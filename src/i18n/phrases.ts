/**
 * Phrases, names of languages, dates and titles of lists, in the languages that we have. Other languages get
 * English.
 */
import { type Day, parseReleaseDate } from "../domain/dates.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";
import { hy } from "./hy.ts";
import { ru } from "./ru.ts";
import type { Phrases } from "./types.ts";
import { type Conditions, FACET_FIELDS } from "../domain/filter.ts";
import { languageOf, type ReleaseList } from "../domain/list.ts";
import { nameOf, type Registry } from "../domain/registry.ts";

const ALL: Record<string, Phrases> = { en, hy, ru, fr };

export function phrasesIn(lang: string): Phrases {
  return ALL[new Intl.Locale(lang).language] ?? en;
}

/** A language's own name: `hy` → `հայերեն`. */
export function languageName(lang: string): string {
  // workerd's Intl has no Armenian (1.20261102.1).
  if (lang === "hy") return "Հայերեն";
  const name = new Intl.DisplayNames([lang], { type: "language" }).of(lang) ?? lang;
  return name.charAt(0).toLocaleUpperCase(lang) + name.slice(1);
}

/** Whether a language is written from right to left. */
export function direction(lang: string): "ltr" | "rtl" {
  const { language, script } = new Intl.Locale(lang).maximize();
  const rightToLeft = ["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm"];
  return rightToLeft.includes(script ?? "") || language === "ar" ? "rtl" : "ltr";
}

const ARMENIAN_MONTHS =
  "հունվարի փետրվարի մարտի ապրիլի մայիսի հունիսի հուլիսի օգոստոսի սեպտեմբերի հոկտեմբերի նոյեմբերի դեկտեմբերի".split(
    " ",
  );

/** A day as text: `1 December 2020`, `1 դեկտեմբերի, 2020 թ.` */
export function dayInWords(day: Day, lang: string): string {
  const [year = "", month = "", date = ""] = day.split("-");
  if (new Intl.Locale(lang).language === "hy") {
    return `${Number(date)} ${ARMENIAN_MONTHS[Number(month) - 1]}, ${year} թ.`;
  }
  // British order for plain English, as most English-language press offices outside the US write.
  const locale = lang === "en" ? "en-GB" : lang;
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(Date.parse(day));
}

/**
 * The title of a list, in its language. Lists that mix languages use the first language of the site.
 */
export function listTitle(
  list: ReleaseList,
  site: { title: string; languages: readonly string[] },
  known: Registry | undefined,
): string {
  const { not, ...conditions } = list.filter;
  const lang = languageOf(list);
  const pageLang = lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(pageLang);
  const bound = (text: string) =>
    parseReleaseDate(text)?.precision === "day" ? dayInWords(text, pageLang) : text;
  const parts = [
    ...(lang === undefined ? [] : [languageName(lang)]),
    ...namesOf(lang === undefined ? conditions : { ...conditions, lang: undefined }, pageLang, known),
    ...namesOf(not ?? {}, pageLang, known).map((name) => `${phrases.without} ${name}`),
    ...(list.from === undefined ? [] : [`${phrases.since} ${bound(list.from)}`]),
    ...(list.to === undefined ? [] : [`${phrases.until} ${bound(list.to)}`]),
  ];
  return parts.length === 0 ? site.title : `${site.title} – ${parts.join(" · ")}`;
}

/** The names of each condition's values. */
function namesOf(
  conditions: { [name in keyof Conditions]?: Conditions[name] | undefined },
  lang: string,
  known: Registry | undefined,
): string[] {
  const either = (values: readonly string[]) => values.join(" / ");
  return [
    ...(conditions.lang === undefined ? [] : [either(conditions.lang.map(languageName))]),
    ...(conditions.type === undefined
      ? []
      : [either(conditions.type.map((type) => typeName(type, lang, known)))]),
    ...Object.entries(FACET_FIELDS).flatMap(([field, facet]) => {
      const values = conditions[field as keyof typeof FACET_FIELDS];
      return values === undefined ? [] : [either(values.map((value) => nameOf(known, facet, value, lang)))];
    }),
    ...(conditions.q === undefined ? [] : [phrasesIn(lang).quotes.join(conditions.q.replaceAll('"', "'"))]),
  ];
}

/** The name of a release type, from the registry or from us. */
export function typeName(type: string, lang: string, known: Registry | undefined): string {
  const isNamed = known?.types.some(({ slug }) => slug === type);
  return isNamed ? nameOf(known, "types", type, lang) : (phrasesIn(lang).types[type] ?? type);
}
