/**
 * The page of one subscription for its owner. Its script, src/manual/files/subscription, fills it in, in the words of
 * src/i18n/subscription-page.
 */
import { h } from "hastscript";
import type { Registry } from "../domain/registry.ts";
import type { Site } from "../domain/site.ts";
import { phrasesIn } from "../i18n/phrases.ts";
import { builtInTag } from "../i18n/wording.ts";
import { filterBoxes } from "./filter-boxes.ts";
import type { Choices } from "./filter-form.ts";
import { FORMAT_NAMES } from "./format-names.ts";
import { pageHtml } from "./layout.ts";

/** Below it are the script and its words, which the service serves like the manual. */
export const SUBSCRIPTION_FILES = "/subscription/";

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
  const { manage } = phrasesIn(lang, site).subscribe;
  const tag = builtInTag(lang);
  const wordsLang = tag === "" ? "en" : tag;
  return pageHtml(
    {
      title: manage,
      lang,
      list: { filter: {} },
      alternates: site.languages.map((each) => ({ lang: each, url: `${site.baseUrl}${path}?ui=${each}` })),
      script: `${SUBSCRIPTION_FILES}main.js`,
      main: [
        h("h1", manage),
        h(
          "noscript",
          h(
            "p",
            { lang: "en", dir: "ltr" },
            "This page needs JavaScript: without it, the token would have to be in a request.",
          ),
        ),
        h(
          "div",
          {
            id: "subscription",
            className: ["subscription"],
            // A language that only the site words has the English ones.
            ...(tag === "" && { lang: wordsLang, dir: "ltr" }),
            dataLang: wordsLang,
            dataFormats: JSON.stringify(FORMAT_NAMES),
          },
          [h("p", { id: "message", role: "status" }), h("div", { id: "loaded", hidden: true })],
        ),
        h("div", { id: "choice", hidden: true, lang }, filterBoxes({}, choices, lang, known, site)),
      ],
    },
    site,
  );
}
