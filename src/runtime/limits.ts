/**
 * Limits of this room: retries, alarms and pages of rows. Each has its unit in its name and its reason beside it.
 */

/** The alarm is set at most this many milliseconds ahead: the platform refuses times after 2189. */
export const ALARM_MS_MAX = 30 * 86_400_000;
/** Milliseconds before a retry after a failure of our own (KV, a call to an object); doubles up to the maximum. */
export const OWN_RETRY_MS = 500;
export const OWN_RETRY_MAX_MS = 60_000;
/** UTF-16 units after which a page of a backup ends. A row has 2 MB at most and is never cut. */
export const ROWS_UNITS_PER_PAGE = 700_000;
/** Small rows on a page: what is made again of each, such as its words, takes a millisecond. */
export const ROWS_PER_PAGE = 500;
