/**
 * For an address at which nothing is, in the language that the address speaks.
 */
import { h } from "hastscript";
import { languageList } from "../domain/list.ts";
import { pageHtml } from "./layout.ts";
import type { Site } from "../domain/site.ts";
import { phrasesIn } from "../i18n/phrases.ts";

/** @param details what exactly is not there, and what is near it */
export function notFoundPage(path: string, site: Site, details: readonly string[] = []): string {
  const asked = path.split("/")[1];
  const lang = site.languages.find((language) => language === asked);
  const shown = lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(shown);
  return pageHtml(
    {
      title: phrases.notFound,
      lang: shown,
      list: languageList(lang),
      main: [
        h("h1", phrases.notFound),
        h("p", phrases.notFoundText),
        details.map((detail) => h("p", detail)),
      ],
    },
    site,
  );
}
