/**
 * Limits of this room: retries and alarms. Each has its unit in its name and its reason beside it.
 */

/** Milliseconds after which the alarm is set anew for what is due later: the platform takes none for after 2189. */
export const ALARM_MS_MAX = 30 * 86_400_000;
/** Milliseconds before our own failure (KV, an object call) is tried again; doubles up to the maximum. */
export const OWN_RETRY_MS = 500;
export const OWN_RETRY_MAX_MS = 60_000;
