/**
 * The frame of every page: head, header with languages, footer with feeds.
 */
import type { Element } from "hast";
import { type Child, h } from "hastscript";
import { toHtml } from "hast-util-to-html";
import { addressOf, FEED_FORMATS, languageOf, type ReleaseList } from "../domain/list.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { FEED_LABELS, FEED_TYPES } from "../feeds/feed.ts";
import { ICON_PATH } from "../feeds/build-feed.ts";
import { direction, languageName, phrasesIn } from "../i18n/phrases.ts";
import { siteFooter } from "./footer.ts";
import { stylesheetPath } from "./stylesheet.ts";

export interface Page {
  title: string;
  lang: string;
  description?: string;
  /** The title of the list whose feeds the page offers. Left out: the title of the site. */
  feedTitle?: string;
  /** Path of the page. Left out if nothing is there. */
  path?: string;
  /** The permanent path of what the page shows: `/r/ID` of a release. */
  permanentPath?: string;
  /** The list whose feeds the page offers. */
  list: ReleaseList;
  /** The same content in other languages. */
  alternates?: { lang: string; url: string }[];
  main: Child;
  /** Path of the script that the page runs. The content security policy allows only our own. */
  script?: string;
}

/** The language of a list's pages: its own, else the first of the site. */
export function pageLanguage(list: ReleaseList, site: Site): string {
  return languageOf(list) ?? site.languages[0] ?? "en";
}

/** Renders a complete HTML document. */
export function pageHtml(page: Page, site: Site): string {
  const phrases = phrasesIn(page.lang, site);
  const { title, description } = textsIn(site, page.lang);
  const summary = page.description ?? description;
  const lang = languageOf(page.list);
  const fullTitle = page.title.startsWith(title) ? page.title : `${page.title} – ${title}`;
  const document = h(null, [
    { type: "doctype" },
    h("html", { lang: page.lang, dir: direction(page.lang) }, [
      h("head", [
        h("meta", { charSet: "utf-8" }),
        h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
        h("title", fullTitle),
        summary === undefined ? null : h("meta", { name: "description", content: summary }),
        page.path === undefined ? null : h("link", { rel: "canonical", href: `${site.baseUrl}${page.path}` }),
        page.permanentPath === undefined
          ? null
          : h("link", { rel: "shortlink", href: `${site.baseUrl}${page.permanentPath}` }),
        (page.alternates ?? []).map(({ lang, url }) =>
          h("link", { rel: "alternate", hrefLang: lang, href: url }),
        ),
        FEED_FORMATS.map((format) =>
          h("link", {
            rel: "alternate",
            type: FEED_TYPES[format].split(";")[0],
            title: `${page.feedTitle ?? title} (${FEED_LABELS[format]})`,
            href: `${site.baseUrl}${addressOf({ list: page.list, format })}`,
          }),
        ),
        site.licence === undefined ? null : h("link", { rel: "license", href: site.licence }),
        h("link", { rel: "stylesheet", href: stylesheetPath(site) }),
        h("link", { rel: "icon", type: "image/png", href: ICON_PATH }),
        page.script === undefined ? null : h("script", { src: page.script, defer: true }),
      ]),
      h("body", [
        h("a", { className: ["skip"], href: "#main" }, phrases.skip),
        h("header", [
          h(
            "p",
            { className: ["site"] },
            h("a", { href: lang === undefined ? "/" : `/${lang}` }, h("span", title)),
          ),
          site.languages.length === 1 ? null : languageMenu(lang, phrases.languages, site),
        ]),
        h("main", { id: "main" }, page.main),
        siteFooter(page, site),
      ]),
    ]),
  ]);
  return `${toHtml(document, { allowDangerousHtml: true })}\n`;
}

/** @param current the language of the page's list; undefined: it mixes languages */
function languageMenu(current: string | undefined, label: string, site: Site): Element {
  return h(
    "nav",
    { ariaLabel: label },
    site.languages.map((each) =>
      h(
        "a",
        {
          href: `/${each}`,
          lang: each,
          hrefLang: each,
          ariaCurrent: each === current ? "true" : undefined,
        },
        languageName(each, site),
      ),
    ),
  );
}
