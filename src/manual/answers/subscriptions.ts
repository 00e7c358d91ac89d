/**
 * What the API answers about subscriptions and their deliveries.
 */
import * as z from "zod/mini";
import { NOT_SENT_CODES } from "../../domain/codes.ts";
import { RELEASE_EVENT_TYPES } from "../../domain/event.ts";
import { HUB_FORMAT } from "../../domain/hub.ts";
import { RECIPIENT_STATES, type RecipientState } from "../../domain/recipient-states.ts";
import {
  CONTENTS,
  EVENT_NAMES,
  type Health,
  PAYLOAD_FORMATS,
  SHAPES,
  SUBSCRIPTION_STATUSES,
} from "../../domain/subscription.ts";
import type { SubscriptionView } from "../../subscriber/subscription.ts";
import type { WaitsFor } from "../../subscriber/waiting.ts";
import { complete, count, eventId, filterView, maybe, pageOf, subscriptionId, text, time } from "./shared.ts";

const status = z.enum(SUBSCRIPTION_STATUSES);
/** The admin also sees the subscriptions of the hub. */
const format = z.enum([...PAYLOAD_FORMATS, HUB_FORMAT]);

const health = complete<Health>({
  lastSuccess: z.nullable(time),
  lastFailure: z.nullable(time),
  successRate: z.nullable(z.number()),
  medianLatencyMs: z.nullable(z.number()),
  waiting: count,
  nextAttempt: z.nullable(time),
  givenUp: count,
  blocked: z.nullable(text),
});

const viewFields = {
  id: subscriptionId,
  url: text,
  format,
  content: z.enum(CONTENTS),
  events: z.array(z.enum(EVENT_NAMES)),
  filter: filterView,
  description: maybe(text),
  status,
  reason: maybe(text),
  topic: maybe(text),
  leaseUntil: maybe(z.nullable(time)),
  since: time,
  proved: z.boolean(),
  header: maybe(z.strictObject({ name: text })),
  asymmetric: z.boolean(),
  ratePerMinute: maybe(z.int().check(z.positive())),
  shape: maybe(z.enum(SHAPES)),
  created: time,
  health,
};
export const subscription = complete<SubscriptionView>(viewFields);

/** Without a secret where the format is not signed. */
export const createdSubscription = z.strictObject({ ...viewFields, secret: maybe(text), token: text });
export const existingSubscription = z.strictObject({ ...viewFields, notTaken: z.array(text) });

export const subscriptionPage = pageOf(
  z.strictObject({
    id: subscriptionId,
    url: text,
    format,
    description: maybe(text),
    topic: maybe(text),
    leaseUntil: maybe(z.nullable(time)),
    events: z.array(text),
    filter: filterView,
    status,
    reason: maybe(text),
    health: z.nullable(health),
    since: time,
    failingSince: z.nullable(time),
    created: time,
    reported: z.nullable(time),
  }),
);

export const sentEvent = z.strictObject({ event: eventId });
/** A Teams flow is sent two tests, one in each shape. */
export const sentTest = z.strictObject({
  event: eventId,
  tests: maybe(z.array(z.strictObject({ event: eventId, number: count, shape: maybe(z.enum(SHAPES)) }))),
  question: maybe(text),
});
export const rotatedSecret = z.strictObject({ secret: text, previousUntil: z.nullable(time) });
export const rotatedToken = z.strictObject({ token: text });
export const replayedSpan = z.strictObject({ after: count, to: count });

const waitsFor: z.ZodMiniType<WaitsFor> = z.union([
  z.strictObject({ what: z.literal("earlier-event"), event: eventId, sequence: count }),
  z.strictObject({ what: z.enum(["answer", "schedule", "endpoint", "rate", "resume", "verification"]) }),
]) as z.ZodMiniType<WaitsFor>;

const deliveryFields = {
  event: eventId,
  type: z.enum([
    ...RELEASE_EVENT_TYPES,
    "subscription.verify",
    "subscription.test",
    "operational",
    "topic.changed",
  ]),
  sequence: z.nullable(count),
  release: z.nullable(z.uuid()),
  state: z.enum(["pending", "held", "delivered", "failed", "replaced", "dropped"]),
  attempts: count,
  reason: z.nullable(text),
  waitsFor: z.nullable(waitsFor),
  created: time,
  nextAttempt: z.nullable(time),
};

const attempt = z.strictObject({
  attempt: count,
  at: time,
  durationMs: z.number(),
  status: z.nullable(z.int()),
  reason: z.nullable(text),
  note: z.nullable(text),
  answer: z.nullable(text),
});

export const delivery = z.strictObject({ ...deliveryFields, log: z.array(attempt) });

/** An event that is not in the log, and why; only in answers about one release. */
const notSentFields = {
  ...deliveryFields,
  state: z.literal("not-sent"),
  code: z.enum(NOT_SENT_CODES),
  reason: text,
  waitsFor: maybe(z.null()),
  created: z.null(),
  nextAttempt: z.null(),
};

const delivered = z.nullable(time);

/** Every subscription that was sent a release, or should have been. */
export const recipientPage = z.strictObject({
  release: z.uuid(),
  counts: z.strictObject({
    subscriptions: count,
    ...(Object.fromEntries(RECIPIENT_STATES.map((state) => [state, count])) as Record<
      RecipientState,
      typeof count
    >),
  }),
  data: z.array(
    z.strictObject({
      subscription: subscriptionId,
      url: text,
      description: z.nullable(text),
      format,
      topic: z.nullable(text),
      status,
      statusReason: z.nullable(text),
      state: z.enum(RECIPIENT_STATES),
      events: z.array(
        z.union([
          z.strictObject({ ...deliveryFields, delivered }),
          z.strictObject({
            ...notSentFields,
            release: z.null(),
            delivered: z.null(),
          }),
        ]),
      ),
    }),
  ),
  next: z.nullable(text),
});

/** Of a release that everybody may read. */
const titleFields = { title: z.nullable(text), lang: z.nullable(text) };

export const deliveryPage = pageOf(
  z.union([
    z.strictObject({ ...deliveryFields, ...titleFields }),
    z.strictObject({ ...notSentFields, ...titleFields }),
  ]),
);
