/**
 * How a subscription stands with a release. Worst first: what a desk lacks is what an officer looks for.
 */

/** `unknown`: its log could not be read. `not-sent`: its events are not in the log. */
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
