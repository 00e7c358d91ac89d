/**
 * Events, as deliveries and the API carry them.
 */
import * as z from "zod/mini";
import type { Change, OperationalEvent, TestTrial } from "../../domain/event.ts";
import { SHAPES } from "../../domain/shape.ts";
import { content, eventReleaseFields } from "./releases.ts";
import { complete, count, eventId, maybe, releaseEventType, subscriptionId, text, time } from "./shared.ts";

const release = z.strictObject({ ...eventReleaseFields, content: maybe(content) });

const change = complete<Change>({
  kind: z.enum(["major", "minor"]),
  note: maybe(text),
  previous: count,
  fields: z.array(text),
});

export const releaseEvent = z.strictObject({
  type: releaseEventType,
  timestamp: time,
  data: z.strictObject({
    id: eventId,
    sequence: z.int().check(z.positive()),
    release,
    change: z.nullable(change),
    reason: maybe(text),
  }),
});

export const verifyEvent = z.strictObject({
  type: z.literal("subscription.verify"),
  timestamp: time,
  data: z.strictObject({ id: eventId, challenge: text, confirm: z.url() }),
});

const trial: z.ZodMiniType<TestTrial> = z.strictObject({
  number: count,
  total: count,
  shape: z.enum(SHAPES),
});

export const testEvent = z.strictObject({
  type: z.literal("subscription.test"),
  timestamp: time,
  data: z.strictObject({ id: eventId, subscription: subscriptionId, trial: maybe(trial) }),
});

const operationalData = z.strictObject({
  id: eventId,
  what: z.enum(["subscription.disabled", "delivery.given-up"]),
  subscription: z.strictObject({ id: subscriptionId, host: text, description: maybe(text) }),
  reason: text,
  delivery: maybe(
    z.strictObject({ event: eventId, sequence: z.nullable(count), release: z.nullable(z.uuid()) }),
  ),
}) satisfies z.ZodMiniType<Omit<OperationalEvent, "type">>;
export const operationalEvent = z.strictObject({
  type: z.literal("operational"),
  timestamp: time,
  data: operationalData,
});

export const anyEvent = z.union([releaseEvent, verifyEvent, testEvent, operationalEvent]);

export const eventPage = z.strictObject({
  data: z.array(releaseEvent),
  next: z.nullable(text),
  last: count,
});
