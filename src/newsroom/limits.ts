/**
 * The limits of the Newsroom, each with its unit in its name and its reason beside it.
 */
import { FEED_FORMATS } from "../domain/list.ts";

/** Embargoes lifted in one step; each takes a transaction of its own. */
export const EMBARGOES_PER_STEP = 20;
/** Targets rendered in one step. Each is up to KV_WRITES_PER_TARGET writes; a release has two documents. */
export const TARGETS_PER_STEP = 10;
/** KV writes of one target at most, its page and each feed, except for a release that has moved often. */
export const KV_WRITES_PER_TARGET = 1 + FEED_FORMATS.length;
/** Editions indexed again in one step: a few milliseconds, in which the object answers nobody. */
export const REINDEXED_PER_STEP = 20;
/** Subscriptions whose filters one step of the fan-out compares; calls are limited by the budget. */
export const SUBSCRIPTIONS_PER_STEP = 500;
/** Events sent to a Subscriber in one call, so that a backlog costs one call per subscription, not per event. */
export const EVENTS_PER_WINDOW = 20;
/** UTF-16 units of HTML and text in one window of events: an isolate has 128 MB. */
export const WINDOW_UNITS_MAX = 1_000_000;
/** Calls of Subscribers in flight at the same time, and the UTF-16 units of the bodies in them. */
export const ENQUEUES_AT_ONCE_MAX = 50;
export const ENQUEUES_UNITS_MAX = 16_000_000;
/** Lagging subscriptions served at the same time: each reads a window of its own into memory. */
export const LAGGING_AT_ONCE_MAX = 6;
/** Corrections of a batch whose recipients are counted: each compares all subscriptions, which takes milliseconds. */
export const CORRECTIONS_COUNTED_MAX = 10;
/** Milliseconds that a Subscriber has to answer; after that it gets its events later, so that others can go. */
export const ENQUEUE_TIMEOUT_MS = 10_000;
/** Milliseconds after which a registration without a Subscriber is deleted. */
export const REGISTRATION_MS = 60_000;
/** Milliseconds in which a client may make a chat subscription again: a second click or a reload comes soon. */
export const CHAT_REPEAT_MS = 600_000;
/**
 * Milliseconds after which a pending registration that no Subscriber has reported gives its place to others. A
 * Subscriber reports a minute after its creation.
 */
export const UNREPORTED_KEPT_MS = 3_600_000;
/** Milliseconds between two writes of one KV key: the platform takes one a second. */
export const KV_WRITE_INTERVAL_MS = 1_000;
/** The shortest lifetime that KV accepts, in milliseconds, with a second to spare. */
export const KV_EXPIRATION_MIN_MS = 61_000;
/** UTF-16 units of JSON for the sequences of a feed's entries: KV has 1,024 bytes for all metadata. */
export const SEQUENCES_UNITS_MAX = 600;
/** Bytes of entries in one document of a list: readers want feeds under 250 kB. */
export const LIST_BYTES_MAX = 235_000;
/** The part of a full document that moves into an archive. The rest is still 30 of 50 releases, which is
 * what readers expect to find. */
export const ARCHIVE_SHARE = 0.4;
/** Releases that the newest document of a list keeps, however long they are: what a poller may have missed. */
export const NEWEST_ITEMS_MIN = 15;
/** Releases that long texts move into an archive together at least: an archive of one is a request each. */
export const ARCHIVE_ITEMS_MIN = 5;
/** Bytes of an entry that is shown by its summary: 300 characters and the elements around it, with room. */
export const SUMMARISED_BYTES = 5_000;
/** A release is news if its date lies at most so many seconds before the moment at which it becomes public. */
export const RECENT_SECONDS = 7 * 86_400;
/** Years that a list links: each is looked up in the ledger. */
export const YEARS_MAX = 100;
/** Killed releases that the newest document of a list names; a poller sees each within a day or two. */
export const TOMBSTONES_MAX = 20;
/** Combinations kept at once: each costs a comparison per publish, and four KV writes if it matches. */
export const LISTS_KEPT_MAX = 500;
/** Combinations of one client, of its /56 or /24, and of its /48: a newsroom follows some dozens. */
export const COMBINATIONS_PER_CLIENT_MAX = [50, 100, 150] as const;
/** Combinations that one step compares with a changed release, and cuts: a few milliseconds each at most. */
export const COMBINATIONS_PER_STEP = 20;
/** The cost of a search (rows read) above which a combination is not rendered at each change: 5 to 10 ms. */
export const COMBINATION_COST_MAX = 10_000;
/** Milliseconds for which the documents of a costly combination are served: the shortest that KV takes. */
export const COSTLY_KEPT_MS = 61_000;
/** Combinations rendered at once after a change, and milliseconds between further ones: all 500 take 50 s. */
export const COMBINATION_BURST = 20;
export const COMBINATION_INTERVAL_MS = 100;
/** Milliseconds for which a combination is kept after its first request, and after each later one. */
export const LIST_KEPT_FIRST_MS = 3_600_000;
export const LIST_KEPT_MS = 86_400_000;
/**
 * Expired combinations that keep their archives, for clients that walk them: four times as many as are kept.
 * Strangers make up new ones all day, so their number is limited, not their age.
 */
