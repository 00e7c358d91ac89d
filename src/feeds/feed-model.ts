/**
 * One neutral feed: what a list of releases is, before any format. The writers beside this file turn
 * it into RSS, Atom and JSON Feed with the same ids in the same order.
 */
import type { Instant } from "../domain/instant.ts";

export const FEED_FORMATS = ["rss", "atom", "json"] as const;
export type FeedFormat = (typeof FEED_FORMATS)[number];

export const FEED_TYPES: Record<FeedFormat, string> = {
  rss: "application/rss+xml; charset=utf-8",
  atom: "application/atom+xml; charset=utf-8",
  json: "application/feed+json; charset=utf-8",
};

export interface Feed {
  title: string;
  /** BCP 47; left out where the list mixes languages. */
  lang?: string;
  /** Absolute URL of the list's page; also the permanent name of the feed. */
  page: string;
  /** Absolute URL of this feed in each format. */
  self: Record<FeedFormat, string>;
  /** The office that publishes: author of the feed and of every entry. */
  author: { name: string; url: string };
  /** The latest `updated` of the entries; left out when there are none. */
  updated?: Instant;
  /** Newest first by `published`. */
  entries: FeedEntry[];
}

export interface FeedEntry {
  /** The release's id, a UUID. */
  id: string;
  title: string;
  summary: string;
  /** Absolute URL of the release's page. */
  url: string;
  lang: string;
  /** Sanitised, with absolute URLs and without `]]>`. */
  html: string;
  published: Instant;
  updated: Instant;
  /** The same text in other languages. */
  translations: { lang: string; url: string }[];
  categories: { scheme: string; term: string; label: string }[];
}

/** The permanent name of a release in every format (CONTRACT 1). */
export function entryUrn(id: string): string {
  return `urn:uuid:${id}`;
}
