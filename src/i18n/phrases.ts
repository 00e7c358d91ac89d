/**
 * Names of languages, days and titles of lists, in the language of a page.
 */
import { type Day, dayOf, type Instant, parseReleaseDate } from "../domain/dates.ts";
import { type Conditions, FACET_FIELDS } from "../domain/filter.ts";
import { languageOf, type ReleaseList } from "../domain/list.ts";
import { fill } from "../domain/phrases.ts";
import { nameOf, type Registry } from "../domain/registry.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { phrasesIn, type WordedSite } from "./wording.ts";
import { knowsDates } from "./platform.ts";

export { phrasesIn } from "./wording.ts";

/** A language's own name: `hy` → `Հայերեն`. */
export function languageName(lang: string, site?: WordedSite): string {
  const { name } = phrasesIn(lang, site);
  if (name !== undefined) return name;
  const known = new Intl.DisplayNames([lang], { type: "language" }).of(lang) ?? lang;
  return known.charAt(0).toLocaleUpperCase(lang) + known.slice(1);
}

/** Whether a language is written from right to left. */
export function direction(lang: string): "ltr" | "rtl" {
  const { language, script } = new Intl.Locale(lang).maximize();
  const rightToLeft = ["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm"];
  return rightToLeft.includes(script ?? "") || language === "ar" ? "rtl" : "ltr";
}

/** A day as text: `1 December 2020`, `1 դեկտեմբերի, 2020 թ.` */
export function dayInWords(day: Day, lang: string, site?: WordedSite): string {
  const { dates } = phrasesIn(lang, site);
  if (dates !== undefined) {
    const [year = "", month = "", date = ""] = day.split("-");
    const words = { day: String(Number(date)), month: dates.months[Number(month) - 1] ?? month, year };
    return fill(dates.day, words);
  }
  return new Intl.DateTimeFormat(localeOf(lang), { dateStyle: "long", timeZone: "UTC" }).format(
    Date.parse(day),
  );
}

/** An instant as text: `1 December 2020, 10:00 GMT+4`. */
export function instantInWords(
  instant: Instant,
  lang: string,
  site: WordedSite & { timeZone: string },
): string {
  const { timeZone } = site;
  const time = new Intl.DateTimeFormat(knowsDates(lang) ? localeOf(lang) : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
    timeZoneName: "shortOffset",
  }).format(instant * 1000);
  return `${dayInWords(dayOf(instant, timeZone), lang, site)}${commaOf(lang)}${time}`;
}

/** Between the day and the time. */
function commaOf(lang: string): string {
  const { script = "" } = new Intl.Locale(lang).maximize();
  return { Arab: "، ", Hans: " ", Hant: " ", Jpan: " " }[script] ?? ", ";
}

/** British order for plain English, as most English-language press offices outside the US write. */
function localeOf(lang: string): string {
  return lang === "en" ? "en-GB" : lang;
}

/**
 * The title of a list, in its language. Lists that mix languages use the first language of the site.
 */
export function listTitle(list: ReleaseList, site: Site, known: Registry | undefined): string {
  const { not, ...conditions } = list.filter;
  const lang = languageOf(list);
  const pageLang = lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(pageLang, site);
  const bound = (text: string) =>
    parseReleaseDate(text)?.precision === "day" ? dayInWords(text, pageLang, site) : text;
  const names = (given: GivenConditions) => namesOf(given, pageLang, site, known);
  const parts = [
    ...(lang === undefined ? [] : [languageName(lang, site)]),
    ...names(lang === undefined ? conditions : { ...conditions, lang: undefined }),
    ...names(not ?? {}).map((name) => fill(phrases.without, { name })),
    ...(list.from === undefined ? [] : [fill(phrases.since, { date: bound(list.from) })]),
    ...(list.to === undefined ? [] : [fill(phrases.until, { date: bound(list.to) })]),
  ];
  const { title } = textsIn(site, pageLang);
  return parts.length === 0 ? title : `${title} – ${parts.join(" · ")}`;
}

type GivenConditions = { [name in keyof Conditions]?: Conditions[name] | undefined };

/** The names of each condition's values. */
function namesOf(
  conditions: GivenConditions,
  lang: string,
  site: WordedSite,
  known: Registry | undefined,
): string[] {
  const either = (values: readonly string[]) => values.join(" / ");
  const quotes = phrasesIn(lang, site).quotes;
  return [
    ...(conditions.lang === undefined
      ? []
      : [either(conditions.lang.map((each) => languageName(each, site)))]),
    ...(conditions.type === undefined
      ? []
      : [either(conditions.type.map((type) => typeName(type, lang, known, site)))]),
    ...Object.entries(FACET_FIELDS).flatMap(([field, facet]) => {
      const values = conditions[field as keyof typeof FACET_FIELDS];
      return values === undefined ? [] : [either(values.map((value) => nameOf(known, facet, value, lang)))];
    }),
    ...(conditions.q === undefined ? [] : [quotes.join(conditions.q.replaceAll('"', "'"))]),
  ];
}

/** The name of a release type, from the registry or from us. */
export function typeName(type: string, lang: string, known: Registry | undefined, site: WordedSite): string {
  const isNamed = known?.types.some(({ slug }) => slug === type);
  return isNamed ? nameOf(known, "types", type, lang) : builtInTypeName(type, lang, site);
}

/** The name of a release type that every service has; of another one its slug. */
export function builtInTypeName(type: string, lang: string, site: WordedSite): string {
  const types: Readonly<Record<string, string>> = phrasesIn(lang, site).types;
  return types[type] ?? type;
}
