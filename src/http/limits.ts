/**
 * Limits of this room: requests and answers. Each has its unit in its name and its reason beside it.
 */

/** Words that differ between two editions before they are shown as one text and another. */
export const DIFF_EDITS_MAX = 2_000;
/** UTF-8 bytes of an edition with what is made of it: a row of SQLite in an object holds 2 MB. */
export const EDITION_BYTES_MAX = 1_800_000;
/** Graphemes of a summary taken from the text; a sentence that is longer is cut at a word. */
export const DERIVED_SUMMARY_GRAPHEMES = 300;
/** Below this many graphemes the second sentence joins the first in a derived summary. */
export const SHORT_SENTENCE_GRAPHEMES = 120;
/** Milliseconds for which an isolate serves a document without asking KV again, and for which it goes on
 * serving it while one request asks: with the second between two writes of a key, what is published
 * stays visible within two. */
export const MEMO_MS = 400;
export const MEMO_STALE_MS = 400;
/** Documents and bytes that an isolate remembers; an isolate has 128 MB for everything. */
export const MEMO_DOCUMENTS_MAX = 1_000;
export const MEMO_BYTES_MAX = 24_000_000;
/** Seconds for which a client may keep a page or feed; Miniflux polls no faster than this. */
export const CACHE_SECONDS = 60;
/** Seconds for which a cache that many share may: what is corrected or killed must be so for all. */
export const SHARED_CACHE_SECONDS = 10;
/** Seconds for which a cache may serve the old one while it fetches the new. */
export const STALE_SECONDS = 60;
/** Seconds for which a client may keep an archive, which changes only when one of its releases does. */
export const ARCHIVE_CACHE_SECONDS = 3_600;
/** Seconds for which browsers and proxies may keep what changes only with the service itself. */
export const ASSET_CACHE_SECONDS = 600;
/** Seconds in which one client may ask for so many new combinations: as wrangler.toml says of NEW_LISTS. */
export const NEW_LISTS_PERIOD_SECONDS = 60;
/** Milliseconds after which a stream that has nothing to tell gives a sign of life: proxies cut at 30 s or
 * more, and the HTML standard advises 15. */
export const HEARTBEAT_MS = 15_000;
/** Milliseconds after which a stream ends by itself and its client comes again: none is held for ever. */
export const STREAM_LIFE_MS = 600_000;
/** Calls to the Newsroom from one stream: the free plan's 50 subrequests, with room for the last. */
export const STREAM_CALLS_MAX = 45;
/** Milliseconds after which the client of a stream that ended comes again. */
export const STREAM_RETRY_MS = 2_000;
/** Seconds after which one that found no room may ask again. */
export const FULL_RETRY_SECONDS = 30;
/** Seconds for which an old secret signs beside the new one: a day, and a week at most. */
export const SECRET_OVERLAP_SECONDS = 86_400;
export const SECRET_OVERLAP_SECONDS_MAX = 7 * 86_400;
/** Seconds that whoever has reached one of these is told to wait. */
export const PENDING_RETRY_SECONDS = 3_600;
/** Seconds in which so many handshakes may begin: as wrangler.toml says of HANDSHAKES_OF_CLIENT and HANDSHAKES_AT_HOST. */
export const HANDSHAKES_PERIOD_SECONDS = 60;
/** Seconds for which receivers may keep the public keys. */
export const KEYS_CACHE_SECONDS = 3_600;
/** Rows of a list in the API: CONTRACT 6. */
export const PAGE_ROWS_DEFAULT = 50;
