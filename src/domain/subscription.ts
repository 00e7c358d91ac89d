/**
 * Subscriptions: the settings that the owner, the Newsroom and the Subscriber share, and the bodies that
 * create and change them.
 */
import * as z from "zod/mini";
import { listOf } from "./bounded.ts";
import { DEFAULT_EVENT_TYPES, RELEASE_EVENT_TYPES } from "./event.ts";
import { type Filter, filter, countValues, findContradiction } from "./filter.ts";
import type { HUB_FORMAT, HubTerms } from "./hub.ts";
import { oneLine } from "./text.ts";
import {
  DESCRIPTION_CHARS_MAX,
  HEADER_VALUE_CHARS_MAX,
  RATE_PER_MINUTE_MAX,
  SIGNING_SECRET_BYTES_MAX,
  SIGNING_SECRET_BYTES_MIN,
  SUBSCRIPTION_FILTER_BYTES_MAX,
  SUBSCRIPTION_VALUES_MAX,
} from "./limits.ts";
import { SHAPES } from "./shape.ts";

export const PAYLOAD_FORMATS = [
  "standard",
  "cloudevents",
  "superdesk",
  "slack",
  "teams",
  "telegram",
] as const;
export type PayloadFormat = (typeof PAYLOAD_FORMATS)[number];

export { SHAPES, type Shape } from "./shape.ts";

/** Telegram's Bot API. */
export const TELEGRAM_API = "https://api.telegram.org";

/** How much of a release a delivery carries: `summary` leaves out HTML and text. */
export const CONTENTS = ["full", "summary"] as const;
export type Content = (typeof CONTENTS)[number];

/** `operational` is for the admin: it reports that another subscription was disabled. */
export const EVENT_NAMES = [...RELEASE_EVENT_TYPES, "operational"] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/**
 * `pending`: the endpoint is not verified yet. `active`. `paused`: by its owner. `disabled`: the endpoint
 * answered 410, was not verified in time, or has only failed for days.
 */
export const SUBSCRIPTION_STATUSES = ["pending", "active", "paused", "disabled"] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** `websub`: a subscription of the hub, which is sent its topic. Nobody asks for it in the API. */
/** The id of a subscription; `hub_`: one of the WebSub hub. */
export const SUBSCRIPTION_ID = /^(?:sub|hub)_[0-9a-f]{32}$/;

export type DeliveryFormat = PayloadFormat | typeof HUB_FORMAT;

/** What the Newsroom needs to know to send a subscription its events. */
export interface Registration {
  id: string;
  /** Where the format has a secret URL, only its host: `https://hooks.slack.com/…` */
  url: string;
  /** A keyed hash of such a URL, by which two are compared. */
  urlKey?: string;
  format: DeliveryFormat;
  content: Content;
  events: EventName[];
  filter: Filter;
  description?: string;
  /** Of a subscription of the hub. */
  hub?: HubTerms;
  /** Milliseconds since 1970. */
  createdMs: number;
}

/** The health of an endpoint, from its last attempts. Instants are RFC 3339; null means never or none. */
export interface Health {
  lastSuccess: string | null;
  lastFailure: string | null;
  /** The share of successes among the last attempts, from 0 to 1. */
  successRate: number | null;
  /** Over those successes, to the end of the answer. */
  medianLatencyMs: number | null;
  /** Events not delivered yet. */
  waiting: number;
  nextAttempt: string | null;
  /** Events of releases in the log whose last attempt has failed too. */
  givenUp: number;
  /** Why the service itself can send nothing, in words; null if it can. */
  blocked: string | null;
}

/** The names that a subscription's own header may have. An endpoint that checks a header looks at one of these. */
const OWN_HEADER = /^(?:authorization|x-[a-z0-9-]{1,98})$/;

/**
 * Headers that proxies, frameworks and cloud services obey: each names another client, another address or another
 * action than the request has. The owner of an endpoint may not know that it is behind such a service.
 */
const RESERVED_HEADER = new RegExp(
  `^x-(?:${[
    // Another method, host or path than the request has.
    "http-.*|method.*|.*override.*|original-.*|rewrite-.*|host|url.*|scheme|path|uri|script-name|accel-.*|sendfile.*",
    // Another client or person than the sender.
    "forward.*|real-.*|client-.*|true-.*|cluster-.*|remote-.*|originating-.*|proxy.*|ssl-.*|tls-.*",
    "webauth-.*|auth-request-.*|authenticated-.*|identity-.*|user.*",
    // Cloud platforms, their metadata services, service meshes and secret stores.
    "aws-.*|amz.*|amzn-.*|goog.*|gcp-.*|appengine-.*|cloud-.*|ms-.*|azure-.*|arr-.*|metadata.*|oci-.*|ibm-.*",
    "envoy-.*|istio-.*|kubernetes-.*|vault-.*|consul-.*|nomad-.*|registry-.*|docker-.*",
    // Frameworks that skip their own checks.
    "middleware-.*|nextjs-.*",
  ].join("|")})$`,
);

const description = z.pipe(
  z.pipe(z.string(), z.transform(oneLine)),
  z
    .string()
    .check(z.maxLength(DESCRIPTION_CHARS_MAX, `must have at most ${DESCRIPTION_CHARS_MAX} characters`)),
);

