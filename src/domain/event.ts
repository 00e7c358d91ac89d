/**
 * Events: what happened to a release, and how subscriptions and the API get to know of it.
 */
import { defined } from "./defined.ts";
import { formatInstant, type Instant } from "./dates.ts";
import type { ChangeKind, ReleaseView } from "./release.ts";
import type { Shape } from "./shape.ts";

export const RELEASE_EVENT_TYPES = [
  "release.published",
  "release.corrected",
  "release.revised",
  "release.withdrawn",
  "release.killed",
  "release.reinstated",
] as const;
export type ReleaseEventType = (typeof RELEASE_EVENT_TYPES)[number];

/** The types for a subscription that names none. `release.revised`, a minor change, must be asked for by name. */
export const DEFAULT_EVENT_TYPES: readonly ReleaseEventType[] = RELEASE_EVENT_TYPES.filter(
  (type) => type !== "release.revised",
);

/** A retraction reaches every subscription that was sent the release, whatever its filter says now. */
export function isRetraction(type: ReleaseEventType): boolean {
  return type === "release.withdrawn" || type === "release.killed";
}

/** How an edition differs from the one before. */
export interface Change {
  kind: ChangeKind;
  note?: string;
  previous: number;
  /** The names of the fields that differ, as in front matter; `body` for the text. */
  fields: string[];
}

/** One event, complete, as it leaves the Newsroom. */
export interface ReleaseEvent {
  id: string;
  /** 1, 2, 3 …, without a gap. */
  sequence: number;
  type: ReleaseEventType;
  at: Instant;
  release: ReleaseView;
  change: Change | null;
  /** Why the release was withdrawn, killed or reinstated. */
  reason?: string;
}

/** One event on its way to one subscription, with its body rendered. */
export interface OutboundEvent {
  event: string;
  sequence: number;
  type: ReleaseEventType;
  release: string;
  /** False for a retraction that the filter does not match: only a subscription that was sent the release takes it. */
  isRequested: boolean;
  /** The exact bytes that are signed and sent. */
  body: string;
}

/** An event about a subscription itself, outside the sequence of events. */
export type ControlEvent = { id: string; at: Instant } & (
  | { type: "subscription.verify"; challenge: string; confirm: string }
  | { type: "subscription.test"; subscription: string; trial?: TestTrial }
  | OperationalEvent
);
/** One of several tests, each sent in another shape, to find the one that arrives. */
export interface TestTrial {
  number: number;
  total: number;
  shape: Shape;
}
export type ControlEventType = ControlEvent["type"];

/** What a delivery is: an event, or a new version of a topic of the hub. */
export type DeliveryType = ReleaseEventType | ControlEventType | "topic.changed";

/**
 * Reports another subscription to the admin's subscriptions that ask for `operational` events: it was disabled, or an
 * event for it was given up, since its last attempt failed too.
 */
export interface OperationalEvent {
  type: "operational";
  what: "subscription.disabled" | "delivery.given-up";
  /** Only the host of its URL: the rest is often a secret. */
  subscription: { id: string; host: string; description?: string };
  reason: string;
  /** What was given up. */
  delivery?: { event: string; sequence: number | null; release: string | null };
}

/** The fields of a release in an event. The API shows more. */
function eventRelease(release: ReleaseView, content: "full" | "summary"): Record<string, unknown> {
  const { content: whole, note: _note, source: _source, reason: _reason, image: _image, ...shown } = release;
  return content === "full" ? { ...shown, content: whole } : shown;
}

/** The JSON of a release's event, in deliveries and in the API. */
export function releaseEventJson(event: ReleaseEvent, content: "full" | "summary"): Record<string, unknown> {
  return {
    type: event.type,
    timestamp: formatInstant(event.at),
    data: defined({
      id: event.id,
      sequence: event.sequence,
      release: eventRelease(event.release, content),
      change: event.change,
      reason: event.reason,
    }),
  };
}

/** The JSON of an event about a subscription. */
export function controlEventJson({ type, at, ...data }: ControlEvent): Record<string, unknown> {
  return { type, timestamp: formatInstant(at), data };
}
