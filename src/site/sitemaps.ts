/**
 * Sitemaps (sitemaps.org/protocol.html), with the translations of each page and, for news, Google's tags.
 */
import { formatInstant, type Instant } from "../domain/dates.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { escapeXml } from "../domain/text.ts";

const SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9";
const NEWS = "http://www.google.com/schemas/sitemap-news/0.9";
const XHTML = "http://www.w3.org/1999/xhtml";

/** A page in a sitemap. */
export interface SitemapEntry {
  path: string;
  /** When the page changed last. */
  changed?: Instant;
  /** The same content in all its languages, with that of the page itself; empty if it has only one. */
  alternates: { lang: string; path: string }[];
  /** Set for a text of the last two days. */
  news?: { lang: string; title: string; published: Instant };
}

/** @param files the sitemaps, with the moment of the last change where it is known */
export function sitemapIndex(
  files: readonly { path: string; changed?: Instant }[],
  { baseUrl }: Site,
): string {
  return document(
    "sitemapindex",
    `xmlns="${SITEMAP}"`,
    files.map(({ path, changed }) => element("sitemap", location(baseUrl, path) + lastModified(changed))),
  );
}

export function sitemap(entries: readonly SitemapEntry[], site: Site): string {
  const { baseUrl } = site;
  return document(
    "urlset",
    `xmlns="${SITEMAP}" xmlns:xhtml="${XHTML}" xmlns:news="${NEWS}"`,
    entries.map(({ path, changed, alternates, news }) =>
      element(
        "url",
        location(baseUrl, path) +
          lastModified(changed) +
          alternates.map((alternate) => alternateLink(alternate.lang, baseUrl + alternate.path)).join("") +
          (news === undefined ? "" : newsTags(news, site)),
      ),
    ),
  );
}

/** A link to the same content in another language; a program that reads a language knows it by `hreflang`. */
function alternateLink(lang: string, url: string): string {
  return `<xhtml:link rel="alternate" hreflang="${escapeXml(lang)}" href="${escapeXml(url)}"/>`;
}

function newsTags({ lang, title, published }: NonNullable<SitemapEntry["news"]>, site: Site): string {
  const publication =
    element("news:name", escapeXml(textsIn(site, lang).title)) + element("news:language", newsLanguage(lang));
  return element(
    "news:news",
    element("news:publication", publication) +
      element("news:publication_date", formatInstant(published)) +
      element("news:title", escapeXml(title)),
  );
}

/** Google takes ISO 639 codes, and two names of its own for Chinese. */
function newsLanguage(lang: string): string {
  const { language, script } = new Intl.Locale(lang).maximize();
  if (language !== "zh") return language;
  return script === "Hant" ? "zh-tw" : "zh-cn";
}

function location(baseUrl: string, path: string): string {
  return element("loc", escapeXml(baseUrl + path));
}

function lastModified(changed: Instant | undefined): string {
  return changed === undefined ? "" : element("lastmod", formatInstant(changed));
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function document(root: string, namespaces: string, children: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<${root} ${namespaces}>`,
    ...children,
    `</${root}>`,
    "",
  ].join("\n");
}
