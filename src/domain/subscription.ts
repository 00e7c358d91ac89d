/**
 * What a subscription is to all who deal with it: its owner, its object, and the Newsroom that hands
 * it events.
 */
import * as z from "zod/mini";
import { DEFAULT_EVENT_TYPES, RELEASE_EVENT_TYPES } from "./event.ts";
import { type Filter, filter, countValues } from "./filter.ts";
import { oneLine } from "./text.ts";
import {
  DESCRIPTION_CHARS_MAX,
  HEADER_VALUE_CHARS_MAX,
  RATE_PER_MINUTE_MAX,
  SUBSCRIPTION_VALUES_MAX,
} from "./limits.ts";

export const FORMAT_NAMES = ["standard"] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** How much of a text an endpoint is sent: `summary` is all but the text itself. */
export const CONTENTS = ["full", "summary"] as const;
export type Content = (typeof CONTENTS)[number];

/** `operational` is for the office: that another subscription was disabled. */
export const EVENT_NAMES = [...RELEASE_EVENT_TYPES, "operational"] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/**
 * `pending` until the endpoint has proved that it wants this; `paused` by its owner; `disabled` when it
 * said that it is gone, never proved itself, or has only failed for days.
 */
export const SUBSCRIPTION_STATUSES = ["pending", "active", "paused", "disabled"] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** What the Newsroom must know of a subscription to hand it its events. */
export interface Registration {
  id: string;
  url: string;
  format: FormatName;
  content: Content;
  events: EventName[];
  filter: Filter;
  description?: string;
  /** Milliseconds since 1970. */
  createdMs: number;
}

/** How an endpoint does, by its last attempts. Instants are RFC 3339; null for: never, or none. */
export interface Health {
  lastSuccess: string | null;
  lastFailure: string | null;
  /** Of the last attempts, 100 at most: the part of them that was a success, from 0 to 1. */
  successRate: number | null;
  /** Of the successes among them, to the end of the answer. */
  medianLatencyMs: number | null;
  /** Events that wait to be delivered. */
  waiting: number;
  nextAttempt: string | null;
}

// FOLDED: What may be asked of a subscription: when it is made, and later.

/** Headers that are ours, the connection's, or the platform's: a subscriber's own may not be one of them. */
const RESERVED_HEADER =
  /^(?:webhook-.*|cf-.*|x-forwarded-.*|x-real-ip|proxy-.*|content-.*|host|user-agent|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|date|cookie|accept-encoding)$/;

const description = z.pipe(
  z.pipe(z.string(), z.transform(oneLine)),
  z
    .string()
    .check(z.maxLength(DESCRIPTION_CHARS_MAX, `must have ${DESCRIPTION_CHARS_MAX} characters at most`)),
);

const events = z.pipe(
  z
    .array(z.enum(EVENT_NAMES, `must be among ${EVENT_NAMES.join(", ")}`))
    .check(z.minLength(1, "must name at least one event type")),
  z.transform((names) => EVENT_NAMES.filter((name) => names.includes(name))),
);

/** Whoever follows more has more subscriptions, or takes all and chooses. */
const chosen = filter.check(
  z.refine(
    (asked) => countValues(asked) <= SUBSCRIPTION_VALUES_MAX,
    `must name ${SUBSCRIPTION_VALUES_MAX} values at most`,
  ),
);

/** For receivers that can check a header and no HMAC. */
const header = z.strictObject({
  name: z.string().check(
    z.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "must be the name of an HTTP header"),
    z.refine(
      (name) => !RESERVED_HEADER.test(name.toLowerCase()),
      "must not be a header that the delivery or the connection needs itself",
    ),
  ),
  value: z
    .string()
    .check(
      z.maxLength(HEADER_VALUE_CHARS_MAX, `must have ${HEADER_VALUE_CHARS_MAX} characters at most`),
      z.regex(
        /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/,
        "must be visible ASCII without spaces at its ends",
      ),
    ),
});

const ratePerMinute = z
  .number()
  .check(
    z.refine(
      (rate) => Number.isInteger(rate) && rate >= 1 && rate <= RATE_PER_MINUTE_MAX,
      `must be a whole number from 1 to ${RATE_PER_MINUTE_MAX}`,
    ),
  );

const format = z.enum(FORMAT_NAMES, `must be ${FORMAT_NAMES.join(" or ")}`);
const content = z.enum(CONTENTS, "must be full or summary");
/** Only the admin may leave the proof out. */
const verify = z._default(z.boolean(), true);

/** The body of a subscribe. */
export const subscriptionInput = z.strictObject({
  url: z.string(),
  format: z._default(format, "standard"),
  content: z._default(content, "full"),
  events: z._default(events, [...DEFAULT_EVENT_TYPES]),
  filter: z._default(chosen, {}),
  description: z.optional(description),
  header: z.optional(header),
  /** Sign with the service's Ed25519 key too. */
  asymmetric: z._default(z.boolean(), false),
  ratePerMinute: z.optional(ratePerMinute),
  verify,
});
export type SubscriptionInput = z.infer<typeof subscriptionInput>;

/** The body of a change: what is left out stays, null takes away what may be missing. */
export const subscriptionChange = z.strictObject({
  url: z.optional(z.string()),
  format: z.optional(format),
  content: z.optional(content),
  events: z.optional(events),
  filter: z.optional(chosen),
  description: z.optional(z.nullable(description)),
  header: z.optional(z.nullable(header)),
  asymmetric: z.optional(z.boolean()),
  ratePerMinute: z.optional(z.nullable(ratePerMinute)),
  verify,
});
export type SubscriptionChange = z.infer<typeof subscriptionChange>;

/** The body of a `rotate-secret`: for how long the old secret signs beside the new one. */
export function rotationInput(defaultSeconds: number, maxSeconds: number) {
  return z.strictObject({
    overlapSeconds: z._default(
      z
        .number()
        .check(
          z.refine(
            (seconds) => Number.isInteger(seconds) && seconds >= 0 && seconds <= maxSeconds,
            `must be a whole number of seconds from 0 to ${maxSeconds}`,
          ),
        ),
      defaultSeconds,
    ),
  });
}
