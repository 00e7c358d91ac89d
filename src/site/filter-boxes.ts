/**
 * The fields by which a person chooses what to receive: boxes for languages and facets, and words.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { FACET_OF, type FacetField, type Filter } from "../domain/filter.ts";
import { SEARCH_CHARS_MAX } from "../domain/limits.ts";
import type { Registry } from "../domain/registry.ts";
import type { Site } from "../domain/site.ts";
import { languageName, phrasesIn } from "../i18n/phrases.ts";
import { type Choices, excluded, FACET_FIELD_NAMES, namedValues } from "./filter-form.ts";

/**
 * @param filter what is chosen already
 * @param choices the values that the boxes offer beside those
 */
export function filterBoxes(
  filter: Filter,
  choices: Choices,
  lang: string,
  known: Registry | undefined,
  site: Site,
): (Element | null)[] {
  const { subscribe, languages, facets } = phrasesIn(lang, site);
  const texts = site.languages.map((each) => ({ value: each, name: languageName(each, site), lang: each }));
  return [
    texts.length < 2 ? null : boxes("lang", languages, texts, filter.lang),
    ...FACET_FIELD_NAMES.map((field) => facetBoxes(field, facets[FACET_OF[field]])),
    excluded(filter, lang, known, site),
    h("p", [
      h("label", { htmlFor: "q" }, subscribe.words),
      h("input", { id: "q", type: "search", name: "q", value: filter.q ?? "", maxLength: SEARCH_CHARS_MAX }),
    ]),
  ];

  /** Open where something is chosen. */
  function facetBoxes(field: FacetField, label: string): Element | null {
    const chosen = filter[field] ?? [];
    const offered = namedValues(field, [...chosen, ...choices[field]], lang, known, site);
    if (offered.length === 0) return null;
    return h("details", { open: chosen.length > 0 }, [
      h("summary", label),
      boxes(field, label, offered, chosen),
    ]);
  }
}

function boxes(
  name: string,
  label: string,
  offered: readonly { value: string; name: string; lang?: string }[],
  chosen: readonly string[] = [],
): Element {
  return h("fieldset", { className: ["boxes"], dataField: name }, [
    h("legend", label),
    offered.map((each) =>
      h("label", { lang: each.lang }, [
        h("input", { type: "checkbox", name, value: each.value, checked: chosen.includes(each.value) }),
        " ",
        each.name,
      ]),
    ),
  ]);
}