export const LISTS_REMEMBERED_MAX = 2_000;
/** Expired combinations that one clean-up deletes: few, so that no request waits for it long. */
export const LISTS_DROPPED_MAX = 20;
/** New combinations after which a clean-up runs. A clean-up deletes more than that, so their number falls. */
export const LISTS_PER_DROP = 10;
/** Seconds for which the feeds of a retired value say that they have ended, before they answer 410. */
export const RETIRED_SECONDS = 30 * 86_400;
/** Events that one call reads, matching or not, so that a narrow filter costs bounded work. */
export const EVENT_ROWS_PER_CALL = 500;
/** UTF-16 units of HTML and text after which a page of events ends: one release has 2 MB at most, a call
 * of an object 32 MB, an isolate 128. */
export const EVENT_UNITS_PER_CALL = 2_000_000;
/** The same of the events that one call reads, matching or not: 500 ordinary ones, or 25 of the longest. */
export const EVENT_UNITS_READ_PER_CALL = 5_000_000;
/** Bytes of editions that one page of their list reads for their titles: some tens of milliseconds. */
export const EDITION_BYTES_READ_PER_PAGE = 5_000_000;
/** Entries of the index of words that take as long to merge as a row takes to read. */
export const INDEX_ENTRIES_PER_ROW = 16;
/** Values above which it is cheaper to read all values of a release than to look for each. */
export const VALUES_LOOKED_UP_MAX = 8;
/** Bytes of releases on one page of the API, as feed entries: a call of an object takes 32 MB, and a page
 * of a hundred ordinary releases has a fifth of this. */
export const PAGE_BYTES_MAX = 2_000_000;
/** Releases on one page of their states, each of some 250 bytes of JSON: half a megabyte. */
export const STATES_PER_PAGE = 2_000;
/** Long polls that wait for the next event: each event wakes all of them, and each reads it. */
export const LONG_POLLS_MAX = 500;
/**
 * Long polls from the networks of one client (`networksOf`), narrowest first. A whole newsroom may share an
 * address; a site of a /48 gets less than half of all.
 */
export const LONG_POLLS_PER_NETWORK_MAX: readonly number[] = [50, 100, 200];
/** The last long polls are for clients whose widest network has none. */
export const LONG_POLLS_RESERVED = 50;
/**
 * Subscriptions that may wait for verification: for the networks of one client (`networksOf`), narrowest first;
 * for each host of an endpoint; in total. A /48 gets less than a tenth of all.
 */
export const PENDING_PER_NETWORK_MAX: readonly number[] = [20, 60, 180];
export const PENDING_PER_HOST_MAX = 50;
export const PENDING_MAX = 2_000;
/** The last of them are for clients whose widest network has none. */
export const PENDING_RESERVED = 100;
/**
 * Verified subscriptions: for the networks of the client that created them, for each host, for each registrable
 * domain. GitHub and Svix allow one customer some tens of endpoints. Each is compared with every event, and may
 * have 8 kB in the ledger. Hosts that many customers share get more from the admin (HOST_LIMITS).
 */
export const VERIFIED_PER_NETWORK_MAX: readonly number[] = [50, 100, 200];
export const VERIFIED_PER_HOST_MAX = 100;
export const VERIFIED_PER_DOMAIN_MAX = 200;
/**
 * Verified subscriptions of all networks; those of the admin and at hosts in HOST_LIMITS do not count. A delivery
 * writes nine rows: ten events a day to each write 90,000 of the 100,000 rows that the free plan has.
 */
