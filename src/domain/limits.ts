/**
 * Limits of this room: what releases, lists and subscriptions may hold. Each has its unit in its name and its reason beside it.
 */

/** Bytes of a request body: CONTRACT 6. A Durable Object row holds 2 MB at most; this stays below. */
export const BODY_BYTES_MAX = 1_048_576;
/** Releases in one batch: CONTRACT 6. */
export const BATCH_RELEASES_MAX = 100;
/** Characters of a title: the longest of 1,012 real ministry titles has 260. */
export const TITLE_CHARS_MAX = 1_000;
/** Characters of a summary or a note: several times what any reader shows. */
export const SUMMARY_CHARS_MAX = 5_000;
/** Characters of a URL: what Chromium, IIS and most proxies still take. */
export const URL_CHARS_MAX = 2_048;
/** Characters of a slug: file names end at 255 bytes, and `.md` comes behind. */
export const SLUG_CHARS_MAX = 200;
/** Characters of a language tag: RFC 5646 4.4.1 has none longer than 35 outside private use. */
export const LANGUAGE_CHARS_MAX = 100;
/** Values of one facet on one release. */
export const FACET_VALUES_MAX = 100;
/** Attachments of one release. */
export const ATTACHMENTS_MAX = 100;
/** Characters of a search: more than anybody types. */
export const SEARCH_CHARS_MAX = 500;
/** Values of one facet in the registry: the whole of it is one body. */
export const REGISTRY_VALUES_MAX = 5_000;
/** Other spellings of one value. */
export const SPELLINGS_MAX = 50;
/** Known values named where one is unknown. */
export const NEAREST_NAMED = 3;
/** Faults named in one answer; a body with more is broken in a way that the first ones show. */
export const ISSUES_MAX = 200;
/** Values that one combination may name: more than anybody picks. */
export const LIST_VALUES_MAX = 50;
/** Milliseconds over which a subscription's own limit of attempts counts, and the highest that it may set. */
export const RATE_PER_MINUTE_MAX = 6_000;
/** Characters of the value of a subscriber's own header: a token of any kind. */
export const HEADER_VALUE_CHARS_MAX = 2_000;
/** Rows of a list in the API: CONTRACT 6. */
export const PAGE_ROWS_MAX = 100;
/** Values that a subscription's filter may name: more than any desk follows, and each event is compared with all. */
export const SUBSCRIPTION_VALUES_MAX = 200;
/** Characters of a subscription's description. */
export const DESCRIPTION_CHARS_MAX = 500;
