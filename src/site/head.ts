/**
 * The head of every page: what browsers, feed readers and crawlers read about it.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { addressOf, FEED_FORMATS, FEED_TYPES, languageOf } from "../domain/list.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { FEED_LABELS } from "../feeds/feed.ts";
import { iconOf } from "../feeds/icon.ts";
import type { Page } from "./page.ts";
import { stylesheetPath } from "./stylesheet.ts";

export function pageHead(page: Page, site: Site): Element {
  const { title, description } = textsIn(site, page.lang);
  const summary = page.description ?? description;
  const fullTitle = page.title.includes(title) ? page.title : `${page.title} – ${title}`;
  return h("head", [
    h("meta", { charSet: "utf-8" }),
    h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    h("title", fullTitle),
    summary === undefined ? null : h("meta", { name: "description", content: summary }),
    page.path === undefined ? null : h("link", { rel: "canonical", href: `${site.baseUrl}${page.path}` }),
    page.permanentPath === undefined
      ? null
      : h("link", { rel: "shortlink", href: `${site.baseUrl}${page.permanentPath}` }),
    languageLinks(page, site),
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
    h("link", { rel: "icon", ...iconOf(site) }),
    [...(page.head ?? [])],
    page.script === undefined ? null : h("script", { type: "module", src: page.script }),
  ]);
}

/** The page in each of its languages, itself too. `x-default` is for readers of any other language. */
function languageLinks({ lang, list, path, alternates = [] }: Page, site: Site): Element[] {
  if (path === undefined || alternates.length === 0 || languageOf(list) === undefined) return [];
  const own = { lang, url: `${site.baseUrl}${path}` };
  const all = [own, ...alternates.filter((alternate) => alternate.lang !== lang)];
  const byDefault = all.find((each) => each.lang === site.languages[0]) ?? own;
  return [...all, { ...byDefault, lang: "x-default" }].map((each) =>
    h("link", { rel: "alternate", hrefLang: each.lang, href: each.url }),
  );
}
