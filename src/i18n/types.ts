/**
 * The phrases that pages and feeds use; one file for each language has them all.
 */
import type { Facet } from "../domain/release.ts";

export interface Phrases {
  everything: string;
  /** Of one type of release. */
  types: Record<string, string>;
  feeds: string;
  languages: string;
  skip: string;
  published: string;
  updated: string;
  note: string;
  source: string;
  otherLanguages: string;
  attachments: string;
  filedUnder: string;
  nothing: string;
  notFound: string;
  notFoundText: string;
  /** Banner of a withdrawn release. */
  withdrawn: string;
  /** In front of a withdrawn release's title in feeds. */
  withdrawnMark: string;
  /** Title of what is left of a killed one. */
  killed: string;
  reason: string;
  /** Banner of a translation that a correction has left behind. */
  stale: string;
  /** Names of facets, as headings. */
  facets: Record<"types" | Facet, string>;
  /** In the title of a list: taken out of it, and its bounds. */
  without: string;
  since: string;
  until: string;
  /** Of a list: to what is older, and newer. */
  older: string;
  newer: string;
  /** Of a value that is no more. */
  feedEnded: string;
  feedEndedText: string;
  /** For somebody who has opened a feed in a browser. */
  thisIsAFeed: string;
  thisIsAFeedText: string;
  newest: string;
  /** The directory of feeds. */
  allFeeds: string;
  allFeedsText: string;
  forReaders: string;
  allTexts: string;
  copy: string;
  copied: string;
}
