/**
 * What the newest page of a list says about the list beside its releases. All of it changes only together with the
 * releases of the list, so that the page is right without being rendered more often.
 */
import { dayOf, type Instant, startOfDay } from "../../domain/dates.ts";
import { type FacetField, FACET_OF } from "../../domain/filter.ts";
import { isCombination, languageOf, listAddress, languageList, type ReleaseList } from "../../domain/list.ts";
import { type Sql, value } from "../../runtime/sql.ts";
import { CHOICES_MAX } from "../../site/limits.ts";
import { YEARS_MAX } from "../limits.ts";
import { mostUsedValues } from "./release-index.ts";

/** How many releases a list has; undefined of a combination, for which counting takes too long. */
export function countOf(sql: Sql, list: ReleaseList): number | undefined {
  if (isCombination(list)) return undefined;
  const lang = languageOf(list);
  if (lang === undefined) {
    return value(sql, COUNT_OF_ALL);
  }
  const { field, wanted } = conditionOf(list) ?? { field: "lang", wanted: lang };
  return value(
    sql,
    "SELECT ifnull(sum(count), 0) FROM filing_counts WHERE lang = ? AND field = ? AND value = ?",
    lang,
    field,
    wanted,
  );
}

/** Reads a row for each language, and not one for each value or release. */
const COUNT_OF_ALL = `
  WITH RECURSIVE langs (lang) AS (
    SELECT min(lang) FROM filing_counts
    UNION ALL
    SELECT (SELECT min(c.lang) FROM filing_counts c WHERE c.lang > langs.lang) FROM langs WHERE langs.lang IS NOT NULL
  )
  SELECT ifnull(sum(c.count), 0) FROM langs
    JOIN filing_counts c ON c.lang = langs.lang AND c.field = 'listed' AND c.value = ''`;

/** The years that have releases, latest first; only of the lists of everything and of a language. */
export function yearsOf(sql: Sql, list: ReleaseList, timeZone: string): number[] {
  const lang = languageOf(list);
  if (listAddress(list) !== listAddress(languageList(lang))) return [];
  const [field, wanted] = lang === undefined ? ["listed", ""] : ["lang", lang];
  const years: number[] = [];
  let before: Instant = Number.MAX_SAFE_INTEGER;
  while (years.length < YEARS_MAX) {
    const latest = value<Instant | null>(
      sql,
      "SELECT max(published) FROM filings WHERE field = ? AND value = ? AND published < ?",
      field,
      wanted,
      before,
    );
    if (latest === null) break;
    const year = dayOf(latest, timeZone).slice(0, 4);
    years.push(Number(year));
    before = startOfDay(`${year}-01-01`, timeZone);
  }
  return years;
}

/** The values that the filters of a language's list offer: those that most of its releases have. */
export function filterChoices(sql: Sql, lang: string): Record<FacetField, string[]> {
  return Object.fromEntries(
    Object.keys(FACET_OF).map((field) => [
      field,
      mostUsedValues(sql, lang, field, CHOICES_MAX).map(({ value }) => value),
    ]),
  ) as Record<FacetField, string[]>;
}

/** The facet value of a list of one. */
function conditionOf({ filter }: ReleaseList): { field: string; wanted: string } | undefined {
  return Object.keys(FACET_OF).flatMap((field) => {
    const [wanted] = filter[field as FacetField] ?? [];
    return wanted === undefined ? [] : [{ field, wanted }];
  })[0];
}
