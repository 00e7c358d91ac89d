/**
 * Every limit and magic number, with its unit in its name and its reason beside it.
 */

// Texts ---------------------------------------------------------------------------------------

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
/** Marks of nesting and spaces in front of a line of Markdown: some forty levels; nobody writes ten. */
export const NESTING_MARKS_MAX = 100;
/** Lines without an empty one between: the longest list of 1,012 real texts has some three hundred. */
export const BLOCK_LINES_MAX = 3_000;
/** Marks such as * _ [ ] | < in one paragraph, list or table: a tenth of a second at this many. */
export const BLOCK_MARKS_MAX = 5_000;
/** Words that differ between two editions before they are shown as one text and another. */
export const DIFF_EDITS_MAX = 2_000;
/** UTF-8 bytes of an edition with what is made of it: a row of SQLite in an object holds 2 MB. */
export const EDITION_BYTES_MAX = 1_800_000;
/** Cells of one table, counted as columns times rows. */
export const TABLE_CELLS_MAX = 20_000;
/** Graphemes of a summary taken from the text; a sentence that is longer is cut at a word. */
export const DERIVED_SUMMARY_GRAPHEMES = 300;
/** Below this many graphemes the second sentence joins the first in a derived summary. */
export const SHORT_SENTENCE_GRAPHEMES = 120;
/** Characters of a search: more than anybody types. */
export const SEARCH_CHARS_MAX = 500;
/** Values of one facet in the registry: the whole of it is one body. */
export const REGISTRY_VALUES_MAX = 5_000;
/** Other spellings of one value. */
export const SPELLINGS_MAX = 50;
/** Known values named where one is unknown. */
export const NEAREST_NAMED = 3;
/** Faults named in one answer; a body with more is broken in a way that the first ones show. */
export const FAULTS_MAX = 200;

/** Values that one combination may name: more than anybody picks. */
export const LIST_VALUES_MAX = 50;

// The Newsroom's alarm ------------------------------------------------------------------------

/** Embargoes lifted in one step; each is a transaction of its own. */
export const EMBARGOES_PER_STEP = 20;
/** Targets rendered in one step: a list is four documents, a release two, so 40 KV writes at most. */
export const TARGETS_PER_STEP = 10;
/** KV writes that a target costs at most, but for a release that has moved often. */
export const KV_WRITES_PER_TARGET = 4;
/** Releases whose words are folded anew in one step: some milliseconds, in which nothing else is done. */
export const REFOLDED_PER_STEP = 20;
/** Subscriptions looked at in one step; those whose filter takes an event are told, as far as the budget goes. */
export const SUBSCRIPTIONS_PER_STEP = 500;
/** Events handed over together, so that a backlog costs one call a subscription, not one an event. */
export const EVENTS_PER_SWEEP = 20;
/** UTF-16 units of HTML and text of the events that are handed over together: an isolate has 128 MB. */
export const HAND_OVER_UNITS_MAX = 1_000_000;
/** Calls of objects in flight at the same time, and the UTF-16 units that they may carry together. */
export const HAND_OVERS_AT_ONCE_MAX = 50;
export const HAND_OVERS_UNITS_MAX = 16_000_000;
/** Subscriptions that catch up at the same time: each with texts of its own in memory. */
export const CATCHING_UP_AT_ONCE_MAX = 6;
/** Milliseconds after which an object that does not answer is told later: others wait for its place. */
export const HAND_OVER_TIMEOUT_MS = 10_000;
/** Milliseconds after which a registration whose object was never made is forgotten. */
export const REGISTRATION_MS = 60_000;
/** Milliseconds between two writes of one KV key: the platform takes one a second. */
export const KV_WRITE_INTERVAL_MS = 1_000;
/** Milliseconds for which KV must be told to keep a value that expires, at the least; and a second of ours. */
export const KV_EXPIRATION_MIN_MS = 61_000;
/** UTF-16 units of JSON for the sequences of a feed's entries: KV keeps 1,024 bytes of metadata in all. */
export const SEQUENCES_UNITS_MAX = 600;
/** Milliseconds after which the alarm is set anew for what is due later: the platform takes none for after 2189. */
export const ALARM_MS_MAX = 30 * 86_400_000;
/** Milliseconds before our own failure (KV, an object call) is tried again; doubles up to the maximum. */
export const OWN_RETRY_MS = 500;
export const OWN_RETRY_MAX_MS = 60_000;