export const VERIFIED_MAX = 1_000;
/** Characters of the reason that a subscription's row keeps. Ours are shorter; nothing may fill the ledger. */
export const REASON_CHARS_MAX = 200;
/** Releases that the page to subscribe counts, and shows, of what a filter would have sent. */
export const MATCHES_COUNTED_MAX = 200;
export const MATCHES_SHOWN_MAX = 10;
/** Subscriptions whose logs one call reads, so that its answer stays below a megabyte. */
export const RECIPIENTS_PER_CALL_MAX = 200;
/** Events of one release that are explained: a release has only a few corrections. */
export const EXPLAINED_EVENTS_MAX = 200;
/** Events whose releases share a sitemap: each change reads this many rows at most, and writes one file. */
export const EVENTS_PER_SITEMAP = 1_000;
/** URLs in the sitemap of lists: crawlers take 50,000, and the file has a few megabytes. */
export const SITEMAP_URLS_MAX = 10_000;
/** Values of a facet in the directory of feeds and its OPML, which link to the index of all of them. */
export const DIRECTORY_VALUES_MAX = 100;
/** Values of all facets and languages up to which each publish renders the indexes of them: 50 ms. */
export const VALUES_RENDERED_AT_ONCE_MAX = 1_000;
/** Milliseconds after a change until indexes of more values name it: a burst of publishes renders them once. */
export const INDEX_DELAY_MS = 90_000;
/** Milliseconds after a change until the sitemap of lists names it: a burst of publishes renders it once. */
export const LIST_SITEMAP_DELAY_MS = 600_000;
/** Seconds for which a text is news in the sitemap of news: a rule of Google. */
export const NEWS_SECONDS = 2 * 86_400;
/** The most URLs in the sitemap of news: a rule of Google. */
export const NEWS_ITEMS_MAX = 1_000;
/** The fewest entries of the sitemap of news: older releases fill it up, because the schema forbids an empty one. */
export const NEWS_SITEMAP_ITEMS_MIN = 10;
/** Milliseconds between two notices about one page to search engines, which answer 429 to more. */
export const NOTICE_INTERVAL_MS = 600_000;
/** Pages in one request to search engines, which take 10,000: the rest of the invocation has its own work. */
export const PAGES_PER_REQUEST = 1_000;
/** Milliseconds after which one such request is aborted. */
export const NOTICE_TIMEOUT_MS = 10_000;
/** Milliseconds before the first retry. Each further failure doubles them, up to the maximum. */
export const NOTICE_RETRY_MS = NOTICE_INTERVAL_MS;
export const NOTICE_RETRY_MAX_MS = 3 * 3_600_000;
/** Attempts for one page, the first included: the waits between them add up to nearly a day. */
export const NOTICE_ATTEMPTS_MAX = 12;
/** Requests to search engines that one invocation sends. */
export const NOTICES_PER_INVOCATION = 2;
/** The part of a text's words that a minor change may alter, and the fewest and most words. Typos are fewer. */
export const MINOR_WORDS_SHARE = 0.1;
export const MINOR_WORDS_MIN = 10;
export const MINOR_WORDS_MAX = 200;
/** UTF-16 units in which words are counted for that: longer texts have more than MINOR_WORDS_MAX allows for. */
export const MINOR_COUNTED_UNITS = 20_000;
/** Entries of a history that its page shows: more corrections than any text of a ministry has had. */
export const HISTORY_ENTRIES_MAX = 50;
/** UTF-16 units of a difference that one entry of a history shows: a screen or two. */
export const HISTORY_SHOWN_UNITS_MAX = 3_000;
/** UTF-16 units of unchanged text on either side of a change: a line, to find the place. */
export const HISTORY_CONTEXT_UNITS = 60;
/** Words that differ between two editions, beyond which a history does not compare them: some 25 ms. */
export const HISTORY_EDITS_MAX = 300;
/** UTF-16 units that rendering a history compares in all. While it does, the object answers nobody: some 100 ms. */
export const HISTORY_COMPARED_UNITS_MAX = 100_000;
/** UTF-16 units of Markdown that rendering a history searches for comments: some 100 ms. */
export const HISTORY_PARSED_UNITS_MAX = 100_000;
/** Feeds in memory for the subscribers of the hub, of some 250 kB each: those that a publish changes are given at once. */
export const TOPICS_IN_MEMORY_MAX = 20;
/** Combinations of filters with subscribers of the hub: they stay kept, beside those that readers make up. */
export const COMBINATION_TOPICS_MAX = 200;
/**
 * Milliseconds for which GET may serve an older version than the ledger has: KV takes up to a minute elsewhere, and the
 * projection and memory some two seconds on one machine.
 */
export const VERSION_VISIBLE_MS = 60_000;
export const LOCAL_VERSION_VISIBLE_MS = 2_000;
