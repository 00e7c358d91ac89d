/**
 * Limits of this room: one delivery attempt. Each has its unit in its name and its reason beside it.
 */

/** Bytes of an answer that are read, and that are kept: CONTRACT 7. */
export const ANSWER_BYTES_READ = 65_536;
export const ANSWER_BYTES_KEPT = 4_096;
/** Seconds that a Retry-After can put an attempt off at most: CONTRACT 7. */
export const RETRY_AFTER_SECONDS_MAX = 86_400;
/** The part of a delay that chance adds at most, so that retries do not come in waves: CONTRACT 7. */
export const JITTER = 0.1;
