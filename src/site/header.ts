/**
 * The header of every page: the logo and title of the site, and its languages.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { languageOf } from "../domain/list.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { languageName, phrasesIn } from "../i18n/phrases.ts";
import type { Page } from "./page.ts";

export function siteHeader(page: Page, site: Site): Element {
  const { title } = textsIn(site, page.lang);
  const lang = languageOf(page.list);
  return h("header", [
    h(
      "p",
      { className: ["site"] },
      h("a", { href: lang === undefined ? "/" : `/${lang}` }, [logo(site), h("span", title)]),
    ),
    site.languages.length === 1 ? null : languageMenu(page, site),
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
    { ariaLabel: phrasesIn(lang, site).languages },
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
