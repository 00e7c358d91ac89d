/**
 * A list of releases as a feed.
 */
import { type Facet, FACETS, type ReleaseView } from "../domain/release.ts";
import { h } from "hastscript";
import { toHtml } from "hast-util-to-html";
import { dayOf, type Instant, parseInstant } from "../domain/dates.ts";
import {
  addressOf,
  facetList,
  FEED_FORMATS,
  type FeedFormat,
  listAddress,
  type ListPlace,
  type ReleaseList,
} from "../domain/list.ts";
import { dayInWords, phrasesIn } from "../i18n/phrases.ts";
import type { Site } from "../domain/site.ts";
import { writeAtom } from "./atom.ts";
import { type Addresses, entryUrn, type Feed, type FeedEntry } from "./feed.ts";
import { writeJsonFeed } from "./json-feed.ts";
import { writeRss } from "./rss.ts";

/** A list with what it is called, in its language. */
export interface TitledList {
  list: ReleaseList;
  title: string;
  /** Left out where the list mixes languages. */
  lang?: string;
}

/** Where a document of a list stands among the others: numbers of archives. */
export interface ArchiveLinks {
  /** Left out: the newest releases. */
  archive?: number;
  previous?: number;
  next?: number;
}

/** Path of the icon below the service's address. */
export const ICON_PATH = "/icon.png";

export const writers: Record<FeedFormat, (feed: Feed) => string> = {
  rss: writeRss,
  atom: writeAtom,
  json: writeJsonFeed,
};

/**
 * @param releases newest first
 * @param killed what the document held before
 */
export function buildFeed(
  { list, title, lang }: TitledList,
  chain: ArchiveLinks,
  releases: readonly ReleaseView[],
  killed: readonly ReleaseView[],
  site: Site,
): Feed {
  const entries = releases.map((release) => feedEntry(release, site));
  const deleted = killed.map(({ id, updated, reason }) => ({
    id: entryUrn(id),
    at: parseInstant(updated) ?? 0,
    reason: reason ?? "",
  }));
  const addresses = (archive: number | undefined) =>
    addressesOf(archive === undefined ? { list } : { list, archive }, site);
  const changes = [...entries.map(({ updated }) => updated), ...deleted.map(({ at }) => at)];
  return {
    title,
    ...(lang === undefined ? {} : { lang }),
    page: `${site.baseUrl}${listAddress(list)}`,
    self: addresses(chain.archive),
    current: addresses(undefined),
    isArchive: chain.archive !== undefined,
    ...(chain.previous === undefined ? {} : { previousArchive: addresses(chain.previous) }),
    ...(chain.next === undefined ? {} : { nextArchive: addresses(chain.next) }),
    author: { name: site.publisher, url: `${site.baseUrl}/` },
    rights: `© ${site.publisher}`,
    icon: `${site.baseUrl}${ICON_PATH}`,
    ...(changes.length === 0 ? {} : { updated: Math.max(...changes) }),
    entries,
    deleted,
  };
}

/** A document of a list in each format. */
export function addressesOf(place: Omit<ListPlace, "format">, { baseUrl }: Site): Addresses {
  return Object.fromEntries(
    FEED_FORMATS.map((format) => [format, `${baseUrl}${addressOf({ ...place, format })}`]),
  ) as Addresses;
}

function feedEntry(release: ReleaseView, site: Site): FeedEntry {
  const { note, source, image } = release;
  return {
    id: entryUrn(release.id),
    ...shownTexts(release, site),
    url: release.url,
    lang: release.lang,
    published: parseInstant(release.published) ?? 0,
    updated: parseInstant(release.updated) ?? 0,
    ...(note === undefined ? {} : { note }),
    ...(source === undefined ? {} : { source }),
    ...(image === undefined ? {} : { image }),
    attachments: release.attachments,
    translations: release.translations.map(({ lang, url }) => ({ lang, url })),
    categories: [
      category("types", release.type, release, site),
      ...FACETS.flatMap((facet) => release[facet].map((value) => category(facet, value, release, site))),
    ],
  };
}

/**
 * Readers keep what they have read, and many show nothing but title and text: that a text is withdrawn,
 * or what a correction has changed, must stand in the entry itself.
 */
function shownTexts(release: ReleaseView, { timeZone }: Site): Pick<FeedEntry, "title" | "summary" | "html"> {
  const phrases = phrasesIn(release.lang);
  const { title, summary, content, note } = release;
  const corrected =
    note === undefined
      ? []
      : [
          `${phrases.updated} ${dayInWords(dayOf(parseInstant(release.updated) ?? 0, timeZone), release.lang)}. ${phrases.note}: ${note}`,
        ];
  if (release.status !== "withdrawn")
    return { title, summary, html: withParagraphs(corrected, content.html) };
  const banner = `${phrases.withdrawn}. ${phrases.reason}: ${release.reason ?? ""}`;
  return {
    title: `${phrases.withdrawnMark}: ${title}`,
    summary: `${banner} – ${summary}`,
    html: withParagraphs([banner, ...corrected.map(() => `${phrases.note}: ${note ?? ""}`)], content.html),
  };
}

function withParagraphs(texts: readonly string[], html: string): string {
  return [...texts.map((text) => toHtml(h("p", h("strong", text))).replaceAll("]]>", "]]&gt;")), html].join(
    "\n",
  );
}

function category(facet: Facet | "types", value: string, release: ReleaseView, site: Site) {
  return {
    // Term and label are looked up by it; `${scheme}/${term}` is the list of what has the value.
    scheme: `${site.baseUrl}${listAddress(facetList(release.lang, facet, value)).replace(/\/[^/]*$/, "")}`,
    term: value,
    label:
      release.names[facet][value] ??
      (facet === "types" ? phrasesIn(release.lang).types[value] : undefined) ??
      value,
  };
}

// FOLDED: The feed of a value that is no more: one entry that says so, for as long as pollers take to read it.

/** @param at when the value was taken out of the registry */
export function buildRetiredFeed(shown: TitledList, at: Instant, site: Site): Feed {
  const lang = shown.lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(lang);
  const directory = `${site.baseUrl}/feeds`;
  const page = `${site.baseUrl}${listAddress(shown.list)}`;
  return {
    ...buildFeed(shown, {}, [], [], site),
    updated: at,
    entries: [
      {
        // Of the feed, not of a release: it has no UUID. The address is never anything else's.
        id: `${page}#ended`,
        title: `${phrases.feedEnded}: ${shown.title}`,
        summary: phrases.feedEndedText,
        url: directory,
        lang,
        html: toHtml(h("p", [`${phrases.feedEndedText} `, h("a", { href: directory }, directory)])),
        published: at,
        updated: at,
        attachments: [],
        translations: [],
        categories: [],
      },
    ],
  };
}
