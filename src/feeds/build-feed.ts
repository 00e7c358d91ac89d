/**
 * Builds the neutral feed of a list of releases.
 */
import { iconUrl } from "./icon.ts";
import { type Facet, FACETS, permanentPath, type ReleaseView } from "../domain/release.ts";
import { h } from "hastscript";
import { toHtml } from "hast-util-to-html";
import { dayOf, type Instant, parseInstant } from "../domain/dates.ts";
import { HUB_PATH } from "../domain/hub.ts";
import {
  addressOf,
  facetList,
  FEED_FORMATS,
  type FeedFormat,
  listAddress,
  type ListPlace,
  type ReleaseList,
} from "../domain/list.ts";
import { builtInTypeName, dayInWords, direction, instantInWords, phrasesIn } from "../i18n/phrases.ts";
import { defined } from "../domain/defined.ts";
import { fill, sentence } from "../domain/phrases.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { writeAtom } from "./atom.ts";
import { type Addresses, entryUrn, type Feed, type FeedEntry } from "./feed.ts";
import { writeJsonFeed } from "./json-feed.ts";
import { writeRss } from "./rss.ts";

/** A list with its title, in its language. */
export interface TitledList {
  list: ReleaseList;
  title: string;
  /** Left out if the list mixes languages. */
  lang?: string;
}

/** The archive numbers of a document and its neighbours. */
export interface ArchiveLinks {
  /** Left out for the newest releases. */
  archive?: number;
  previous?: number;
  next?: number;
}

export const writers: Record<FeedFormat, (feed: Feed) => string> = {
  rss: writeRss,
  atom: writeAtom,
  json: writeJsonFeed,
};

/** What a document of a list holds. */
export interface FeedContents {
  /** Newest first. */
  releases: readonly ReleaseView[];
  /** Releases that the document had as entries before. */
  departed: readonly DepartedRelease[];
  /** Releases that are shown by their summaries, by `published` in seconds since 1970. */
  summarised: ReadonlySet<Instant>;
  /** When the list was first kept: what an empty feed gives as its date. */
  since: Instant;
}

/** A release that left a list; the same as newsroom/lists has it. */
export interface DepartedRelease {
  id: string;
  lang: string;
  published: Instant;
  /** When it was killed, or filed elsewhere. */
  at: Instant;
  /** Why it was killed; empty for one that was filed elsewhere. */
  reason: string;
  /** Whether the newest document would hold it still. */
  isOfNewest: boolean;
}

export function buildFeed(
  { list, title, lang }: TitledList,
  chain: ArchiveLinks,
  { releases, departed, summarised, since }: FeedContents,
  site: Site,
): Feed {
  const entries = releases.map((release) => {
    const entry = feedEntry(release, site);
    return summarised.has(entry.published) ? shortened(entry, release, site) : entry;
  });
  const deleted = departed.map(({ id, at, reason }) => ({ id: entryUrn(id), at, reason }));
  const tombstones =
    chain.archive === undefined
      ? departed.filter(({ isOfNewest }) => isOfNewest).map((each) => tombstone(each, site))
      : [];
  const addresses = (archive: number | undefined) => addressesOf(defined({ list, archive }), site);
  const neighbour = (archive: number | undefined) => (archive === undefined ? undefined : addresses(archive));
  const changes = [...entries.map(({ updated }) => updated), ...deleted.map(({ at }) => at)];
  const { publisher, description } = textsIn(site, lang ?? site.languages[0] ?? "en");
  return defined({
    title,
    description,
    lang,
    page: `${site.baseUrl}${listAddress(list)}`,
    self: addresses(chain.archive),
    hub: chain.archive === undefined ? `${site.baseUrl}${HUB_PATH}` : undefined,
    current: addresses(undefined),
    isArchive: chain.archive !== undefined,
    previousArchive: neighbour(chain.previous),
    nextArchive: neighbour(chain.next),
    author: { name: publisher, url: `${site.baseUrl}/` },
    rights: site.licence === undefined ? `© ${publisher}` : `© ${publisher}, ${site.licence}`,
    licence: site.licence,
    icon: iconUrl(site),
    updated: changes.length === 0 ? since : Math.max(...changes),
    entries,
    deleted,
    tombstones,
  });
}

/** An entry that keeps the id, so that readers replace the text that they have. */
function tombstone({ id, lang, published, at, reason: whole }: DepartedRelease, site: Site): FeedEntry {
  const phrases = phrasesIn(lang, site);
  const isKilled = whole !== "";
  const reason = cut(whole, TOMBSTONE_REASON_CHARS_MAX);
  const text = isKilled
    ? `${sentence(phrases.killed, phrases)}${phrases.reason}${phrases.colon}${reason}`
    : phrases.history.departed;
  return {
    id: entryUrn(id),
    title: isKilled
      ? `${phrases.history.removed}${phrases.colon}${cut(whole, TOMBSTONE_TITLE_CHARS_MAX)}`
      : phrases.history.departed,
    summary: text,
    url: `${site.baseUrl}${permanentPath(id)}`,
    lang,
    author: textsIn(site, lang).publisher,
    html: withParagraphs([], toHtml(h("p", text)).replaceAll("]]>", "]]&gt;"), lang),
    published,
    updated: at,
    attachments: [],
    translations: [],
    categories: [],
    removed: isKilled ? { reason } : {},
  };
}

