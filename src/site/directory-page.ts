/**
 * The directory of feeds: for people, and as OPML for feed readers. It has the values that most releases are filed
 * under, and links the index of each facet. Every value and every combination is a feed too, at its own address.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import {
  addressOf,
  facetList,
  facetPath,
  FEED_FORMATS,
  languageList,
  type ReleaseList,
  FIELD_OF_FACET,
} from "../domain/list.ts";
import { direction, languageName, listTitle, phrasesIn, typeName } from "../i18n/phrases.ts";
import { nameOf, type Registry, REGISTRY_FACETS, type RegistryFacet } from "../domain/registry.ts";
import { escapeXml } from "../domain/text.ts";
import { FEED_LABELS } from "../feeds/feed.ts";
import { pageHtml } from "./layout.ts";
import { type Site, textsIn } from "../domain/site.ts";

/** How many releases of a language have a value. `field` is the filter's. */
export interface Count {
  lang: string;
  field: string;
  value: string;
  count: number;
}

interface FeedRow {
  list: ReleaseList;
  name: string;
  count: number;
}

/** Path of the script that copies an address. */
export const COPY_SCRIPT_PATH = "/copy.js";

export function directoryPage(counts: readonly Count[], known: Registry | undefined, site: Site): string {
  const lang = site.languages[0] ?? "en";
  const phrases = phrasesIn(lang, site);
  const total = counts.reduce((sum, { field, count }) => sum + (field === "lang" ? count : 0), 0);
  const everything = { list: languageList(undefined), name: phrases.allTexts, count: total };
  return pageHtml(
    {
      title: phrases.allFeeds,
      lang,
      path: "/feeds",
      list: languageList(undefined),
      script: COPY_SCRIPT_PATH,
      main: [
        h("h1", phrases.allFeeds),
        h("p", phrases.allFeedsText),
        h("p", h("a", { href: "/feeds.opml", type: "text/x-opml" }, phrases.forReaders)),
        table(phrases.everything, [everything], lang, site),
        site.languages.map((each) => languageSection(each, counts, known, site)),
      ],
    },
    site,
  );
}

/** OPML 2.0 (opml.org/spec2.opml). It names the Atom feeds, because RSS cannot say that an item was changed. */
export function writeOpml(counts: readonly Count[], known: Registry | undefined, site: Site): string {
  const outline = (list: ReleaseList, indent: string) => {
    const title = escapeXml(listTitle(list, site, known));
    const [feed, page] = [addressOf({ list, format: "atom" }), addressOf({ list })];
    return `${indent}<outline type="rss" text="${title}" title="${title}" xmlUrl="${escapeXml(site.baseUrl + feed)}" htmlUrl="${escapeXml(site.baseUrl + page)}"/>`;
  };
  const { title, publisher } = textsIn(site, site.languages[0] ?? "en");
  const languages = site.languages.flatMap((lang) => [
    `    <outline text="${escapeXml(languageName(lang, site))}">`,
    outline(languageList(lang), "      "),
    ...REGISTRY_FACETS.flatMap((facet) => rowsOf(facet, lang, counts, known, site)).map(({ list }) =>
      outline(list, "      "),
    ),
    "    </outline>",
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<opml version="2.0">',
    "  <head>",
    `    <title>${escapeXml(title)}</title>`,
    `    <ownerName>${escapeXml(publisher)}</ownerName>`,
    "  </head>",
    "  <body>",
    outline(languageList(undefined), "    "),
    ...languages,
    "  </body>",
    "</opml>",
    "",
  ].join("\n");
}

function languageSection(
  lang: string,
  counts: readonly Count[],
  known: Registry | undefined,
  site: Site,
): Element {
  const phrases = phrasesIn(lang, site);
  const all = {
    list: languageList(lang),
    name: phrases.allTexts,
    count: countOf(counts, lang, "lang", lang),
  };
  return h("section", { lang, dir: direction(lang), id: lang }, [
    h("h2", languageName(lang, site)),
    table(undefined, [all], lang, site),
    REGISTRY_FACETS.map((facet) => {
      const rows = rowsOf(facet, lang, counts, known, site);
      if (rows.length === 0) return null;
      return table(h("a", { href: facetPath(lang, facet) }, phrases.facets[facet]), rows, lang, site);
    }),
  ]);
}

function table(
  caption: Element | string | undefined,
  rows: readonly FeedRow[],
  lang: string,
  site: Site,
): Element {
  const { copy, copied } = phrasesIn(lang, site);
  return h("table", { className: ["feeds"] }, [
    caption === undefined ? null : h("caption", caption),
    h(
      "tbody",
      rows.map(({ list, name, count }) =>
        h("tr", [
          h("th", { scope: "row" }, h("a", { href: addressOf({ list }) }, name)),
          h("td", { className: ["count"] }, String(count)),
          h("td", { className: ["formats"] }, [
            FEED_FORMATS.flatMap((format) => [
              h("a", { href: addressOf({ list, format }) }, FEED_LABELS[format]),
              " ",
            ]),
            // The script shows the button, which does nothing without it.
            h(
              "button",
              {
                type: "button",
                hidden: true,
                dataCopy: `${site.baseUrl}${addressOf({ list, format: "atom" })}`,
                dataCopied: copied,
              },
              copy,
            ),
          ]),
        ]),
      ),
    ),
  ]);
}

/** The values of a facet that releases of a language have, sorted by name. */
function rowsOf(
  facet: RegistryFacet,
  lang: string,
  counts: readonly Count[],
  known: Registry | undefined,
  site: Site,
): FeedRow[] {
  const field = FIELD_OF_FACET[facet];
  return counts
    .filter((count) => count.lang === lang && count.field === field)
    .map(({ value, count }) => ({
      list: facetList(lang, facet, value),
      name: facet === "types" ? typeName(value, lang, known, site) : nameOf(known, facet, value, lang),
      count,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, lang) || (listKey(a) < listKey(b) ? -1 : 1));
}

function listKey({ list }: FeedRow): string {
  return addressOf({ list });
}

function countOf(counts: readonly Count[], lang: string, field: string, value: string): number {
  return (
    counts.find((each) => each.lang === lang && each.field === field && each.value === value)?.count ?? 0
  );
}
