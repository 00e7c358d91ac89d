/**
 * Names of languages, days and titles of lists, in the language of a page.
 */
import { type Day, dayOf, type Instant, parseReleaseDate } from "../domain/dates.ts";
import { type Conditions, FACET_FIELDS } from "../domain/filter.ts";
import { languageOf, type ReleaseList, yearOf } from "../domain/list.ts";
import { ownText } from "../domain/local-text.ts";
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
  const words = new Intl.DateTimeFormat(localeOf(lang), { dateStyle: "long", timeZone: "UTC" }).format(
    Date.parse(day),
  );
  // French writes the first day of a month as an ordinal, which the platform does not know.
  return new Intl.Locale(lang).language === "fr" ? words.replace(/^1 /, "1er ") : words;
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

/** Between words in a row. */
export function listComma(lang: string): string {
  const { script = "" } = new Intl.Locale(lang).maximize();
  return { Arab: "، ", Hans: "、", Hant: "、", Jpan: "、" }[script] ?? ", ";
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

/** What a list narrows to, as the heading of its page: `Collective security`. Of a whole language the title of the site. */
export function listHeading(list: ReleaseList, site: Site, known: Registry | undefined): string {
  const { title } = textsIn(site, languageOf(list) ?? site.languages[0] ?? "en");
  return narrowingOf(list, site, known) || title;
}

/**
 * The title of a list where the site is not named beside it, as in a feed reader: `Collective security – Press
 * releases`. The language is named only if the title of the site does not tell it.
 *
 * @param pageLang the language of the words
 */
export function listTitle(
  list: ReleaseList,
  site: Site,
  known: Registry | undefined,
  pageLang: string = languageOf(list) ?? site.languages[0] ?? "en",
): string {
  const lang = languageOf(list);
  const { title } = textsIn(site, pageLang);
  const isTold =
    lang === undefined ||
    site.languages.length === 1 ||
    (typeof site.title === "object" && ownText(site.title, lang) !== undefined);
  const parts = [narrowingOf(list, site, known, pageLang), title, isTold ? "" : languageName(lang, site)];
  return parts.filter((part) => part !== "").join(" – ");
}

/** What a list narrows to, beside one language; "" if nothing. Lists that mix languages use the first of the site. */
function narrowingOf(
  list: ReleaseList,
  site: Site,
  known: Registry | undefined,
  pageLang: string = languageOf(list) ?? site.languages[0] ?? "en",
): string {
  const { not, ...conditions } = list.filter;
  const lang = languageOf(list);
  const names = (given: GivenConditions) => namesOf(given, pageLang, site, known);
  return [
    ...names(lang === undefined ? conditions : { ...conditions, lang: undefined }),
    ...names(not ?? {}).map((name) => fill(phrasesIn(pageLang, site).without, { name })),
    ...periodOf(list, pageLang, site),
  ].join(" · ");
}

/** The bounds of a list; of a whole year, the year. */
function periodOf({ from, to }: ReleaseList, lang: string, site: WordedSite): string[] {
  const year = yearOf({ from, to });
  if (year !== undefined) return [String(year)];
  const phrases = phrasesIn(lang, site);
  const bound = (text: string) =>
    parseReleaseDate(text)?.precision === "day" ? dayInWords(text, lang, site) : text;
  return [
    ...(from === undefined ? [] : [fill(phrases.since, { date: bound(from) })]),
    ...(to === undefined ? [] : [fill(phrases.until, { date: bound(to) })]),
  ];
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
