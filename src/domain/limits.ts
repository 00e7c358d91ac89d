/**
 * What releases, lists and subscriptions may hold. Each limit has its unit in its name and its reason beside
 * it.
 */

/** Bytes of a request body. A Durable Object's row holds at most 2 MB; this stays below. */
export const BODY_BYTES_MAX = 1_048_576;
/** Releases in one batch. */
export const BATCH_RELEASES_MAX = 100;
/** Characters of a title. The longest of 1,012 real ministry titles has 260. */
export const TITLE_CHARS_MAX = 1_000;
/** Characters of a summary or a note: several times what feed readers show. */
export const SUMMARY_CHARS_MAX = 5_000;
/** Characters of a URL: what Chromium, IIS and most proxies accept. */
export const URL_CHARS_MAX = 2_048;
/** Characters of a slug: a file name has at most 255 bytes, including `.md`. */
export const SLUG_CHARS_MAX = 200;
/** Characters of a language tag. Outside private use none is longer than 35 (RFC 5646, 4.4.1). */
export const LANGUAGE_CHARS_MAX = 100;
/** Values of one facet on one release. */
export const FACET_VALUES_MAX = 100;
/** Attachments of one release. */
export const ATTACHMENTS_MAX = 100;
/** Characters of a search: more than people type. */
export const SEARCH_CHARS_MAX = 500;
/** Parsed searches and filters that an isolate remembers: those of most subscriptions, in some megabytes. */
export const SEARCHES_REMEMBERED_MAX = 2_000;
/** Words of a search: each one makes the index look at every text that has it. */
export const SEARCH_WORDS_MAX = 20;
/** Characters that count as one word where a script has no spaces: two words of two, which few texts have together. */
export const RUN_CHARACTERS_PER_WORD = 4;
/** Values of one facet in the registry, which is sent as one body. */
export const REGISTRY_VALUES_MAX = 5_000;
/** Other spellings of one value. */
export const SPELLINGS_MAX = 50;
/** Known values named when a value is unknown. */
export const NEAREST_NAMED = 3;
/** Unknown values for which the nearest are named. Each is compared with the whole facet. */
export const VALUES_WITH_NEAREST_MAX = 3;
/** Typing errors between a value and its nearest. Beyond this all values are equally far: it bounds the comparison. */
export const NEAREST_DISTANCE_MAX = 20;
/** Issues named in one answer. A body with more is broken in a way that the first ones show. */
export const ISSUES_MAX = 200;
/** Values that the filter of an address may name: more than people pick. */
export const LIST_VALUES_MAX = 50;
/** The highest limit of attempts a minute that a subscription may set. */
export const RATE_PER_MINUTE_MAX = 6_000;
/** Characters of the value of a subscription's own header: a token of any kind. */
export const HEADER_VALUE_CHARS_MAX = 2_000;
/** Rows on one page of a list in the API. */
export const PAGE_ROWS_MAX = 100;
/** Values that a subscription's filter may name. Each event is compared with all of them. */
export const SUBSCRIPTION_VALUES_MAX = 200;
/** UTF-8 bytes of a subscription's filter as JSON: a hundred values. The row in the ledger stays below 8 kB. */
export const SUBSCRIPTION_FILTER_BYTES_MAX = 3_000;
/** Characters of a subscription's description: a line that names a desk. They have up to three bytes each. */
export const DESCRIPTION_CHARS_MAX = 200;
/** Bytes of a signing secret (Standard Webhooks 1.0). */
export const SIGNING_SECRET_BYTES_MIN = 24;
export const SIGNING_SECRET_BYTES_MAX = 64;
/** Milliseconds for which a subscription that was never verified is kept, so that it still can be. */
export const UNVERIFIED_KEPT_MS = 30 * 86_400_000;
/** Seconds after which a client may retry where there are too many subscriptions: owners delete and verify by hand. */
export const SUBSCRIPTIONS_RETRY_SECONDS = 3_600;
/** Characters of a host name (RFC 1035, 2.3.4). */
export const HOST_CHARS_MAX = 253;
/** Random bytes of ADMIN_TOKEN and SECRETS_KEY: nobody guesses 256 bits, not even offline. */
export const SECRET_BYTES_MIN = 32;
/** Different characters in such a secret. Of 43 random ones, fewer occur once in more than 10^15. */
export const SECRET_DISTINCT_CHARS_MIN = 10;
/** Languages in which one value of the registry has a name. */
export const LANGUAGES_NAMED_MAX = 100;
/** Characters of the path and of the message of an issue: what a client sent may be much longer. */
export const ISSUE_CHARS_MAX = 300;
/** Bytes of all issues in one answer, as JSON: with the rest of the problem less than 64 kB. */
export const ISSUES_BYTES_MAX = 60_000;
/** Unknown fields of an object for which the nearest is named. */
export const FIELDS_WITH_NEAREST_MAX = 10;
/** Parameters of a query that are compared with those that a call takes, and characters of such a name. */
export const PARAMETERS_COMPARED_MAX = 50;
export const PARAMETER_CHARS_MAX = 40;
/** Bytes of a file: the largest value that KV takes. */
export const FILE_BYTES_MAX = 25 * 1_048_576;
/** UTF-8 bytes of the name of a file: what file systems take. */
export const FILE_NAME_BYTES_MAX = 255;
/** Characters of the site's title, of its publisher and of a text in its footer: a line on a page. */
export const SITE_NAME_CHARS_MAX = 200;
/** Characters of the site's description: search engines and feed readers show fewer. */
export const SITE_DESCRIPTION_CHARS_MAX = 500;
/** Links in the footer: more than pages of ministries have. */
export const SITE_LINKS_MAX = 20;
/** Characters of a phrase that a site gives, and of a mark such as a colon. Our longest phrase has 150. */
export const PHRASE_CHARS_MAX = 500;
export const MARK_CHARS_MAX = 10;
/** Language tags of which an isolate remembers what it knows: more than a site has. */
export const TAGS_REMEMBERED_MAX = 200;
/**
 * Seconds of a lease of the WebSub hub that names none, and the shortest and the longest. Aggregators find a day too
 * short; a subscriber that is gone is forgotten after a month.
 */
export const HUB_LEASE_SECONDS = 10 * 86_400;
export const HUB_LEASE_SECONDS_MIN = 3_600;
export const HUB_LEASE_SECONDS_MAX = 30 * 86_400;
/** Bytes of the secret of a subscriber of the hub: less than 200 (WebSub, 5.1). */
export const HUB_SECRET_BYTES_MAX = 199;
/** Bytes of a request to the hub: two URLs of 2,048 bytes, with every character escaped, and what the hub ignores. */
export const HUB_BODY_BYTES_MAX = 16_384;
