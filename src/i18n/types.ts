/**
 * The phrases that pages and feeds use; one file for each language has them all.
 */
import type { Facet } from "../domain/release.ts";

export interface Phrases {
  everything: string;
  /** Names of release types. */
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
  /** Before the title of a withdrawn release in feeds. */
  withdrawnMark: string;
  /** Title of the page of a killed release. */
  killed: string;
  reason: string;
  /** Banner of a release whose translation was corrected. */
  stale: string;
  /** Names of facets, as headings. */
  facets: Record<"types" | Facet, string>;
  /** In the title of a list: exclusions and bounds. */
  without: string;
  since: string;
  until: string;
  /** Below the summary of a text that is too long for the newest document of a feed: leads to its page. */
  summaryOnly: string;
  /** Links of a list to older and newer releases. */
  older: string;
  newer: string;
  /** For a value that left the registry. */
  feedEnded: string;
  feedEndedText: string;
  /** For a person who opens a feed in a browser. */
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
  footnotes: string;
  /** Before the number of a footnote. */
  backToReference: string;
  /** Before the address of what a page cannot show. */
  video: string;
  audio: string;
  embedded: string;
  /** Between a label and what it labels, with its spaces. */
  colon: string;
  /** Around what a person typed. */
  quotes: readonly [string, string];
}
