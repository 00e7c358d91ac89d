/**
 * A feed before any format. The writers beside this file turn it into RSS, Atom and JSON Feed, with the same
 * ids in the same order.
 */
import type { Instant } from "../domain/dates.ts";
import type { FeedFormat } from "../domain/list.ts";
import type { AttachmentView, ImageView } from "../domain/release.ts";

/** The names of the formats, for people. */
export const FEED_LABELS: Record<FeedFormat, string> = { rss: "RSS", atom: "Atom", json: "JSON Feed" };

/** The name of the software, as feeds give it. */
export const GENERATOR = "communique";

/** The same document in each format, as absolute URLs. */
export type Addresses = Record<FeedFormat, string>;

export interface Feed {
  title: string;
  /** Of the site. */
  description?: string;
  /** BCP 47. Left out if the list mixes languages. */
  lang?: string;
  /** Absolute URL of the list's page. */
  page: string;
  /** This document. */
  self: Addresses;
  /** The hub that sends this document to subscribers (WebSub). An archive has none. */
  hub?: string;
  /** The document of the newest releases (RFC 5005); the same as `self` unless this is an archive. */
  current: Addresses;
  isArchive: boolean;
  previousArchive?: Addresses;
  nextArchive?: Addresses;
  /** The publisher, in the language of the feed. */
  author: { name: string; url: string };
  rights: string;
  /** URL of the licence of the texts. */
  licence?: string;
  /** Absolute URL of a square PNG. */
  icon: string;
  /** The latest `updated` of entries and deletions. */
  updated: Instant;
  /** Newest first by `published`. */
  entries: FeedEntry[];
  /** Releases that this document had as entries, for Atom. `reason` is empty for one that was filed elsewhere. */
  deleted: { id: string; at: Instant; reason: string }[];
  /** The same as entries without a text, for formats that have no deletions; in any order. */
  tombstones: FeedEntry[];
}

export interface FeedEntry {
  /** A permanent URN. */
  id: string;
  title: string;
  summary: string;
  /** Absolute URL of the release's page. */
  url: string;
  lang: string;
  /** The publisher, in the language of the entry. */
  author: string;
  /** Sanitised, with absolute URLs and without `]]>`. */
  html: string;
  /** `html` is the summary, because the text is too long for this document. */
  isSummary?: true;
  published: Instant;
  updated: Instant;
  /** The note of the latest major change. */
  note?: string;
  /** Absolute URL of the source of the text. */
  source?: string;
  image?: ImageView;
  attachments: AttachmentView[];
  /** The same text in other languages. */
  translations: { lang: string; url: string }[];
  categories: { scheme: string; term: string; label: string }[];
  /** Set for a release that this document had before: the entry says so in place of its text. */
  removed?: { reason?: string };
  /** What changed since the publication, and how a link to it reads. */
  history?: { url: string; title: string };
}

/** The entries of a document, newest first. Atom has deletions; the other formats have tombstones among the entries. */
export function entriesIn({ entries, tombstones }: Feed, format: FeedFormat): readonly FeedEntry[] {
  if (format === "atom" || tombstones.length === 0) return entries;
  return [...entries, ...tombstones].sort((a, b) => b.published - a.published);
}

/** The permanent id of a release, in every format of feeds and pages. */
export function entryUrn(id: string): string {
  return `${URN}${id}`;
}

/** The id of the release that an entry is about, from {@link entryUrn}. */
export function releaseOfUrn(urn: string): string {
  return urn.slice(URN.length);
}

const URN = "urn:uuid:";