const events = z.pipe(
  listOf(z.enum(EVENT_NAMES, `must be among ${EVENT_NAMES.join(", ")}`), EVENT_NAMES.length).check(
    z.minLength(1, "must name at least one event type"),
  ),
  z.transform((names) => EVENT_NAMES.filter((name) => names.includes(name))),
);

/** Each event is compared with all values, so their number is limited. */
const limitedFilter = filter.check(
  z.refine((given) => findContradiction(given) === undefined, {
    error: ({ input }) =>
      `must not exclude every ${findContradiction(input as Filter)} that it asks for: no release would match`,
  }),
  z.refine(
    (given) => countValues(given) <= SUBSCRIPTION_VALUES_MAX,
    `must name at most ${SUBSCRIPTION_VALUES_MAX} values`,
  ),
  z.refine(
    (given) => new TextEncoder().encode(JSON.stringify(given)).length <= SUBSCRIPTION_FILTER_BYTES_MAX,
    `must have at most ${SUBSCRIPTION_FILTER_BYTES_MAX} bytes as JSON; use several subscriptions`,
  ),
);

/** For endpoints that can check a header but no HMAC. */
const header = z.strictObject({
  name: z.string().check(
    z.refine(
      (name) => OWN_HEADER.test(name.toLowerCase()),
      "must be Authorization, or X- and at most 98 letters, digits and hyphens",
    ),
    z.refine(
      (name) => !RESERVED_HEADER.test(name.toLowerCase()),
      "must not be a header that proxies, frameworks or cloud services obey, such as X-Forwarded-For; choose another name after X-",
    ),
  ),
  value: z
    .string()
    .check(
      z.maxLength(HEADER_VALUE_CHARS_MAX, `must have at most ${HEADER_VALUE_CHARS_MAX} characters`),
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

/** A signing secret of the owner's own, as Standard Webhooks 1.0 writes it. */
const secret = z
  .string()
  .check(
    z.refine(
      isSigningSecret,
      `must be whsec_ and ${SIGNING_SECRET_BYTES_MIN} to ${SIGNING_SECRET_BYTES_MAX} random bytes in base64`,
    ),
  );

function isSigningSecret(text: string): boolean {
  const [, digits = "", padding = ""] = /^whsec_([A-Za-z0-9+/]+)(={0,2})$/.exec(text) ?? [];
  const bytes = Math.floor((digits.length * 3) / 4);
  return (
    (digits.length + padding.length) % 4 === 0 &&
    bytes >= SIGNING_SECRET_BYTES_MIN &&
    bytes <= SIGNING_SECRET_BYTES_MAX
  );
}

const shape = z.enum(SHAPES, "must be message or card");

/** A Telegram bot, and the chat that it posts to: they make the URL. */
const telegram = z.strictObject({
  token: z
    .string()
    .check(
      z.regex(/^\d{1,20}:[A-Za-z0-9_-]{20,100}$/, "must be the token of a bot, such as 123456:ABC-DEF…"),
    ),
  chat: z.pipe(
    z.pipe(z.union([z.string(), z.int()]), z.transform(String)),
    z
      .string()
      .check(
        z.regex(
          /^(?:@[A-Za-z]\w{0,63}|-?\d{1,20})$/,
          "must be the id of a chat, or @ and the name of a channel",
        ),
      ),
  ),
});

/** The endpoint of a Telegram bot and its chat. */
export function telegramUrl({ token, chat }: z.infer<typeof telegram>): string {
  return `${TELEGRAM_API}/bot${token}/sendMessage?chat_id=${encodeURIComponent(chat)}`;
}

const format = z.enum(PAYLOAD_FORMATS, `must be among ${PAYLOAD_FORMATS.join(", ")}`);
const content = z.enum(CONTENTS, "must be full or summary");
/** Only the admin may skip the verification. */
const verify = z._default(z.boolean(), true);

/** The body that creates a subscription. */
export const subscriptionInput = z.strictObject({
  /** Left out where `telegram` makes it. */
  url: z.optional(z.string()),
  telegram: z.optional(telegram),
  format: z._default(format, "standard"),
  content: z._default(content, "full"),
  events: z._default(events, [...DEFAULT_EVENT_TYPES]),
  filter: z._default(limitedFilter, {}),
  description: z.optional(description),
  header: z.optional(header),
  /** Left out: the service makes one, and shows it once. */
  secret: z.optional(secret),
  /** Also sign with the service's Ed25519 key. */
  asymmetric: z._default(z.boolean(), false),
  ratePerMinute: z.optional(ratePerMinute),
  /** Of the format `teams`. */
  shape: z.optional(shape),
  verify,
});
export type SubscriptionInput = z.infer<typeof subscriptionInput>;

/** The body of a change: fields left out keep their value, null removes an optional one. */
export const subscriptionChange = z.strictObject({
  url: z.optional(z.string()),
  telegram: z.optional(telegram),
  format: z.optional(format),
  content: z.optional(content),
  events: z.optional(events),
  filter: z.optional(limitedFilter),
  description: z.optional(z.nullable(description)),
  header: z.optional(z.nullable(header)),
  asymmetric: z.optional(z.boolean()),
  ratePerMinute: z.optional(z.nullable(ratePerMinute)),
  shape: z.optional(shape),
  verify,
});
export type SubscriptionChange = z.infer<typeof subscriptionChange>;

/** The body of `rotate-secret`: the new secret, and how long the old one signs beside it. */
export function rotationInput(defaultSeconds: number, maxSeconds: number) {
  return z.strictObject({
    secret: z.optional(secret),
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
