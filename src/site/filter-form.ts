/**
 * The search box of a list with its filters: a plain form, whose fields keep what the list narrows to.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { SEARCH_CHARS_MAX } from "../domain/limits.ts";
import { FACET_OF, type FacetField, type Filter } from "../domain/filter.ts";
import { isCombination, languageOf, listAddress, languageList, type ReleaseList } from "../domain/list.ts";
import { fill } from "../domain/phrases.ts";
import { nameOf, type Registry } from "../domain/registry.ts";
import type { Site } from "../domain/site.ts";
import { phrasesIn, typeName } from "../i18n/phrases.ts";
import { pageLanguage } from "./page.ts";

export const FACET_FIELD_NAMES = Object.keys(FACET_OF) as FacetField[];

/** The values that the filters offer, by field. */
export type Choices = Readonly<Record<FacetField, readonly string[]>>;

export function filterForm(
  list: ReleaseList,
  choices: Choices,
  known: Registry | undefined,
  site: Site,
): Element {
  const lang = pageLanguage(list, site);
  const { pages } = phrasesIn(lang, site);
  const languages = languageOf(list) === undefined ? (list.filter.lang ?? []) : [];
  return h("form", { className: ["search"], role: "search", action: formAction(list) }, [
    h("label", { htmlFor: "q" }, pages.search),
    h("p", { className: ["query"] }, [
      h("input", {
        id: "q",
        type: "search",
        name: "q",
        value: list.filter.q ?? "",
        maxLength: SEARCH_CHARS_MAX,
      }),
      h("button", { type: "submit" }, pages.search),
    ]),
    languages.map((each) => h("input", { type: "hidden", name: "lang", value: each })),
    h("details", { open: isFiltered(list) }, [
      h("summary", pages.filters),
      h("div", { className: ["filters"] }, [
        FACET_FIELD_NAMES.map((field) => facetFilter(field, list, choices[field], known, site)),
        bound("from", pages.from, list.from),
        bound("to", pages.to, list.to),
        excluded(list.filter, lang, known, site),
      ]),
      h("p", h("button", { type: "submit" }, pages.search)),
    ]),
  ]);
}

/** Whether more than words is asked for: words alone must not hide the results behind the filters. */
function isFiltered({ filter: { q: _q, ...filter }, ...list }: ReleaseList): boolean {
  return isCombination({ ...list, filter });
}

/** Where the forms of a list lead: the whole list of its language. */
export function formAction(list: ReleaseList): string {
  return listAddress(languageList(languageOf(list)));
}

/** The names of a field's values in the language of a page. */
export function valueName(
  field: FacetField,
  value: string,
  lang: string,
  known: Registry | undefined,
  site: Site,
): string {
  const facet = FACET_OF[field];
  return facet === "types" ? typeName(value, lang, known, site) : nameOf(known, facet, value, lang);
}

/** Values that are chosen or offered, with their names in the language of a page, by name. */
export function namedValues(
  field: FacetField,
  values: readonly string[],
  lang: string,
  known: Registry | undefined,
  site: Site,
): { value: string; name: string }[] {
  return [...new Set(values)]
    .map((value) => ({ value, name: valueName(field, value, lang, known, site) }))
    .sort((a, b) => a.name.localeCompare(b.name, lang) || (a.value < b.value ? -1 : 1));
}

/** A menu; of several values, which a menu cannot keep, a box each. */
function facetFilter(
  field: FacetField,
  { filter, ...bounds }: ReleaseList,
  offered: readonly string[],
  known: Registry | undefined,
  site: Site,
): Element | null {
  const lang = pageLanguage({ filter, ...bounds }, site);
  const phrases = phrasesIn(lang, site);
  const chosen = filter[field] ?? [];
  const named = namedValues(field, [...chosen, ...offered], lang, known, site);
  const label = phrases.facets[FACET_OF[field]];
  if (named.length === 0) return null;
  if (chosen.length > 1) {
    const kept = named.filter(({ value }) => chosen.includes(value));
    return h("fieldset", [h("legend", label), kept.map(({ value, name }) => box(field, value, name))]);
  }
  return h("p", [
    h("label", { htmlFor: field }, label),
    h("select", { id: field, name: field }, [
      h("option", { value: "" }, phrases.pages.any),
      named.map(({ value, name }) => h("option", { value, selected: chosen.includes(value) }, name)),
    ]),
  ]);
}

/** What a list excludes, with a box each. */
export function excluded(
  filter: Filter,
  lang: string,
  known: Registry | undefined,
  site: Site,
): Element | null {
  const { without } = phrasesIn(lang, site);
  const { q, lang: languages = [], ...facets } = filter.not ?? {};
  const boxes = [
    ...FACET_FIELD_NAMES.flatMap((field) =>
      (facets[field] ?? []).map((value) => ({
        field,
        value,
        name: valueName(field, value, lang, known, site),
      })),
    ),
    ...languages.map((value) => ({ field: "lang", value, name: value })),
    ...(q === undefined ? [] : [{ field: "q", value: q, name: q }]),
  ];
  if (boxes.length === 0) return null;
  return h(
    "div",
    boxes.map(({ field, value, name }) => box(`not.${field}`, value, fill(without, { name }))),
  );
}

function box(name: string, value: string, label: string): Element {
  return h("p", { className: ["box"] }, [
    h("label", [h("input", { type: "checkbox", name, value, checked: true }), " ", label]),
  ]);
}

/** A day, or the instant that an address gave. */
function bound(name: "from" | "to", label: string, value: string | undefined): Element {
  const type = value === undefined || value.length === 10 ? "date" : "text";
  return h("p", [h("label", { htmlFor: name }, label), h("input", { id: name, type, name, value })]);
}
