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
/**
 * UTF-16 units of a summary, a note or a reason in a chat: two of them, the longest title and all phrases fit into 4,096,
 * the least that a chat service takes (Telegram).
 */
export const CHAT_TEXT_UNITS_MAX = 1_000;
/** UTF-16 units of a phrase in a chat. A site may word its own with up to 500. */
export const CHAT_PHRASE_UNITS_MAX = 200;
/** UTF-16 units of a label, a fact or the text of a button: Slack takes 75. */
export const CHAT_LABEL_UNITS_MAX = 75;
/** Milliseconds between two messages to one channel: Slack and Teams take one a second. */
export const CHAT_SPACING_MS = 1_000;
/** The same for Telegram, which takes twenty a minute in a group. */
export const TELEGRAM_SPACING_MS = 3_000;
/** Attempts to have a callback of the hub confirm a request, which may answer too late or be away for a moment. */
export const HUB_VERIFICATIONS_MAX = 3;
