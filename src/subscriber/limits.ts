/**
 * Limits of this room: one subscription. Each has its unit in its name and its reason beside it.
 */

/** Attempts in flight for one subscription: the platform has six connections that wait for an answer. */
export const ATTEMPTS_IN_FLIGHT_MAX = 4;
/** Milliseconds after a Retry-After in which one attempt at a time is made: the endpoint counts by the minute. */
export const CAREFUL_MS = 60_000;
/** Milliseconds until an alarm looks for work that died with the object. Setting an alarm costs a third of
 * a delivery, so one alarm serves everything that arrives in this time. */
export const IN_FLIGHT_CHECK_MS = 5_000;
/** Milliseconds after its creation at which a subscription begins, whether its owner has read the answer or not. */
export const BEGIN_MS_MAX = 1_000;
/** Milliseconds before the further attempts of a verification: its owner may need a moment to keep the secret. */
export const VERIFICATION_RETRIES_MS = [1_000, 2_000, 4_000] as const;
/** Bytes of a signing secret that the service makes. */
export const SECRET_BYTES = 32;
/** Secrets that sign at the same time. A further rotation is refused. */
export const LIVE_SECRETS_MAX = 5;
/** Milliseconds in which an endpoint must be verified: a day, so that a person can use the confirm URL. */
export const VERIFICATION_MS_MAX = 86_400_000;
/** Milliseconds of nothing but failure after which a subscription is disabled: five days. */
export const FAILING_MS_MAX = 5 * 86_400_000;
/** Milliseconds of failure after which a success ends an outage. A single event that an endpoint rejects is
 * no outage: it must not use up its schedule each time another event succeeds. */
export const OUTAGE_MS_MIN = 300_000;
/** Milliseconds for which a finished delivery stays in the log, and how many are deleted in one step. */
export const DELIVERY_KEPT_MS = 30 * 86_400_000;
export const PRUNED_PER_STEP = 200;
/** Deliveries of one release that its recipients show: a release has only a few corrections. */
export const RELEASE_LOG_MAX = 50;
/** Attempts from which the health of an endpoint is computed. */
export const HEALTH_ATTEMPTS = 100;
/** Pending deliveries that the Newsroom compares with a changed filter in one call: it reads their texts' words. */
export const JUDGED_PER_STEP = 100;
/** Milliseconds between two reports of a subscription without trouble. A change is reported at once. */
export const HEALTH_REPORT_MS = 3_600_000;
/** Milliseconds until a subscription in trouble is reported: one report, however many attempts it makes. */
export const TROUBLE_REPORT_MS = 10_000;
/** Milliseconds until the Newsroom receives the stored state after a change that was cut off. */
export const INTERRUPTED_CHANGE_REPORT_MS = 5_000;
/** Milliseconds until the Newsroom learns that a Subscriber was created, unless it is reported before. */
export const FIRST_REPORT_MS = 60_000;
/** Milliseconds from the expiry of an unverified subscription to its last report: clocks may differ. */
export const EXPIRY_REPORT_MS = 60_000;
/**
 * Requests of one owner that send something, in a minute and in an hour. People test by hand; a program that
 * lost its data asks for one replay, and may redeliver a page of its log at once. A replay reads the ledger.
 */
export const OWNER_REQUESTS_MAX = {
  test: { inMinute: 10, inHour: 60 },
  verify: { inMinute: 20, inHour: 60 },
  redeliver: { inMinute: 100, inHour: 1_000 },
  replay: { inMinute: 5, inHour: 20 },
} as const;
/** Milliseconds over which `ratePerMinute` counts attempts. */
export const RATE_PERIOD_MS = 60_000;
/** Milliseconds from a request to the hub to its verification: its answer leaves first. */
export const HUB_VERIFICATION_DELAY_MS = 250;
/** Requests to the hub that wait for their verification, of one callback and topic. A further one ends the oldest. */
export const HUB_REQUESTS_MAX = 5;
