/**
 * Where to go from a page that has nothing to read. The search box is in the header of every page.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { listAddress, type ReleaseList } from "../domain/list.ts";
import type { Site } from "../domain/site.ts";
import { phrasesIn } from "../i18n/phrases.ts";

/** A text by its title. */
export interface NamedText {
  title: string;
  url: string;
}

/** @param newest some of the newest texts of the list, where they are at hand */
export function leadOn(
  list: ReleaseList,
  lang: string,
  site: Site,
  newest: readonly NamedText[] = [],
): Element[] {
  const phrases = phrasesIn(lang, site);
  return [
    ...(newest.length === 0
      ? []
      : [
          h("h2", phrases.newest),
          h(
            "ul",
            newest.map(({ title, url }) => h("li", h("a", { href: url }, title))),
          ),
        ]),
    h("p", [
      h("a", { href: listAddress(list) }, phrases.allTexts),
      " · ",
      h("a", { href: "/feeds" }, phrases.allFeeds),
    ]),
  ];
}
