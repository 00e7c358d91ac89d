/**
 * A subscription as its Subscriber stores it and as its owner sees it. Times are milliseconds since 1970.
 */
import type { ProblemCode } from "../domain/codes.ts";
import { instantOfMs } from "../domain/dates.ts";
import { defined } from "../domain/defined.ts";
import { SUBSCRIPTIONS_RETRY_SECONDS } from "../domain/limits.ts";
import type { HubTerms } from "../domain/hub.ts";
import type { RegistryIssue } from "../domain/registry.ts";
import type {
  Health,
  Registration,
  Shape,
  SubscriptionChange,
  SubscriptionStatus,
} from "../domain/subscription.ts";
import { FORMATS } from "../webhooks/payload.ts";

/** Stored under the key `subscription`. The field names must not change. */
export interface Subscription extends Registration {
  status: SubscriptionStatus;
  /** Whether its owner paused it before its URL changed: verified, it is paused again. */
  staysPaused?: boolean;
  /** Why it is disabled, in words. */
  reason?: string;
  /** When it got its current status. */
  sinceMs: number;
  /** 1, 2, 3 …: which of its tokens is valid. A rotation takes the next. */
  tokenGeneration: number;
  /** The signing secrets, encrypted, newest first. Each signs until `untilMs`; null: without end. */
  secrets: { sealed: string; untilMs: number | null }[];
  header?: { name: string; sealedValue: string };
  /** The URL, encrypted, if it is a secret; `url` then has only the host. */
  sealedUrl?: string;
  /** Random, another one for each such URL: the keyed hash of one URL changes with the key. */
  urlId?: string;
  /** How a Teams flow wants its cards; undefined: the usual way. */
  shape?: Shape;
  /** Whether the service's Ed25519 keys sign too. */
  asymmetric: boolean;
  ratePerMinute?: number;
  /** Whether the endpoint at the current URL is verified, by itself or by the admin. */
  isProved: boolean;
  /** Whether any URL of it was ever verified. */
  wasProved: boolean;
  /** The present verification, or the last one. */
  proof: EndpointVerification;
  /** Of a subscription of the hub: the version of the topic that it was given last. */
  topicVersion?: string;
  /** Since when no key of SECRETS_KEY opens its secrets; undefined if one does. */
  unreadableSinceMs?: number;
  /** Until when the endpoint asked for nothing to be sent (Retry-After); it may be in the past. */
  putOffUntilMs?: number;
  /** The first failure since the last success; undefined if the last attempt succeeded. */
  failingSinceMs?: number;
}

/** What the Newsroom may know of a URL. */
export type RegisteredUrl = Pick<Registration, "url" | "urlKey">;
/** The same with the sealed URL, if it is a secret. */
export type StoredUrl = Pick<Subscription, "url" | "urlKey" | "sealedUrl" | "urlId">;

/** Whether two name the same URL, as far as one key tells. */
export function isSameUrl(a: RegisteredUrl, b: RegisteredUrl | undefined): boolean {
  return a.url === b?.url && a.urlKey === b.urlKey;
}

/** Whether the URL of a subscription is still the one that it had. Sealing again makes no difference. */
export function hasKeptUrl(before: Subscription, now: Subscription | undefined): boolean {
  return before.url === now?.url && before.urlId === now.urlId;
}

/** The generation of a subscription's first token. */
export const FIRST_TOKEN = 1;

export interface EndpointVerification {
  challenge: string;
  /** 1, 2, 3 …: a confirm URL is valid for one verification only. */
  number: number;
  /** When the verification expires. */
  untilMs: number;
}

/** A subscription as its owner sees it. Instants are RFC 3339. */
export interface SubscriptionView extends Omit<Registration, "createdMs" | "urlKey" | "hub"> {
  status: SubscriptionStatus;
  reason?: string;
  /** Of a subscription of the hub: the URL of its topic, and when its lease ends. */
  topic?: string;
  leaseUntil?: string | null;
  since: string;
  /** Whether the endpoint is verified. */
  proved: boolean;
  /** The value is never shown again. */
  header?: { name: string };
  asymmetric: boolean;
  ratePerMinute?: number;
  shape?: Shape;
  created: string;
  health: Health;
}

