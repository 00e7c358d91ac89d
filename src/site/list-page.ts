/**
 * The page of a list: its newest releases, or one archive.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { dayOf, type Instant, parseInstant } from "../domain/dates.ts";
import {
  addressOf,
  FEED_FORMATS,
  isCombination,
  languageList,
  languageOf,
  listAddress,
  type ReleaseList,
} from "../domain/list.ts";
import { type Phrases, sentence } from "../domain/phrases.ts";
import type { Registry } from "../domain/registry.ts";
import type { ReleaseView } from "../domain/release.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { FEED_LABELS } from "../feeds/feed.ts";
import type { ArchiveLinks, TitledList } from "../feeds/build-feed.ts";
import { dayInWords, listHeading, phrasesIn } from "../i18n/phrases.ts";
import { type Choices, filterForm } from "./filter-form.ts";
import { pageHtml } from "./layout.ts";
import { choicesOf } from "./list-choices.ts";
import { archiveLinks, pageLinks, yearLinks } from "./list-links.ts";
import { pageLanguage } from "./page.ts";
import { releaseRow } from "./release-row.ts";

/** What a page shows of a list. */
export interface ListContents {
  /** Newest first. */
  releases: readonly ReleaseView[];
  /** The registry, with its retired values. */
  known: Registry | undefined;
  /** How many releases the list has, where it is counted. */
  count?: number | undefined;
  /** The years that have releases, latest first. */
  years?: readonly number[];
  /** The numbers of the archives, newest first. Left out on the page of an archive, which does not learn of newer ones. */
  archives?: readonly number[];
  /** The values that the filters offer. Left out: those of the releases. */
  choices?: Choices;
}

export function listPage(
  { list, title }: TitledList,
  chain: ArchiveLinks,
  contents: ListContents,
  site: Site,
): string {
  const { releases, known, years = [], archives = [] } = contents;
  const lang = pageLanguage(list, site);
  const phrases = phrasesIn(lang, site);
  const isHome = listAddress(list) === listAddress(languageList(languageOf(list)));
  const isArchive = chain.archive !== undefined;
  const period = isArchive ? periodOf(releases, lang, site) : "";
  const name = listHeading(list, site, known);
  const heading = [isHome ? "" : name, period].filter((part) => part !== "").join(": ");
  return pageHtml(
    {
      title: period === "" ? name : `${name}: ${period}`,
      lang,
      path: addressOf(chain.archive === undefined ? { list } : { list, archive: chain.archive }),
      list,
      feedTitle: title,
      hasSearch: true,
      ...(isCombination(list) || isArchive ? {} : { alternates: inOtherLanguages(list, site) }),
      main: [
        h("h1", heading === "" ? phrases.newest : heading),
        isHome && !isArchive ? introduction(lang, site) : null,
        filterForm(list, contents.choices ?? choicesOf(releases), known, site),
        releases.length === 0 ? emptiness(list, phrases) : countLine(contents, isArchive, lang, phrases),
        h(
          "div",
          { className: ["rows"] },
          releases.map((release) => releaseRow(release, lang, site)),
        ),
        isArchive ? archiveLinks(list, chain, phrases) : pageLinks(list, archives, phrases, lang),
        isArchive ? null : yearLinks(list, years, phrases),
      ],
    },
    site,
  );
}

/** The page of a value that left the registry, for as long as its feed says so. */
export function retiredListPage({ list, title }: TitledList, at: Instant, site: Site): string {
  const lang = pageLanguage(list, site);
  const phrases = phrasesIn(lang, site);
  const day = dayInWords(dayOf(at, site.timeZone), lang, site);
  return pageHtml(
    {
      title,
      lang,
      list: { filter: lang === languageOf(list) ? { lang: [lang] } : {} },
      main: [
        h("h1", title),
        h(
          "p",
          { className: ["banner"] },
          sentence(`${phrases.feedEnded}${phrases.colon}${day}`, phrases).trimEnd(),
        ),
        h("p", [`${phrases.feedEndedText} `, h("a", { href: "/feeds" }, phrases.allFeeds)]),
      ],
    },
    site,
  );
}

/** What the office says of itself. */
function introduction(lang: string, site: Site): Element | null {
  const { description } = textsIn(site, lang);
  return description === undefined ? null : h("p", { className: ["lead"] }, description);
}

/** The list of the same value in each other language. */
function inOtherLanguages(list: ReleaseList, site: Site): { lang: string; url: string }[] {
  const own = languageOf(list);
  if (own === undefined) return [];
  return site.languages
    .filter((each) => each !== own)
    .map((lang) => ({
      lang,
      url: site.baseUrl + listAddress({ ...list, filter: { ...list.filter, lang: [lang] } }),
    }));
}

/** The days of the oldest and the newest release. */
function periodOf(releases: readonly ReleaseView[], lang: string, site: Site): string {
  const dayAt = (release: ReleaseView | undefined) =>
    release === undefined
      ? ""
      : dayInWords(dayOf(parseInstant(release.published) ?? 0, site.timeZone), lang, site);
  const [first, last] = [dayAt(releases.at(-1)), dayAt(releases[0])];
  return first === last ? first : `${first} – ${last}`;
}

/** How many releases there are; of a list that is not counted, how many the page shows. */
function countLine(
  { releases, count, archives = [] }: ListContents,
  isArchive: boolean,
  lang: string,
  { pages, colon }: Phrases,
): Element | null {
  // Counting what a search finds takes too long, and the number on the first page is not it.
  if (!isArchive && count === undefined && archives.length > 0) return null;
  const number = isArchive ? releases.length : (count ?? releases.length);
  return h(
    "p",
    { className: ["tally"] },
    `${pages.texts}${colon}${new Intl.NumberFormat(lang).format(number)}`,
  );
}

/** Says that nothing is there, and that a feed will have what comes. */
function emptiness(list: ReleaseList, { nothing, colon, pages }: Phrases): Element[] {
  if (!isCombination(list)) return [h("p", nothing)];
  const feeds = FEED_FORMATS.map((format) =>
    h("a", { href: addressOf({ list, format }) }, FEED_LABELS[format]),
  );
  return [
    h("p", { className: ["empty"] }, pages.noMatch),
    h("p", [
      `${pages.noMatchText}${colon}`,
      feeds.flatMap((link, index) => (index === 0 ? [link] : [" · ", link])),
    ]),
  ];
}