/** Characters of a reason in the title of a tombstone, and in its text: twenty of them must not fill a feed. */
const TOMBSTONE_TITLE_CHARS_MAX = 100;
const TOMBSTONE_REASON_CHARS_MAX = 500;

function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** A document of a list in each format. */
export function addressesOf(place: Omit<ListPlace, "format">, { baseUrl }: Site): Addresses {
  return Object.fromEntries(
    FEED_FORMATS.map((format) => [format, `${baseUrl}${addressOf({ ...place, format })}`]),
  ) as Addresses;
}

function feedEntry(release: ReleaseView, site: Site): FeedEntry {
  const { note, source, image, history } = release;
  return defined({
    id: entryUrn(release.id),
    ...entryTexts(release, site),
    url: release.url,
    lang: release.lang,
    author: textsIn(site, release.lang).publisher,
    published: parseInstant(release.published) ?? 0,
    updated: parseInstant(release.updated) ?? 0,
    note,
    source,
    image,
    attachments: release.attachments,
    translations: release.translations.map(({ lang, url }) => ({ lang, url })),
    categories: [
      category("types", release.type, release, site),
      ...FACETS.flatMap((facet) => release[facet].map((value) => category(facet, value, release, site))),
    ],
    history:
      history === undefined
        ? undefined
        : { url: history, title: phrasesIn(release.lang, site).history.title },
  });
}

/** An entry with the summary in place of text and attachments, which says so and links the page. */
function shortened(
  entry: FeedEntry,
  { summary, url, lang, content: _content, ...release }: ReleaseView,
  site: Site,
): FeedEntry {
  const html = toHtml([h("p", summary), h("p", h("a", { href: url }, phrasesIn(lang, site).summaryOnly))]);
  const view = { ...release, summary, url, lang, content: { html, text: summary } };
  return { ...entry, html: entryTexts(view, site).html, attachments: [], isSummary: true };
}

/**
 * The texts of an entry. Many readers show only title and text, and keep them. So the entry itself says that
 * a release is withdrawn, and what a correction changed.
 */
function entryTexts(release: ReleaseView, site: Site): Pick<FeedEntry, "title" | "summary" | "html"> {
  const phrases = phrasesIn(release.lang, site);
  const { title, summary, content, note } = release;
  const corrected =
    note === undefined ? [] : [`${correctedSentence(release, site)}${phrases.note}${phrases.colon}${note}`];
  if (release.status !== "withdrawn")
    return { title, summary, html: withParagraphs(corrected, content.html, release.lang) };
  const banner = `${sentence(phrases.withdrawn, phrases)}${phrases.reason}${phrases.colon}${release.reason ?? ""}`;
  return {
    title: `${phrases.withdrawnMark}${phrases.colon}${title}`,
    summary: `${banner} – ${summary}`,
    html: withParagraphs([banner, ...corrected], content.html, release.lang),
  };
}

/**
 * `Updated 3 December 2020. `, in the language of the release. With the time of day if the release was published on
 * that day: a correction would otherwise seem to be as old as the text.
 */
export function correctedSentence(
  { corrected, published, lang }: Pick<ReleaseView, "corrected" | "published" | "lang">,
  site: Site,
): string {
  if (corrected === undefined) return "";
  const phrases = phrasesIn(lang, site);
  const [at, since] = [parseInstant(corrected) ?? 0, parseInstant(published) ?? 0];
  const day = dayOf(at, site.timeZone);
  const isSameDay = day === dayOf(since, site.timeZone);
  const date = isSameDay ? instantInWords(at, lang, site) : dayInWords(day, lang, site);
  return sentence(fill(phrases.updated, { date }), phrases);
}

function withParagraphs(texts: readonly string[], html: string, lang: string): string {
  const paragraphs = texts.map((text) => toHtml(h("p", h("strong", text))).replaceAll("]]>", "]]&gt;"));
  const whole = [...paragraphs, html].join("\n");
  // Most readers pass over `xml:lang`.
  return direction(lang) === "rtl" ? `<div dir="rtl">${whole}</div>` : whole;
}

function category(facet: Facet | "types", value: string, release: ReleaseView, site: Site) {
  return {
    // `${scheme}/${term}` is the list of the releases with this value.
    scheme: `${site.baseUrl}${listAddress(facetList(release.lang, facet, value)).replace(/\/[^/]*$/, "")}`,
    term: value,
    label:
      release.names[facet][value] ?? (facet === "types" ? builtInTypeName(value, release.lang, site) : value),
  };
}

/**
 * The feed of a value that left the registry: one entry that says so.
 *
 * @param at when the value left the registry
 */
export function buildRetiredFeed(titled: TitledList, at: Instant, site: Site): Feed {
  const lang = titled.lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(lang, site);
  const directory = `${site.baseUrl}/feeds`;
  const page = `${site.baseUrl}${listAddress(titled.list)}`;
  return {
    ...buildFeed(titled, {}, { releases: [], departed: [], summarised: new Set(), since: at }, site),
    entries: [
      {
        // The entry is about the feed, so it has no UUID of a release.
        id: `${page}#ended`,
        title: `${phrases.feedEnded}${phrases.colon}${titled.title}`,
        summary: phrases.feedEndedText,
        url: directory,
        lang,
        author: textsIn(site, lang).publisher,
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
