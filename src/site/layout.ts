/**
 * The frame of every page: head, header, footer.
 */
import { h } from "hastscript";
import { toHtml } from "hast-util-to-html";
import type { Site } from "../domain/site.ts";
import { direction, phrasesIn } from "../i18n/phrases.ts";
import { siteFooter } from "./footer.ts";
import { pageHead } from "./head.ts";
import { siteHeader } from "./header.ts";
import type { Page } from "./page.ts";

/** Renders a complete HTML document. */
export function pageHtml(page: Page, site: Site): string {
  const document = h(null, [
    { type: "doctype" },
    h("html", { lang: page.lang, dir: direction(page.lang) }, [
      pageHead(page, site),
      h("body", [
        h("a", { className: ["skip"], href: "#main" }, phrasesIn(page.lang, site).skip),
        siteHeader(page, site),
        h("main", { id: "main" }, page.main),
        siteFooter(page, site),
      ]),
    ]),
  ]);
  return `${toHtml(document, { allowDangerousHtml: true })}\n`;
}
