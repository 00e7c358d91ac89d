/**
 * The phrases that pages and feeds use: their names, without any wording. `i18n/` has the wording of many languages,
 * and a site may add or replace any.
 */
import * as z from "zod/mini";
import { MARK_CHARS_MAX, PHRASE_CHARS_MAX } from "./limits.ts";
import { byLanguage } from "./local-text.ts";
import { FACETS, line, RELEASE_TYPES } from "./release.ts";
import { sanitizeText } from "./text.ts";

/** What each phrase is for. `{date}` and the like are placeholders: every wording must hold them. */
export const PHRASES = {
  everything: "all languages of the site, as the heading of a list",
  feeds: "label before the feeds of a list",
  languages: "name of the menu of languages, for screen readers",
  skip: "link to the text, for people who use the keyboard",
  published: "label before the day of publication",
  updated: "beginning of the note of a correction: {date}",
  note: "label before what a correction changed",
  source: "label of the source of a text",
  otherLanguages: "label of the translations",
  attachments: "heading of the attachments",
  filedUnder: "label of topics, people, organisations and places",
  nothing: "says that a list is empty",
  notFound: "title of the page of an address where nothing is",
  notFoundText: "says that there is nothing at an address",
  badAddressText: "says that an address cannot be read",
  nearest: "label before links to what is near a mistyped address",
  withdrawn: "banner of a withdrawn release, without a stop",
  withdrawnMark: "before the title of a withdrawn release",
  killed: "title of the page of a killed release",
  reason: "label before the reason of a withdrawal or kill",
  stale: "banner of a release whose translation was corrected",
  without: "in the title of a list: what it excludes, {name}",
  since: "in the title of a list: its first day, {date}",
  until: "in the title of a list: its last day, {date}",
  summaryOnly: "link to the text, below a summary in a feed",
  older: "link to older releases",
  newer: "link to newer releases",
  feedEnded: "title of a feed that has ended, without a stop",
  feedEndedText: "says so; a link to all feeds follows",
  thisIsAFeed: "heading for a person who opens a feed in a browser",
  thisIsAFeedText: "says what to do with a feed",
  newest: "heading of the newest releases",
  allFeeds: "title of the directory of feeds",
  allFeedsText:
    "says how to use the directory, and that /feed.rss, /feed.atom and /feed.json make a feed of a list",
  forReaders: "link to all feeds as OPML",
  allTexts: "link to all releases of a language",
  copy: "button that copies an address",
  copied: "the same button afterwards",
  footnotes: "heading of the footnotes",
  backToReference: "link from a footnote to the text, for screen readers: {number}",
  video: "label before the address of a video",
  audio: "label before the address of a recording",
  embedded: "label before the address of what a page cannot show",
  contact: "label of the office's contact",
  licence: "link to the licence of the texts",
} as const;
export type PhraseName = keyof typeof PHRASES;

/** Of lists, of the search and of a release's page. */
export const PAGE_PHRASES = {
  sections: "name of the menu of facets, for screen readers",
  search: "label and button of the search box",
  filters: "opens the filters of a list",
  any: "choice of a filter that narrows nothing",
  from: "label of the first day of a list",
  to: "label of the last day of a list",
  texts: "label before the number of releases",
  years: "label before links to the releases of each year",
  listPages: "name of the links to the pages of a list",
  noMatch: "says that a search found nothing",
  noMatchText: "says that a feed will have what the search finds later; links to feeds follow",
  corrected: "label before the link to a corrected translation",
  withdrawnElsewhere: "label before the translations that are withdrawn",
  publishedBy: "label before the publisher",
  address: "label before the address of a page, on paper",
} as const;
export type PagePhrase = keyof typeof PAGE_PHRASES;

/** Of the page on which people subscribe. */
export const SUBSCRIBE_PHRASES = {
  title: "title of the page, link to it, and the button that subscribes",
  choose: "heading of the filters",
  words: "label of the words that a text must have",
  show: "button that shows what the filters match",
  matching: "label before the number of texts that match",
  noMatch: "says that no text matches yet",
  byFeed: "heading of the addresses of feeds",
  byMessage: "heading of the form that subscribes a webhook or a chat channel",
  format: "label of the format of deliveries",
  address: "label of the URL of the webhook",
  secret: "label of the subscriber's own signing secret",
  signingSecret: "label of the signing secret of the new subscription",
  name: "label of the description of the subscription",
  done: "title of the page after the subscription",
  keep: "says that the link to the subscription, and the secret if there is one, are shown only once",
  manage: "link to the subscription",
  confirm: "says that the endpoint must be verified first",
  faults: "heading of what is wrong with the form",
} as const;
export type SubscribePhrase = keyof typeof SUBSCRIBE_PHRASES;

/** The same for the history of a release, and for what becomes of releases in lists and feeds. */
export const HISTORY_PHRASES = {
  title: "heading of the history, and the link to it",
  edition: "which edition an entry is about: {number}",
  published: "an entry for the publication",
  corrected: "an entry for a major edition; also the mark of a corrected release in a list",
  revised: "an entry for a minor edition",
  reinstated: "an entry for a reinstatement",
  removed: "an entry for a kill; also the title of a killed release in a feed",
  departed: "title of a release in a feed that it was in before",
  added: "for screen readers, before added words, with its colon",
  deleted: "for screen readers, before deleted words, with its colon",
  headline: "name of the title",
  summary: "name of the summary",
  text: "name of the text",
  date: "name of the date",
  address: "name of the address of the page",
  image: "name of the image",
  language: "name of the language",
  more: "link to all differences, where not all of them are shown",
  earlier: "link to earlier entries",
} as const;
export type HistoryPhraseName = keyof typeof HISTORY_PHRASES;