// Reading -------------------------------------------------------------------------------------

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
/** Bytes of entries in one document of a list: readers want feeds under 250 kB. */
export const LIST_BYTES_MAX = 235_000;
/** The part of a full document that goes into an archive when one release more comes: what stays
 * behind is still 30 of 50, which is what readers expect to find. */
export const ARCHIVE_SHARE = 0.4;
/** Killed releases of which the newest document of a list tells; a poller sees each within a day or two. */
export const TOMBSTONES_MAX = 20;
/** Combinations that are kept at once; each costs a comparison a publish, and four KV writes when it takes it. */
export const LISTS_KEPT_MAX = 500;
/** Milliseconds for which a combination is kept that was asked for once, and that was asked for again after that. */
export const LIST_KEPT_FIRST_MS = 3_600_000;
export const LIST_KEPT_MS = 86_400_000;
/** Milliseconds after which nobody remembers that a combination was ever asked for. */
export const LIST_REMEMBERED_MS = 7 * 86_400_000;
/** Of those, how many are cleared away when somebody asks for a new one: more than come, and no long wait. */
export const LISTS_DROPPED_MAX = 20;
/** Seconds for which a retired value's feeds say so before they are gone: 410. */
export const RETIRED_SECONDS = 30 * 86_400;

// Catching up ---------------------------------------------------------------------------------

/** Events that one call looks at, told or not, so that a narrow filter costs bounded work. */
export const EVENT_ROWS_PER_CALL = 500;
/** UTF-16 units of HTML and text after which a page of events ends: one release has 2 MB at most, a call
 * of an object 32 MB, an isolate 128. */
export const EVENT_UNITS_PER_CALL = 2_000_000;
/** Milliseconds after which a stream that has nothing to tell gives a sign of life: proxies cut at 30 s or
 * more, and the HTML standard advises 15. */
export const HEARTBEAT_MS = 15_000;
/** Milliseconds after which a stream ends by itself and its client comes again: none is held for ever. */
export const STREAM_LIFE_MS = 600_000;
/** Calls to the Newsroom from one stream: the free plan's 50 subrequests, with room for the last. */
export const STREAM_CALLS_MAX = 45;
/** Milliseconds after which the client of a stream that ended comes again. */
export const STREAM_RETRY_MS = 2_000;
/** Streams that wait for the next event: each is woken by each event, and reads it for itself. */
export const FOLLOWERS_MAX = 500;
/** Of one client's address, behind which may be a whole newsroom. */
export const FOLLOWERS_PER_CLIENT_MAX = 50;
/** Seconds after which one that found no room may ask again. */
export const FULL_RETRY_SECONDS = 30;

// Delivery ------------------------------------------------------------------------------------

/** Attempts in flight for one subscription: the platform has six connections that wait for an answer. */
export const ATTEMPTS_IN_FLIGHT_MAX = 4;
/** Bytes of an answer that are read, and that are kept: CONTRACT 7. */
export const ANSWER_BYTES_READ = 65_536;
export const ANSWER_BYTES_KEPT = 4_096;
/** Seconds that a Retry-After can put an attempt off at most: CONTRACT 7. */
export const RETRY_AFTER_SECONDS_MAX = 86_400;
/** The part of a delay that chance adds at most, so that retries do not come in waves: CONTRACT 7. */
export const JITTER = 0.1;
/** Milliseconds after which an alarm looks whether attempts in hand have died with their object. Each
 * setting of an alarm costs a third of a delivery, so one serves all that comes in the meantime. */
