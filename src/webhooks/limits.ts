/**
 * Limits of this room: one delivery attempt. Each has its unit in its name and its reason beside it.
 */

/** Bytes of a response body that are read, and that are stored in the log. */
export const ANSWER_BYTES_READ = 65_536;
export const ANSWER_BYTES_KEPT = 4_096;
/** The longest time in milliseconds for which a Retry-After puts off an endpoint. */
export const RETRY_AFTER_MS_MAX = 86_400_000;
/**
 * Refusals with a Retry-After that use up no attempt of the schedule, for each delivery: a queue that an endpoint
 * takes slowly loses nothing. An event that the endpoint alone never takes must end some day.
 */
export const FREE_PUT_OFFS_MAX = 30;
/** The largest random part that is added to a delay, so that retries do not come in waves. */
export const JITTER = 0.1;
