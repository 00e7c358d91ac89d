/**
 * Codes that programs decide by. Their wording beside them may change; a code never changes its meaning.
 */

/** `code` of a problem+json answer, with its HTTP status. */
export const PROBLEM_CODES = {
  /** The address has a broken percent-escape. */
  "malformed-address": 400,
  "malformed-body": 400,
  "malformed-if-match": 400,
  /** The call takes no such condition (If-Match, If-None-Match, If-Unmodified-Since). */
  "unsupported-condition": 400,
  "malformed-list": 400,
  /** A request to the WebSub hub that cannot be read. */
  "malformed-hub-request": 400,
  /** The hub has no such topic. */
  "unknown-topic": 400,
  /** `dryRun` with a call that has no dry run. */
  "dry-run-unsupported": 400,
  unauthorized: 401,
  "not-found": 404,
  "unknown-list": 404,
  "method-not-allowed": 405,
  /** The status of the release does not allow the call, or its address is taken. */
  "release-conflict": 409,
  /** The registry leaves out values that releases use. */
  "values-in-use": 409,
  /** The same URL with the same filter has a subscription. */
  "duplicate-subscription": 409,
  /** The endpoint is not verified, and the call needs it to be. */
  "not-verified": 409,
  "already-verified": 409,
  /** A later verification has replaced this confirm URL. */
  "confirm-url-expired": 409,
  /** The subscription was deleted because its endpoint was not verified in time. */
  "subscription-expired": 409,
  /** The call needs an active subscription. */
  "not-active": 409,
  /** Deliveries in this format have no signature, so there is no secret. */
  "not-signed": 409,
  /** Only its subscriber changes a subscription of the WebSub hub; the admin can delete it. */
  "hub-subscription": 409,
  "replay-in-progress": 409,
  /** The endpoint asked to be sent nothing before a time (Retry-After). */
  "endpoint-put-off": 409,
  /** The subscription's `ratePerMinute` allows no attempt yet. */
  "rate-reached": 409,
  /** Only events of releases can be sent again. */
  "not-a-release-event": 409,
  /** The release was killed; only its kill can be sent again. */
  "release-killed": 409,
  /** The release was withdrawn or killed while the call ran, or before the event was delivered. */
  "release-retracted": 409,
  /** Another backup began, or this one has ended. */
  "backup-replaced": 409,
  /** A backup is restored into an empty service only. */
  "service-not-empty": 409,
  /** Another version of the program made the backup. */
  "unsupported-backup": 409,
  /** SECRETS_KEY lacks a key of the service that the backup was made of. */
  "wrong-secrets-key": 409,
  /** This restore is not in progress. */
  "no-restore": 409,
  /** Rows of the backup have not arrived. */
  "incomplete-restore": 409,
  "edition-mismatch": 412,
  "body-too-large": 413,
  "unsupported-media-type": 415,
  /** The range of a file that was asked for begins beyond its end. */
  "range-not-satisfiable": 416,
  invalid: 422,
  /** A change that says minor alters too much: make it major, or say `reallyMinor`. */
  "not-minor": 422,
  /** The bytes of a file do not have the SHA-256 in the address. */
  "wrong-file-hash": 422,
  /** A file is empty, or no type that the service knows. */
  "unknown-file-type": 422,
  /** A client called the Newsroom or a subscription too often. */
  "too-many-requests": 429,
  "too-many-new-lists": 429,
  "too-many-verifications": 429,
  "too-many-pending-subscriptions": 429,
  /** As many verified subscriptions as a host, a domain or a client's network may have. */
  "too-many-subscriptions": 429,
  internal: 500,
  "not-configured": 503,
  /** A language of the site has no wording. */
  "wording-missing": 503,
  /** A backup is being restored: everything else waits until that is done. */
  "being-restored": 503,
  /** SECRETS_KEY lacks a key with which secrets of subscriptions are sealed. */
  "secrets-unreadable": 503,
  "too-many-streams": 503,
  /** KV does not hold the bytes of a file yet, or any more. */
  "file-unavailable": 503,
} as const;
export type ProblemCode = keyof typeof PROBLEM_CODES;

/** Why an event of a release is not in a subscription's log. */
export const NOT_SENT_CODES = [
  "type-not-requested",
  "filter-does-not-match",
  /** A withdrawal or kill of a release that the subscription was never sent. */
  "release-never-sent",
  "waits-for-verification",
  "about-to-be-sent",
  "release-killed",
  "before-subscription",
  "no-longer-in-log",
] as const;
export type NotSentCode = (typeof NOT_SENT_CODES)[number];

/** The events that a replay would send. */
export const REPLAYABLE: readonly NotSentCode[] = ["before-subscription", "no-longer-in-log"];
