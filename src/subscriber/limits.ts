/**
 * Limits of this room: one subscription. Each has its unit in its name and its reason beside it.
 */

/** Attempts in flight for one subscription: the platform has six connections that wait for an answer. */
export const ATTEMPTS_IN_FLIGHT_MAX = 4;
/** Milliseconds after which an alarm looks whether attempts in hand have died with their object. Each
 * setting of an alarm costs a third of a delivery, so one serves all that comes in the meantime. */
export const IN_HAND_CHECK_MS = 5_000;
/** Bytes of a signing secret: 24 to 64 by Standard Webhooks 1.0. */
export const SECRET_BYTES = 32;
/** Secrets that sign at the same time; who rotates more often loses the oldest. */
export const LIVE_SECRETS_MAX = 5;
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
