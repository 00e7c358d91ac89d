/**
 * What happened to releases, and what those who subscribed are sent of it (CONTRACT 7).
 */
import { formatInstant, type Instant } from "./dates.ts";
import type { ChangeKind, ReleaseView } from "./release.ts";

export const RELEASE_EVENT_TYPES = [
  "release.published",
  "release.corrected",
  "release.revised",
  "release.withdrawn",
  "release.killed",
  "release.reinstated",
] as const;
export type ReleaseEventType = (typeof RELEASE_EVENT_TYPES)[number];

/** Sent to a subscription that names no types: a typo corrected is told only to those who ask for it. */
export const DEFAULT_EVENT_TYPES: readonly ReleaseEventType[] = RELEASE_EVENT_TYPES.filter(
  (type) => type !== "release.revised",
);

/** A text is taken back: all who were sent it are told, whatever their filter says now. */
export function isRetraction(type: ReleaseEventType): boolean {
  return type === "release.withdrawn" || type === "release.killed";
}

/** How an edition differs from the one before. */
export interface Change {
  kind: ChangeKind;
  note?: string;
  previous: number;
  /** The front matter's names of what differs, `body` included. */
  fields: string[];
}

/** One event, whole, as it leaves the Newsroom. */
export interface ReleaseEvent {
  id: string;
  /** 1, 2, 3 …, without a gap. */
  sequence: number;
  type: ReleaseEventType;
  at: Instant;
  release: ReleaseView;
  change: Change | null;
  /** Why it was withdrawn, killed or reinstated. */
  reason?: string;
}

/** One event on its way to one subscription, rendered. */
export interface OutboundEvent {
  event: string;
  sequence: number;
  type: ReleaseEventType;
  release: string;
  /** False where only those take it who were sent the release's text before. */
  isRequested: boolean;
  /** The exact bytes that are signed and sent. */
  body: string;
}

/** What a subscription is told of its own, outside the sequence. */
export type ControlEvent = { id: string; at: Instant } & (
  | { type: "subscription.verify"; challenge: string; confirm: string }
  | { type: "subscription.test"; subscription: string }
  | OperationalEvent
);
export type ControlEventType = ControlEvent["type"];

/** What the office's own subscription is told of another, if it asked for `operational` events. */
export interface OperationalEvent {
  type: "operational";
  what: "subscription.disabled";
  subscription: { id: string; url: string; description?: string };
  reason: string;
}

/** The fields of a release in an event: less than the API's, by contract. */
function eventRelease(release: ReleaseView, content: "full" | "summary"): Record<string, unknown> {
  const {
    content: whole,
    note: _note,
    source: _source,
    reason: _reason,
    attachments: _attachments,
    image: _image,
    ...told
  } = release;
  return content === "full" ? { ...told, content: whole } : told;
}

/** A release's event as subscribers are sent it and as the API shows it. */
export function releaseEventJson(event: ReleaseEvent, content: "full" | "summary"): Record<string, unknown> {
  return {
    type: event.type,
    timestamp: formatInstant(event.at),
    data: {
      id: event.id,
      sequence: event.sequence,
      release: eventRelease(event.release, content),
      change: event.change,
      ...(event.reason === undefined ? {} : { reason: event.reason }),
    },
  };
}

/** A subscription's own event as it is sent it. */
export function controlEventJson({ type, at, ...data }: ControlEvent): Record<string, unknown> {
  return { type, timestamp: formatInstant(at), data };
}
