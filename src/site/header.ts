/**
 * The header of every page: the logo and title of the site, its languages, its sections, and a search box.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { SEARCH_CHARS_MAX } from "../domain/limits.ts";
import { facetPath, languageOf } from "../domain/list.ts";
import { REGISTRY_FACETS } from "../domain/registry.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { languageName, phrasesIn } from "../i18n/phrases.ts";
import { formAction } from "./filter-form.ts";
import type { Page } from "./page.ts";

export function siteHeader(page: Page, site: Site): Element {
  const { title } = textsIn(site, page.lang);
  const lang = languageOf(page.list);
  return h("header", [
    h("div", { className: ["masthead"] }, [
      h(
        "p",
        { className: ["site"] },
        h("a", { href: lang === undefined ? "/" : `/${lang}` }, [logo(site), h("span", title)]),
      ),
      site.languages.length === 1 ? null : languageMenu(page, site),
    ]),
    h("div", { className: ["bar"] }, [
      sectionMenu(page, site),
      page.hasSearch === true ? null : searchBox(page, site),
    ]),
  ]);
}

/** Its words are the title beside it. */
function logo({ logoImage }: Site): Element | null {
  if (logoImage === undefined) return null;
  const { url, width, height } = logoImage;
  return h("img", {
    className: ["logo"],
    src: url,
    alt: "",
    ...(width !== null && height !== null && { width, height }),
  });
}

/** Leads to the same page in each language, or to the list of the language if there is none. */
function languageMenu({ lang, list, alternates = [] }: Page, site: Site): Element {
  const current = languageOf(list);
  return h(
    "nav",
    { className: ["languages"], ariaLabel: phrasesIn(lang, site).languages },
    site.languages.map((each) =>
      h(
        "a",
        {
          href: alternates.find((alternate) => alternate.lang === each)?.url ?? `/${each}`,
          lang: each,
          hrefLang: each,
          ariaCurrent: each === current ? "true" : undefined,
        },
        languageName(each, site),
      ),
    ),
  );
}

/** The indexes of the facets, in the language of the page if the site has it. */
function sectionMenu({ lang, list, section }: Page, site: Site): Element {
  const { facets, pages } = phrasesIn(lang, site);
  const target = languageOf(list) ?? site.languages[0] ?? lang;
  return h(
    "nav",
    { className: ["sections"], ariaLabel: pages.sections },
    REGISTRY_FACETS.map((facet) =>
      h(
        "a",
        { href: facetPath(target, facet), ariaCurrent: facet === section ? "page" : undefined },
        facets[facet],
      ),
    ),
  );
}

function searchBox({ lang, list }: Page, site: Site): Element {
  const { search } = phrasesIn(lang, site).pages;
  return h("form", { className: ["find"], role: "search", action: formAction(list) }, [
    h("input", { type: "search", name: "q", ariaLabel: search, maxLength: SEARCH_CHARS_MAX }),
    h("button", { type: "submit" }, search),
  ]);
}
