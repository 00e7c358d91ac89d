/**
 * The index of a facet in a language: every value that releases have, with how many.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { addressOf, facetList, facetPath, languageList, listAddress } from "../domain/list.ts";
import { registeredName, type Registry, type RegistryFacet } from "../domain/registry.ts";
import type { Site } from "../domain/site.ts";
import { builtInTypeName, phrasesIn } from "../i18n/phrases.ts";
import { pageHtml } from "./layout.ts";
import { LETTERS_FROM_VALUES } from "./limits.ts";

interface Entry {
  value: string;
  name: string;
  role: string | undefined;
  count: string;
}

/** @param counts of the facet's values in the language */
export function facetPage(
  { lang, facet }: { lang: string; facet: RegistryFacet },
  counts: readonly { value: string; count: number }[],
  known: Registry | undefined,
  site: Site,
): string {
  const phrases = phrasesIn(lang, site);
  const registered = new Map(known?.[facet].map((value) => [value.slug, value]));
  const { compare } = new Intl.Collator(lang);
  const written = new Intl.NumberFormat(lang);
  const entries = counts
    .map(({ value, count }): Entry => {
      const found = registered.get(value);
      const name =
        found === undefined && facet === "types"
          ? builtInTypeName(value, lang, site)
          : registeredName(found, value, lang);
      return { value, name, role: found?.role?.[lang], count: written.format(count) };
    })
    .sort((a, b) => compare(a.name, b.name) || (a.value < b.value ? -1 : 1));
  const groups =
    entries.length < LETTERS_FROM_VALUES ? [["", entries] as const] : [...byLetter(entries, lang)];
  return pageHtml(
    {
      title: phrases.facets[facet],
      lang,
      path: facetPath(lang, facet),
      list: languageList(lang),
      alternates: site.languages
        .filter((each) => each !== lang)
        .map((each) => ({ lang: each, url: `${site.baseUrl}${facetPath(each, facet)}` })),
      section: facet,
      main: [
        h("h1", phrases.facets[facet]),
        entries.length === 0
          ? h("p", [
              `${phrases.nothing} `,
              h("a", { href: addressOf({ list: languageList(lang) }) }, phrases.allTexts),
            ])
          : groups.flatMap(([letter, group]) => [
              letter === "" ? null : h("h2", letter),
              h(
                "ul",
                { className: ["values"] },
                group.map((entry) => valueRow(entry, lang, facet)),
              ),
            ]),
      ],
    },
    site,
  );
}

function byLetter(entries: readonly Entry[], lang: string): Map<string, Entry[]> {
  return Map.groupBy(entries, ({ name }) => (/\p{L}|\p{N}/u.exec(name)?.[0] ?? "#").toLocaleUpperCase(lang));
}

function valueRow({ value, name, role, count }: Entry, lang: string, facet: RegistryFacet): Element {
  return h("li", [
    h("a", { href: listAddress(facetList(lang, facet, value)) }, name),
    role === undefined ? null : h("span", { className: ["role"] }, ` ${role}`),
    h("span", { className: ["count"] }, ` (${count})`),
  ]);
}
