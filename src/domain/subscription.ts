/**
 * What a subscription is to all who deal with it: its owner, its object, and the Newsroom that hands
 * it events.
 */
import { RELEASE_EVENT_TYPES } from "./event.ts";
import type { Filter } from "./filter.ts";

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
