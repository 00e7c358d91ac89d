/**
 * What happened to releases, and what those who subscribed are sent of it (CONTRACT 7).
 */
import { formatInstant, type Instant } from "./instant.ts";
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
export function takesBack(type: ReleaseEventType): boolean {
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

/** An event for a subscription; `asked` is false where only those take it who were sent its text before. */
export interface Handed {
  event: ReleaseEvent;
  asked: boolean;
}

/** What a subscription is told of its own, outside the sequence. */
export type ControlEvent =
  | { type: "subscription.verify"; id: string; at: Instant; challenge: string; confirm: string }
  | { type: "subscription.test"; id: string; at: Instant; subscription: string };

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

/** The JSON text of a release's event: these very bytes are signed and sent. */
export function releaseEventBody(event: ReleaseEvent, content: "full" | "summary"): string {
  return JSON.stringify(releaseEventJson(event, content));
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

/** The JSON text of a subscription's own event. */
export function controlEventBody(event: ControlEvent): string {
  const { type, at, ...data } = event;
  return JSON.stringify({ type, timestamp: formatInstant(at), data });
}
