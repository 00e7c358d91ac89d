/**
 * The states of a release at a subscription.
 */

/**
 * Worst first: an officer looks for the endpoints that do not have it. `unknown`: the log could not be read.
 * `not-sent`: the log has none of its events.
 */
export const RECIPIENT_STATES = [
  "failed",
  "unknown",
  "waiting",
  "held",
  "not-sent",
  "dropped",
  "replaced",
  "delivered",
] as const;
export type RecipientState = (typeof RECIPIENT_STATES)[number];
