/**
 * What every page has: head, header with languages, footer with feeds.
 */
import type { Child } from "hastscript";
import { h } from "hastscript";
import { toHtml } from "hast-util-to-html";
import { FEED_FORMATS, FEED_TYPES } from "../feeds/feed-model.ts";
import { feedPath } from "../feeds/list-feed.ts";
import { direction, languageName, phrasesIn } from "../domain/phrases.ts";

/** What pages are told of the site. */
export interface Site {
  /** Absolute, without a slash at the end. */
  baseUrl: string;
  title: string;
  publisher: string;
  /** BCP 47; the first is the default. */
  languages: readonly string[];
  timeZone: string;
}

export interface Page {
  title: string;
  lang: string;
  description?: string;
  /** Path of the page itself; left out where there is nothing. */
  path?: string;
  /** The list whose feeds the page offers: `""` or `/LANG`. */
  listPath: string;
  /** The same content in other languages. */
  alternates?: { lang: string; url: string }[];
  main: Child;
}

const FORMAT_NAMES = { rss: "RSS", atom: "Atom", json: "JSON Feed" } as const;

/** A whole HTML document. */
export function pageHtml(page: Page, site: Site): string {
  const phrases = phrasesIn(page.lang);
  const fullTitle = page.title.startsWith(site.title) ? page.title : `${page.title} – ${site.title}`;
  const document = h(null, [
    { type: "doctype" },
    h("html", { lang: page.lang, dir: direction(page.lang) }, [
      h("head", [
        h("meta", { charSet: "utf-8" }),
        h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
        h("title", fullTitle),
        page.description === undefined ? null : h("meta", { name: "description", content: page.description }),
        page.path === undefined ? null : h("link", { rel: "canonical", href: `${site.baseUrl}${page.path}` }),
        (page.alternates ?? []).map(({ lang, url }) =>
          h("link", { rel: "alternate", hrefLang: lang, href: url }),
        ),
        FEED_FORMATS.map((format) =>
          h("link", {
            rel: "alternate",
            type: FEED_TYPES[format].split(";")[0],
            title: `${site.title} (${FORMAT_NAMES[format]})`,
            href: `${site.baseUrl}${feedPath(page.listPath, format)}`,
          }),
        ),
        h("link", { rel: "stylesheet", href: "/style.css" }),
        h("link", { rel: "icon", href: "data:," }), // none: browsers would ask for /favicon.ico
      ]),
      h("body", [
        h("a", { className: ["skip"], href: "#main" }, phrases.skip),
        h("header", [
          h("p", { className: ["site"] }, h("a", { href: page.listPath || "/" }, site.title)),
          h(
            "nav",
            { ariaLabel: phrases.languages },
            site.languages.map((lang) =>
              h(
                "a",
                {
                  href: `/${lang}`,
                  lang,
                  hrefLang: lang,
                  ariaCurrent: page.listPath === `/${lang}` ? "true" : undefined,
                },
                languageName(lang),
              ),
            ),
          ),
        ]),
        h("main", { id: "main" }, page.main),
        h("footer", [
          h("p", [
            `${phrases.feeds}: `,
            FEED_FORMATS.flatMap((format, index) => [
              index === 0 ? "" : " · ",
              h("a", { href: feedPath(page.listPath, format) }, FORMAT_NAMES[format]),
            ]),
          ]),
          h("p", site.publisher),
        ]),
      ]),
    ]),
  ]);
  return `${toHtml(document, { allowDangerousHtml: true })}\n`;
}
