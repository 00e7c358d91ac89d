/**
 * A subscription: what its owner asked for, and what has become of it. Times are milliseconds since
 * 1970.
 */
import type { ProblemCode } from "../domain/codes.ts";
import { formatInstant } from "../domain/dates.ts";
import type { Health, Registration, SubscriptionChange, SubscriptionStatus } from "../domain/subscription.ts";
import { PROOF_MS_MAX } from "./limits.ts";

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

// FOLDED: A subscription as its owner wants it from now on.

/**
 * @param sealedHeader undefined where the change names none
 * @returns with what is left out as it was, and without what is null
 */
export function applyChange(
  present: Subscription,
  change: SubscriptionChange,
  sealedHeader: Subscription["header"],
): Subscription {
  const { verify: _verify, header, description, ratePerMinute, ...fields } = change;
  const { header: _header, description: _description, ratePerMinute: _rate, ...rest } = present;
  const url = change.url === undefined ? present.url : new URL(change.url).href;
  const chosen = <T>(asked: T | null | undefined, before: T | undefined): T | undefined =>
    asked === undefined ? before : (asked ?? undefined);
  const kept = {
    header: header === undefined ? present.header : sealedHeader,
    description: chosen(description, present.description),
    ratePerMinute: chosen(ratePerMinute, present.ratePerMinute),
  };
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    ...(kept.header && { header: kept.header }),
    ...(kept.description === undefined ? {} : { description: kept.description }),
    ...(kept.ratePerMinute === undefined ? {} : { ratePerMinute: kept.ratePerMinute }),
    url,
    // A new address has proved nothing.
    isProved: present.isProved && url === present.url,
  };
}

// FOLDED: What comes of what is asked of a subscription.

/** It cannot be done as things stand; in words, with what can. */
export interface Conflict {
  ok: false;
  code: ProblemCode;
  detail: string;
}

/** Null where there is no such subscription. */
export type Outcome = { ok: true; view: SubscriptionView } | Conflict | null;

export function refuse(detail: string, code: ProblemCode = "not-active"): Conflict {
  return { ok: false, code, detail };
}

export const DUPLICATE = "another subscription has this URL and this filter, and has proved itself";
export const FORGOTTEN =
  "it was forgotten, since nobody proved in time that the endpoint wants this; subscribe anew";
export const UNPROVED = "The endpoint has not proved itself yet. POST …/verify asks it anew.";