export function viewOf(subscription: Subscription, health: Health, baseUrl: string): SubscriptionView {
  const { header, ratePerMinute, reason, format, shape } = subscription;
  const { createdMs, urlKey: _urlKey, hub, ...registration } = registrationOf(subscription);
  return {
    ...registration,
    ...(hub && termsJson(hub, baseUrl)),
    ...defined({
      status: subscription.status,
      reason,
      since: instantOfMs(subscription.sinceMs),
      proved: subscription.isProved,
      header: header && { name: header.name },
      asymmetric: subscription.asymmetric,
      ratePerMinute,
      shape: shape ?? FORMATS[format].shapes?.[0],
      created: instantOfMs(createdMs),
      health,
    }),
  };
}

/** What the API shows of a subscription of the hub. */
export function termsJson({ topic, leaseUntilMs }: HubTerms, baseUrl: string) {
  return { topic: baseUrl + topic, leaseUntil: leaseUntilMs === null ? null : instantOfMs(leaseUntilMs) };
}

/** The part of a subscription that the Newsroom knows. */
export function registrationOf(subscription: Registration): Registration {
  const { id, url, urlKey, format, content, events, filter, description, hub, createdMs } = subscription;
  return defined({ id, url, urlKey, format, content, events, filter, description, hub, createdMs });
}

/**
 * The subscription after a change by its owner. A field that the change leaves out stays; null removes a
 * field.
 *
 * @param sealed the encrypted header and the new URL of the change, if it sets them
 */
export function applyChange(
  present: Subscription,
  change: SubscriptionChange,
  sealed: { header?: Subscription["header"]; url?: StoredUrl | undefined },
): Subscription {
  const {
    verify: _verify,
    url: _url,
    telegram: _telegram,
    header,
    description,
    ratePerMinute,
    ...fields
  } = change;
  const choose = <T>(wanted: T | null | undefined, before: T | undefined): T | undefined =>
    wanted === undefined ? before : (wanted ?? undefined);
  const isMoved = sealed.url !== undefined && !isSameUrl(sealed.url, present);
  return defined({
    ...present,
    ...defined(fields),
    ...(isMoved ? sealed.url : {}),
    header: header === undefined ? present.header : sealed.header,
    description: choose(description, present.description),
    ratePerMinute: choose(ratePerMinute, present.ratePerMinute),
    // A new URL is not verified, unless its format needs no verification.
    isProved: present.isProved && !(isMoved && FORMATS[present.format].needsVerification),
    wasProved: present.wasProved && !(isMoved && !FORMATS[present.format].needsVerification),
    putOffUntilMs: isMoved ? undefined : present.putOffUntilMs,
  });
}

/** The request contradicts the current state. `detail` says in words what is wrong, and what is possible. */
export interface Conflict {
  ok: false;
  code: ProblemCode;
  detail: string;
  /** With a code whose status is 429: when to try again. */
  retryAfterSeconds?: number;
}

export function conflict(code: ProblemCode, detail: string): Conflict {
  return { ok: false, code, detail };
}

/** The result of a request of the owner or the admin; null where there is no such subscription. */
export type Outcome = { ok: true; view: SubscriptionView } | Conflict | null;
/** Why a change is refused. */
export type ChangeRefusal = Conflict | { ok: false; issues: RegistryIssue[] };
export type ChangeOutcome = Outcome | ChangeRefusal;
/** A change that would be made; `startsVerification`: its new URL is asked for verification. */
export interface CheckedChange {
  ok: true;
  startsVerification: boolean;
}

export const DUPLICATE = conflict(
  "duplicate-subscription",
  "Another verified subscription has this URL and this filter. Use that one, or change the filter of this one.",
);
export const TOO_MANY: Conflict = {
  ...conflict(
    "too-many-subscriptions",
    "the host, its domain, the network that subscribed or this service has as many verified subscriptions as it may; delete one, then POST …/verify, or ask the admin",
  ),
  retryAfterSeconds: SUBSCRIPTIONS_RETRY_SECONDS,
};
export const EXPIRED = conflict(
  "subscription-expired",
  "This subscription was deleted because its endpoint was not verified in time. Create a new one.",
);
export const NOT_SIGNED = conflict(
  "not-signed",
  "A chat service checks no signature, so this subscription has no secret. Its URL is the secret: make a new one at the service, and PATCH `url`.",
);
export const NOT_VERIFIED = conflict(
  "not-verified",
  "The endpoint is not verified yet. POST …/verify starts a new verification.",
);
