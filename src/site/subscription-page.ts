/**
 * The page of one subscription for its owner. Its script, src/manual/files/subscription, fills it in, in the words of
 * src/i18n/subscription-page.
 */
import { h } from "hastscript";
import { FACET_OF } from "../domain/filter.ts";
import { languageList } from "../domain/list.ts";
import type { Registry } from "../domain/registry.ts";
import type { Site } from "../domain/site.ts";
import { direction, listComma, phrasesIn } from "../i18n/phrases.ts";
import { builtInTag } from "../i18n/wording.ts";
import { filterBoxes } from "./filter-boxes.ts";
import { type Choices, FACET_FIELD_NAMES } from "./filter-form.ts";
import { FORMAT_NAMES } from "./format-names.ts";
import { pageHtml } from "./layout.ts";

/** The service serves the scripts of this page and of /subscribe below this path, and their words. */
export const SUBSCRIPTION_FILES = "/subscription/";
export const SUBSCRIBE_SCRIPT_PATH = `${SUBSCRIPTION_FILES}subscribe.js`;

/**
 * @param path of the page
 * @param choices the values that the filters offer
 */
export function subscriptionPage(
  path: string,
  lang: string,
  choices: Choices,
  known: Registry | undefined,
  site: Site,
): string {
  const { subscribe, languages, facets } = phrasesIn(lang, site);
  const { manage } = subscribe;
  const facetLabels = FACET_FIELD_NAMES.map((field) => [field, facets[FACET_OF[field]]] as const);
  const labels = { lang: languages, ...Object.fromEntries(facetLabels), q: subscribe.words };
  const tag = builtInTag(lang);
  const wordsLang = tag === "" ? "en" : tag;
  return pageHtml(
    {
      title: manage,
      lang,
      list: languageList(lang),
      alternates: site.languages.map((each) => ({ lang: each, url: `${site.baseUrl}${path}?ui=${each}` })),
      script: `${SUBSCRIPTION_FILES}main.js`,
      main: [
        h("h1", manage),
        h(
          "noscript",
          h(
            "p",
            { lang: "en", dir: "ltr" },
            "This page needs JavaScript: only a script can keep the token out of requests.",
          ),
        ),
        h(
          "div",
          {
            id: "subscription",
            className: ["subscription"],
            // In a language that only the site words, the words of the script are English.
            ...(tag === "" && { lang: wordsLang, dir: "ltr" }),
            dataLang: wordsLang,
            dataColon: phrasesIn(wordsLang, site).colon,
            dataComma: listComma(wordsLang),
            dataFormats: JSON.stringify(FORMAT_NAMES),
          },
          [h("p", { id: "message", role: "status", tabIndex: -1 }), h("div", { id: "loaded", hidden: true })],
        ),
        h(
          "div",
          { id: "choice", hidden: true, lang, dir: direction(lang), dataLabels: JSON.stringify(labels) },
          filterBoxes({}, choices, lang, known, site),
        ),
      ],
    },
    site,
  );
}