export const IN_HAND_CHECK_MS = 5_000;
/** Bytes of a signing secret: 24 to 64 by Standard Webhooks 1.0. */
export const SECRET_BYTES = 32;
/** Secrets that sign at the same time; who rotates more often loses the oldest. */
export const LIVE_SECRETS_MAX = 5;
/** Seconds for which an old secret signs beside the new one: a day, and a week at most. */
export const SECRET_OVERLAP_SECONDS = 86_400;
export const SECRET_OVERLAP_SECONDS_MAX = 7 * 86_400;
/** Milliseconds in which an endpoint must prove that it wants its deliveries. */
export const PROOF_MS_MAX = 86_400_000;
/** Milliseconds of nothing but failure after which a subscription is disabled: CONTRACT 7. */
export const FAILING_MS_MAX = 5 * 86_400_000;
/** Milliseconds of failure after which a success means that an outage is over. A single event that an
 * endpoint cannot take is no outage: it must not use up its schedule each time another one is taken. */
export const OUTAGE_MS_MIN = 300_000;
/** Milliseconds for which a delivery that is over stays in the log, and how many are forgotten at once. */
export const DELIVERY_KEPT_MS = 30 * 86_400_000;
export const PRUNED_PER_STEP = 200;
/** Attempts by which an endpoint's health is told. */
export const HEALTH_ATTEMPTS = 100;
/** Milliseconds between two reports of a subscription that does as before; what changes is reported at once. */
export const HEALTH_REPORT_MS = 3_600_000;
/** Milliseconds after which one that fails, or catches up, is reported: once, whatever it was sent meanwhile. */
export const TROUBLE_REPORT_MS = 10_000;
/** Milliseconds after which a change that was cut off is told to the Newsroom as the object has it. */
export const LEFT_OVER_REPORT_MS = 5_000;
/** Milliseconds over which a subscription's own limit of attempts counts, and the highest that it may set. */
export const RATE_PERIOD_MS = 60_000;
export const RATE_PER_MINUTE_MAX = 6_000;
/** Subscriptions that may wait for their endpoint's proof: of one client, for one host, in all. */
export const PENDING_PER_CLIENT_MAX = 20;
export const PENDING_PER_HOST_MAX = 50;
export const PENDING_MAX = 2_000;
/** Seconds that whoever has reached one of these is told to wait. */
export const PENDING_RETRY_SECONDS = 3_600;
/** Seconds in which so many handshakes may begin: as wrangler.toml says of HANDSHAKES_OF_CLIENT and HANDSHAKES_AT_HOST. */
export const HANDSHAKES_PERIOD_SECONDS = 60;
/** Milliseconds for which a subscription that never proved itself is kept, to be asked anew. */
export const NEVER_PROVED_KEPT_MS = 30 * 86_400_000;
/** Characters of the value of a subscriber's own header: a token of any kind. */
export const HEADER_VALUE_CHARS_MAX = 2_000;
/** Events of one release that are explained: an office corrects a text a few times. */
export const EXPLAINED_EVENTS_MAX = 200;
/** Seconds for which receivers may keep the public keys. */
export const KEYS_CACHE_SECONDS = 3_600;
/** Calls to the outside that an invocation may make: the free plan's, and the least that anything can be done with. */
export const SUBREQUESTS_MIN = 20;
/** Rows of a list in the API: CONTRACT 6. */
export const PAGE_ROWS_MAX = 100;
export const PAGE_ROWS_DEFAULT = 50;
/** Values that a subscription's filter may name: more than any desk follows, and each event is compared with all. */
export const SUBSCRIPTION_VALUES_MAX = 200;
/** Characters of a subscription's description. */
export const DESCRIPTION_CHARS_MAX = 500;
