/**
 * A subscription: what its owner asked for, and what has become of it. Times are milliseconds since
 * 1970.
 */
import { formatInstant } from "../domain/instant.ts";
import type { Health, Registration, SubscriptionStatus } from "../domain/subscription.ts";
import { PROOF_MS_MAX } from "../limits.ts";

/** What a Subscriber keeps. */
export interface Subscription extends Registration {
  status: SubscriptionStatus;
  /** Why it is disabled, in words. */
  reason?: string;
  /** Since when it has had this status. */
  sinceMs: number;
  /** The signing secrets, encrypted, newest first: each signs until its time is over. */
  secrets: { sealed: string; untilMs: number | null }[];
  header?: { name: string; sealedValue: string };
  asymmetric: boolean;
  ratePerMinute?: number;
  /** Whether the endpoint at this URL has proved that it wants this, or the admin said so. */
  isProved: boolean;
  proof: Proof;
  /** The first failure after the last success; undefined while the last attempt was a success. */
  failingSinceMs?: number;
}

/** The handshake in progress, or the last one. */
export interface Proof {
  challenge: string;
  /** 1, 2, 3 …: a confirm URL opens only the handshake that it was sent for. */
  number: number;
  /** When it is given up. */
  untilMs: number;
}

/** As the first version kept one: one secret, one challenge, and no memory of what was proved when. */
export interface FirstSubscription extends Registration {
  status: "pending" | "active" | "disabled";
  reason?: string;
  sealedSecret: string;
  challenge: string;
}

/**
 * What is kept, as this version keeps it. Of one that is disabled nobody knows any more whether it was
 * proved, so it is asked anew; the confirm URL of one that is pending is out of date, its challenge not.
 *
 * @returns the same object if it is of this version
 */
export function upgraded(kept: Subscription | FirstSubscription): Subscription {
  if (!("sealedSecret" in kept)) return kept;
  const { sealedSecret, challenge, ...first } = kept;
  return {
    ...first,
    url: new URL(first.url).href,
    sinceMs: first.createdMs,
    secrets: [{ sealed: sealedSecret, untilMs: null }],
    asymmetric: false,
    isProved: first.status === "active",
    proof: { challenge, number: 0, untilMs: first.createdMs + PROOF_MS_MAX },
  };
}

/** A subscription as its owner sees it. Instants are RFC 3339. */
export interface SubscriptionView extends Omit<Registration, "createdMs"> {
  status: SubscriptionStatus;
  reason?: string;
  since: string;
  /** Whether the endpoint has proved that it wants this. */
  proved: boolean;
  /** Its value is not told again. */
  header?: { name: string };
  asymmetric: boolean;
  ratePerMinute?: number;
  created: string;
  health: Health;
}

export function viewOf(subscription: Subscription, health: Health): SubscriptionView {
  const { header, ratePerMinute, reason } = subscription;
  const { createdMs, ...registered } = registrationOf(subscription);
  return {
    ...registered,
    status: subscription.status,
    ...(reason === undefined ? {} : { reason }),
    since: instantOfMs(subscription.sinceMs),
    proved: subscription.isProved,
    ...(header === undefined ? {} : { header: { name: header.name } }),
    asymmetric: subscription.asymmetric,
    ...(ratePerMinute === undefined ? {} : { ratePerMinute }),
    created: instantOfMs(createdMs),
    health,
  };
}

export function registrationOf(subscription: Registration): Registration {
  const { id, url, format, content, events, filter, description, createdMs } = subscription;
  return {
    id,
    url,
    format,
    content,
    events,
    filter,
    ...(description === undefined ? {} : { description }),
    createdMs,
  };
}

/** RFC 3339, whole seconds. */
export function instantOfMs(ms: number): string {
  return formatInstant(Math.floor(ms / 1000));
}