/** Of messages in a chat. */
export const CHAT_PHRASES = {
  read: "link to the text",
  doNotUse: "after a withdrawal or kill: says that earlier messages about the text no longer hold",
  test: "says that a message is a test",
  testNumber: "which of several tests a message is: {number} of {total}",
  shape: "says how to choose the way in which a test arrived: {shape}",
  disabled: "says that a subscription was disabled: {host}",
  givenUp: "says that an event could not be delivered: {host}",
} as const;
export type ChatPhrase = keyof typeof CHAT_PHRASES;

export interface Phrases extends Readonly<Record<PhraseName, string>> {
  /** Names of the release types that every service has. */
  types: Readonly<Record<(typeof RELEASE_TYPES)[number], string>>;
  /** Names of facets, as headings. */
  facets: Readonly<Record<(typeof HEADED_FACETS)[number], string>>;
  history: Readonly<Record<HistoryPhraseName, string>>;
  pages: Readonly<Record<PagePhrase, string>>;
  subscribe: Readonly<Record<SubscribePhrase, string>>;
  chat: Readonly<Record<ChatPhrase, string>>;
  /** Between a label and what it labels, with its spaces. */
  colon: string;
  /** At the end of a sentence, with the space after it. */
  stop: string;
  /** Around what a person typed. */
  quotes: readonly [string, string];
  /** The language's name for itself, where the platform does not know it. */
  name?: string | undefined;
  /** How to write a day, where the platform does not know it. */
  dates?: { months: readonly string[]; day: string } | undefined;
}

export const HEADED_FACETS = ["types", ...FACETS] as const;

/** The placeholders of a text, sorted: `["date"]`. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).sort();
}

/** Puts values in the place of `{name}`. */
export function fill(phrase: string, values: Readonly<Record<string, string>>): string {
  return phrase.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** A sentence with its stop. An abbreviation at its end has one already. */
export function sentence(text: string, { stop }: Pick<Phrases, "stop">): string {
  return /[.։。]$/.test(text) ? `${text}${/\s*$/.exec(stop)?.[0] ?? ""}` : `${text}${stop}`;
}

const phrase = line(PHRASE_CHARS_MAX);
/** White space at the ends counts, as in `": "`. */
const mark = z.pipe(
  z.pipe(z.string(), z.transform(sanitizeText)),
  z.string().check(z.maxLength(MARK_CHARS_MAX, `must have at most ${MARK_CHARS_MAX} characters`)),
);

/** A phrase that holds these placeholders, and no other braces. */
function withPlaceholders(wanted: readonly string[]) {
  const named = wanted.map((name) => `{${name}}`).join(", ");
  const message = wanted.length === 0 ? "must not hold {…}: nothing is put in" : `must hold ${named} once`;
  const isRight = (text: string) => placeholdersIn(text).join() === [...wanted].sort().join();
  return z.optional(phrase.check(z.refine(isRight, message)));
}

function each<const K extends string, T>(names: readonly K[], schemaOf: (name: K) => T): Record<K, T> {
  return Object.fromEntries(names.map((name) => [name, schemaOf(name)])) as Record<K, T>;
}

export const PHRASE_NAMES = Object.keys(PHRASES) as PhraseName[];
export const PAGE_PHRASE_NAMES = Object.keys(PAGE_PHRASES) as PagePhrase[];
export const SUBSCRIBE_PHRASE_NAMES = Object.keys(SUBSCRIBE_PHRASES) as SubscribePhrase[];
export const CHAT_PHRASE_NAMES = Object.keys(CHAT_PHRASES) as ChatPhrase[];
export const HISTORY_PHRASE_NAMES = Object.keys(HISTORY_PHRASES) as HistoryPhraseName[];

/** Wording that a site gives for one language. All of it is optional: the rest is ours, if we have the language. */
const givenPhrases = z.strictObject({
  ...each(PHRASE_NAMES, (name) => withPlaceholders(placeholdersIn(PHRASES[name]))),
  types: z.optional(z.strictObject(each(RELEASE_TYPES, () => z.optional(phrase)))),
  facets: z.optional(z.strictObject(each(HEADED_FACETS, () => z.optional(phrase)))),
  history: z.optional(
    z.strictObject(
      each(HISTORY_PHRASE_NAMES, (name) => withPlaceholders(placeholdersIn(HISTORY_PHRASES[name]))),
    ),
  ),
  pages: z.optional(
    z.strictObject(each(PAGE_PHRASE_NAMES, (name) => withPlaceholders(placeholdersIn(PAGE_PHRASES[name])))),
  ),
  subscribe: z.optional(
    z.strictObject(
      each(SUBSCRIBE_PHRASE_NAMES, (name) => withPlaceholders(placeholdersIn(SUBSCRIBE_PHRASES[name]))),
    ),
  ),
  chat: z.optional(
    z.strictObject(each(CHAT_PHRASE_NAMES, (name) => withPlaceholders(placeholdersIn(CHAT_PHRASES[name])))),
  ),
  colon: z.optional(mark),
  stop: z.optional(mark),
  quotes: z.optional(z.tuple([mark, mark], "must be a list of two marks")),
  name: z.optional(phrase),
  dates: z.optional(
    z.strictObject({
      months: z.array(phrase).check(z.length(12, "must hold the names of the twelve months")),
      day: z
        .string()
        .check(
          z.refine(
            (text) => placeholdersIn(text).join() === "day,month,year",
            "must hold {day}, {month} and {year}, each once",
          ),
        ),
    }),
  ),
});
export type GivenPhrases = z.infer<typeof givenPhrases>;

/** By language. */
export const phrasesByLanguage = byLanguage(givenPhrases);
