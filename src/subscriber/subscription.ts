/**
 * A subscription: what its owner asked for, and what becomes of it.
 */
import * as z from "zod/mini";
import { DEFAULT_EVENT_TYPES, RELEASE_EVENT_TYPES } from "../domain/event.ts";
import { filter } from "../domain/filter.ts";
import { formatInstant } from "../domain/instant.ts";
import { oneLine } from "../domain/text.ts";
import { DESCRIPTION_CHARS_MAX } from "../limits.ts";

/** `pending` until the endpoint has proved that it wants this; `disabled` when it said that it is gone. */
export type SubscriptionStatus = "pending" | "active" | "disabled";

/** The body of a subscribe. */
export const subscriptionInput = z.strictObject({
  url: z.string(),
  format: z._default(z.enum(["standard"], "must be standard"), "standard"),
  content: z._default(z.enum(["full", "summary"], "must be full or summary"), "full"),
  events: z._default(
    z
      .array(z.enum(RELEASE_EVENT_TYPES, `must be among ${RELEASE_EVENT_TYPES.join(", ")}`))
      .check(z.minLength(1, "must name at least one event type")),
    [...DEFAULT_EVENT_TYPES],
  ),
  filter: z._default(filter, {}),
  description: z.optional(
    z.pipe(
      z.pipe(z.string(), z.transform(oneLine)),
      z
        .string()
        .check(z.maxLength(DESCRIPTION_CHARS_MAX, `must have ${DESCRIPTION_CHARS_MAX} characters at most`)),
    ),
  ),
  /** Only the admin may leave the proof out. */
  verify: z._default(z.boolean(), true),
});
export type SubscriptionInput = z.infer<typeof subscriptionInput>;

/** What a Subscriber keeps. Times are milliseconds since 1970. */
export interface Subscription extends Omit<SubscriptionInput, "verify"> {
  id: string;
  status: SubscriptionStatus;
  /** Why it is disabled, in words. */
  reason?: string;
  createdMs: number;
  /** The signing secret, encrypted. */
  sealedSecret: string;
  challenge: string;
}

/** A subscription as its owner sees it. */
export interface SubscriptionView {
  id: string;
  url: string;
  status: SubscriptionStatus;
  reason?: string;
  format: SubscriptionInput["format"];
  content: SubscriptionInput["content"];
  events: SubscriptionInput["events"];
  filter: SubscriptionInput["filter"];
  description?: string;
  created: string;
}

export function viewOf(subscription: Subscription): SubscriptionView {
  const { id, url, status, reason, format, content, events, filter: asked, description } = subscription;
  return {
    id,
    url,
    status,
    ...(reason === undefined ? {} : { reason }),
    format,
    content,
    events,
    filter: asked,
    ...(description === undefined ? {} : { description }),
    created: formatInstant(Math.floor(subscription.createdMs / 1000)),
  };
}
