/**
 * Limits of this room: the ledger and its background work. Each has its unit in its name and its reason beside it.
 */

/** Embargoes lifted in one step; each is a transaction of its own. */
export const EMBARGOES_PER_STEP = 20;
/** Targets rendered in one step: a list is four documents, a release two, so 40 KV writes at most. */
export const TARGETS_PER_STEP = 10;
/** KV writes that a target costs at most, but for a release that has moved often. */
export const KV_WRITES_PER_TARGET = 4;
/** Releases whose words are folded anew in one step: some milliseconds, in which nothing else is done. */
export const REINDEXED_PER_STEP = 20;
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
/** Events that one call looks at, told or not, so that a narrow filter costs bounded work. */
export const EVENT_ROWS_PER_CALL = 500;
/** UTF-16 units of HTML and text after which a page of events ends: one release has 2 MB at most, a call
 * of an object 32 MB, an isolate 128. */
export const EVENT_UNITS_PER_CALL = 2_000_000;
/** Streams that wait for the next event: each is woken by each event, and reads it for itself. */
export const LONG_POLLS_MAX = 500;
/** Of one client's address, behind which may be a whole newsroom. */
export const LONG_POLLS_PER_CLIENT_MAX = 50;
/** Subscriptions that may wait for their endpoint's proof: of one client, for one host, in all. */
export const PENDING_PER_CLIENT_MAX = 20;
export const PENDING_PER_HOST_MAX = 50;
export const PENDING_MAX = 2_000;
/** Milliseconds for which a subscription that never proved itself is kept, to be asked anew. */
export const NEVER_PROVED_KEPT_MS = 30 * 86_400_000;
/** Events of one release that are explained: an office corrects a text a few times. */
export const EXPLAINED_EVENTS_MAX = 200;
