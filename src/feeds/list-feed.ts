/**
 * A list of releases as a feed.
 */
import { FACETS, type Facet, type ReleaseView } from "../domain/release.ts";
import { h } from "hastscript";
import { toHtml } from "hast-util-to-html";
import { parseInstant } from "../domain/instant.ts";
import { phrasesIn } from "../domain/phrases.ts";
import { writeAtom } from "./atom.ts";
import { FEED_FORMATS, type Feed, type FeedEntry, type FeedFormat } from "./feed-model.ts";
import { writeJsonFeed } from "./json-feed.ts";
import { writeRss } from "./rss.ts";

/** What the feed of a list is told of the site. */
export interface FeedSite {
  /** Absolute, without a slash at the end. */
  baseUrl: string;
  publisher: string;
}

/** The list: its path (`""` or `/LANG`) and its title in its language. */
export interface FeedList {
  path: string;
  title: string;
  lang?: string;
}

export const writers: Record<FeedFormat, (feed: Feed) => string> = {
  rss: writeRss,
  atom: writeAtom,
  json: writeJsonFeed,
};

/** The path of a list's feed. */
export function feedPath(listPath: string, format: FeedFormat): string {
  return `${listPath}/feed.${format}`;
}

/** @param releases newest first */
export function listFeed(list: FeedList, releases: readonly ReleaseView[], site: FeedSite): Feed {
  const entries = releases.map((release) => feedEntry(release, site));
  const page = `${site.baseUrl}${list.path || "/"}`;
  return {
    title: list.title,
    ...(list.lang === undefined ? {} : { lang: list.lang }),
    page,
    self: Object.fromEntries(
      FEED_FORMATS.map((format) => [format, `${site.baseUrl}${feedPath(list.path, format)}`]),
    ) as Record<FeedFormat, string>,
    author: { name: site.publisher, url: `${site.baseUrl}/` },
    ...(entries.length === 0 ? {} : { updated: Math.max(...entries.map(({ updated }) => updated)) }),
    entries,
  };
}

function feedEntry(release: ReleaseView, site: FeedSite): FeedEntry {
  const shown = release.status === "withdrawn" ? withdrawnTexts(release) : release;
  return {
    id: release.id,
    title: shown.title,
    summary: shown.summary,
    url: release.url,
    lang: release.lang,
    html: shown.content.html,
    published: parseInstant(release.published) ?? 0,
    updated: parseInstant(release.updated) ?? 0,
    translations: release.translations.map(({ lang, url }) => ({ lang, url })),
    categories: [
      category("types", release.type, release, site),
      ...FACETS.flatMap((facet) => release[facet].map((value) => category(facet, value, release, site))),
    ],
  };
}

/** Readers keep what they have read: the mark and the reason must be in the entry itself. */
function withdrawnTexts(release: ReleaseView): Pick<ReleaseView, "title" | "summary" | "content"> {
  const phrases = phrasesIn(release.lang);
  const banner = `${phrases.withdrawn}. ${phrases.reason}: ${release.reason ?? ""}`;
  const { html, text } = release.content;
  return {
    title: `${phrases.withdrawnMark}: ${release.title}`,
    summary: `${banner} – ${release.summary}`,
    content: { html: `${toHtml(h("p", h("strong", banner)))}\n${html}`, text },
  };
}

function category(facet: Facet | "types", value: string, release: ReleaseView, site: FeedSite) {
  return {
    scheme: `${site.baseUrl}/${release.lang}/${facet}`,
    term: value,
    label: release.names[facet][value] ?? value,
  };
}
