/**
 * Limits of this room: retries and alarms. Each has its unit in its name and its reason beside it.
 */

/** The alarm is set at most this many milliseconds ahead: the platform refuses times after 2189. */
export const ALARM_MS_MAX = 30 * 86_400_000;
/** Milliseconds before a retry after a failure of our own (KV, a call to an object); doubles up to the maximum. */
export const OWN_RETRY_MS = 500;
export const OWN_RETRY_MAX_MS = 60_000;
