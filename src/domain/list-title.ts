/**
 * What a list is called: it says what it holds, in its language.
 */
import { type Conditions, FACET_FIELDS } from "./filter.ts";
import { parseReleaseDate } from "./instant.ts";
import { languageOf, type ReleaseList } from "./list.ts";
import { dayInWords, languageName, phrasesIn } from "./phrases.ts";
import { nameOf, type Registry } from "./registry.ts";

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
