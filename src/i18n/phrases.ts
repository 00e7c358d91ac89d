/**
 * What pages and feeds say of their own, in the languages that we speak. Others get English.
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
  // workerd's Intl knows no Armenian (1.20261102.1).
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

/** A day in words: `1 December 2020`, `1 դեկտեմբերի, 2020 թ.` */
export function dayInWords(day: Day, lang: string): string {
  const [year = "", month = "", date = ""] = day.split("-");
  if (new Intl.Locale(lang).language === "hy") {
    return `${Number(date)} ${ARMENIAN_MONTHS[Number(month) - 1]}, ${year} թ.`;
  }
  // British order for plain English: what most of the world's English-language offices write.
  const locale = lang === "en" ? "en-GB" : lang;
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(Date.parse(day));
}

// FOLDED: What a list is called: it says what it holds, in its language.

/** @param site `languages`: the first speaks for lists that mix languages */
export function listTitle(
  list: ReleaseList,
  site: { title: string; languages: readonly string[] },
  known: Registry | undefined,
): string {
  const { not, ...conditions } = list.filter;
  const lang = languageOf(list);
  const spoken = lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(spoken);
  const bound = (text: string) =>
    parseReleaseDate(text)?.precision === "day" ? dayInWords(text, spoken) : text;
  const parts = [
    ...(lang === undefined ? [] : [languageName(lang)]),
    ...namesOf(lang === undefined ? conditions : { ...conditions, lang: undefined }, spoken, known),
    ...namesOf(not ?? {}, spoken, known).map((name) => `${phrases.without} ${name}`),
    ...(list.from === undefined ? [] : [`${phrases.since} ${bound(list.from)}`]),
    ...(list.to === undefined ? [] : [`${phrases.until} ${bound(list.to)}`]),
  ];
  return parts.length === 0 ? site.title : `${site.title} – ${parts.join(" · ")}`;
}

/** Of each condition; its values are alternatives. */
function namesOf(
  asked: { [name in keyof Conditions]?: Conditions[name] | undefined },
  lang: string,
  known: Registry | undefined,
): string[] {
  const either = (values: readonly string[]) => values.join(" / ");
  return [
    ...(asked.lang === undefined ? [] : [either(asked.lang.map(languageName))]),
    ...(asked.type === undefined ? [] : [either(asked.type.map((type) => typeName(type, lang, known)))]),
    ...Object.entries(FACET_FIELDS).flatMap(([field, facet]) => {
      const values = asked[field as keyof typeof FACET_FIELDS];
      return values === undefined ? [] : [either(values.map((value) => nameOf(known, facet, value, lang)))];
    }),
    ...(asked.q === undefined ? [] : [`“${asked.q.replaceAll('"', "'")}”`]),
  ];
}

/** The registry's name of a release type, or ours. */
export function typeName(type: string, lang: string, known: Registry | undefined): string {
  const isNamed = known?.types.some(({ slug }) => slug === type);
  return isNamed ? nameOf(known, "types", type, lang) : (phrasesIn(lang).types[type] ?? type);
}
