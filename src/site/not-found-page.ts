/**
 * The page for an address where nothing is, in the language of the address.
 */
import { h } from "hastscript";
import { languageList } from "../domain/list.ts";
import { pageHtml } from "./layout.ts";
import type { Site } from "../domain/site.ts";
import { phrasesIn } from "../i18n/phrases.ts";

/** @param details what is not there, and what is near it */
export function notFoundPage(path: string, site: Site, details: readonly string[] = []): string {
  const first = path.split("/")[1];
  const lang = site.languages.find((language) => language === first);
  const pageLang = lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(pageLang);
  return pageHtml(
    {
      title: phrases.notFound,
      lang: pageLang,
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
