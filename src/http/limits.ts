/**
 * Requests and answers. Each limit has its unit in its name and its reason beside it.
 */

/** Differing words between two editions. Beyond this the difference is the old text and the new text. */
export const DIFF_EDITS_MAX = 2_000;
/**
 * Milliseconds for which an isolate serves a document without asking KV, and then while one request asks. With
 * the second between two writes of a key, a change is visible within two seconds.
 */
export const DOCUMENT_FRESH_MS = 400;
export const DOCUMENT_STALE_MS = 400;
/** Documents and bytes that an isolate keeps in memory. It has 128 MB for everything. */
export const CACHED_DOCUMENTS_MAX = 1_000;
export const CACHED_BYTES_MAX = 24_000_000;
/** Seconds for which a client may keep a page or feed. Miniflux polls no faster than this. */
export const CACHE_SECONDS = 60;
/** Seconds for which a shared cache may keep it: corrections and kills must reach its clients. */
export const SHARED_CACHE_SECONDS = 10;
/** Seconds for which a cache may serve the old version while it fetches the new one. */
export const STALE_SECONDS = 60;
/** Seconds for which a client may keep an archive. It changes only when one of its releases does. */
export const ARCHIVE_CACHE_SECONDS = 3_600;
/** Seconds for which clients may keep what changes only with the service itself. */
export const ASSET_CACHE_SECONDS = 600;
/** The period of every rate limit in wrangler.toml, in seconds. */
export const RATE_LIMIT_PERIOD_SECONDS = 60;
/**
 * Milliseconds without an event after which a stream sends a heartbeat. Proxies cut connections after 30 s or
 * more, and the HTML standard recommends 15 s.
 */
export const HEARTBEAT_MS = 15_000;
/** Milliseconds after which the service ends a stream. The client reconnects. */
export const STREAM_LIFE_MS = 600_000;
/** Calls to the Newsroom from one stream: below the free plan's 50 subrequests. */
export const STREAM_CALLS_MAX = 45;
/** Milliseconds after which the client of an ended stream reconnects. */
export const STREAM_RETRY_MS = 2_000;
/** Seconds after which a client that was refused a stream may retry. */
export const STREAMS_RETRY_SECONDS = 30;
/** Seconds for which an old secret signs beside the new one: the default and the limit. */
export const SECRET_OVERLAP_SECONDS = 86_400;
export const SECRET_OVERLAP_SECONDS_MAX = 7 * 86_400;
/** Seconds for which clients may keep the public keys. */
export const KEYS_CACHE_SECONDS = 3_600;
/** Rows on a page of a list that names no limit. */
export const PAGE_ROWS_DEFAULT = 50;
/** Seconds for which a browser asks for this service over https only: a year, as preload lists recommend. */
export const HSTS_SECONDS = 31_536_000;
/** Subscriptions that one call of `POST /reseal` seals again: as many as answer within a second or two. */
export const RESEALED_PER_CALL_MAX = 100;
/** Calls that `POST /reseal` and its middleware make beside those to Subscribers. */
export const SUBREQUESTS_BESIDE_RESEALING = 5;
/** Seconds after which a client may ask again for a file that a location of KV does not hold yet. */
export const FILE_RETRY_SECONDS = 10;
/** UTF-16 units on a page of a backup after which no further Subscriber is read. */
export const BACKUP_UNITS_PER_PAGE = 700_000;
/** Subscribers on a page of a backup: each is a call of some milliseconds. */
export const SUBSCRIBERS_PER_PAGE = 20;
/** Calls that a step of a backup or restore makes beside those to Subscribers and KV. */
export const SUBREQUESTS_BESIDE_STEPS = 10;
/** Calls to Subscribers and KV that a step of a restore makes: as many as answer within seconds. */
export const RESTORED_PER_STEP = 100;
/** Bytes of one body of a restore: a row of 2 MB, of which JSON writes each character with six, and a page of others. */
export const RESTORE_BYTES_MAX = 16 * 2 ** 20;
/** Texts that a page names where nothing is: enough to show that the address is wrong, and not the site. */
export const NEWEST_NAMED = 5;
/** Bytes of the form that subscribes: its longest fields are a URL and a filter of 3,000 bytes. */
export const FORM_BYTES_MAX = 32_768;
/** Days of which the page to subscribe shows what would have matched: long enough for a rare topic. */
export const PREVIEW_DAYS = 90;
/** Bytes of a request of an agent: the arguments of a search. */
export const MCP_BYTES_MAX = 65_536;
