/**
 * The page for an address where nothing is, in the language of the address.
 */
import { h } from "hastscript";
import { languageList } from "../domain/list.ts";
import { pageHtml } from "./layout.ts";
import { leadOn, type NamedText } from "./lead-on.ts";
import type { Site } from "../domain/site.ts";
import { phrasesIn } from "../i18n/phrases.ts";

/** What a page says beside that there is nothing. */
export interface NotFoundDetails {
  /** The address cannot be read at all. */
  isMalformed?: boolean;
  /** What is near the address. */
  nearest?: readonly { name: string; path: string }[];
  /** Some of the newest texts in the language of the address. */
  newest?: readonly NamedText[];
}

export function notFoundPage(
  path: string,
  site: Site,
  { isMalformed = false, nearest = [], newest = [] }: NotFoundDetails = {},
): string {
  const first = path.split("/")[1];
  const lang = site.languages.find((language) => language === first);
  const pageLang = lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(pageLang, site);
  const list = languageList(lang);
  const heading = isMalformed ? phrases.badAddressText : phrases.notFound;
  return pageHtml(
    {
      title: heading,
      lang: pageLang,
      list,
      main: [
        h("h1", heading),
        isMalformed ? null : h("p", phrases.notFoundText),
        nearest.length === 0
          ? null
          : h("p", [
              `${phrases.nearest}${phrases.colon}`,
              nearest.flatMap(({ name, path }, index) => [
                index === 0 ? "" : " · ",
                h("a", { href: path }, name),
              ]),
            ]),
        leadOn(list, pageLang, site, newest),
      ],
    },
    site,
  );
}
