/**
 * What a pending delivery waits for, and when its next attempt can be. Times are milliseconds since 1970.
 */
import { instantOfMs } from "../domain/dates.ts";
import { FORMATS } from "../webhooks/payload.ts";
import type { Delivery } from "./delivery-log.ts";
import { RATE_PERIOD_MS } from "./limits.ts";
import type { Outbox, Sendable } from "./outbox.ts";
import type { Subscription } from "./subscription.ts";

export type WaitsFor =
  /** The result of an attempt in flight. */
  | { what: "answer" }
  /** An earlier event of its release, which is sent first. */
  | { what: "earlier-event"; event: string; sequence: number }
  /** The time of its next attempt by the schedule. */
  | { what: "schedule" }
  /** The end of the Retry-After of the endpoint. */
  | { what: "endpoint" }
  /** `ratePerMinute`, or the rate that a chat service takes. */
  | { what: "rate" }
  /** The owner, or the verification of the endpoint. */
  | { what: "resume" | "verification" };

/** `nextMs`: when the next attempt can be at the earliest; null: no time is known. */
export interface Waiting {
  waitsFor: WaitsFor | null;
  nextMs: number | null;
  /** The wait in words; null for one that needs none. */
  reason: string | null;
}

/** A delivery with its wait. `isHeld`: the status of the subscription keeps it from being sent. */
export type ShownDelivery = Delivery & Pick<Waiting, "waitsFor" | "nextMs"> & { isHeld: boolean };

export interface Traffic {
  nowMs: number;
  isInFlight: (event: string) => boolean;
  /** The start times of the attempts of the last minute, oldest first, in flight or not. */
  startedMs: readonly number[];
}

export interface WaitingDeps {
  subscription: Subscription;
  sendable: Sendable;
  outbox: Outbox;
  traffic: Traffic;
}

export function showDelivery(deps: WaitingDeps, delivery: Delivery): ShownDelivery {
  const { waitsFor, nextMs, reason } = waitingOf(deps, delivery);
  const isHeld = waitsFor?.what === "resume" || waitsFor?.what === "verification";
  return { ...delivery, waitsFor, nextMs, isHeld, reason: delivery.reason ?? reason };
}

function waitingOf(
  deps: WaitingDeps,
  {
    state,
    event,
    type,
    release,
    sequence,
    dueMs,
  }: Pick<Delivery, "state" | "event" | "type" | "release" | "sequence" | "dueMs">,
): Waiting {
  const { subscription, sendable, outbox, traffic } = deps;
  const { status, format, putOffUntilMs = 0, ratePerMinute } = subscription;
  if (state !== "pending" || dueMs === null) return { waitsFor: null, nextMs: null, reason: null };
  if (traffic.isInFlight(event)) {
    return { waitsFor: { what: "answer" }, nextMs: traffic.nowMs, reason: null };
  }
  if (sendable !== "everything" && (sendable === "nothing" || type !== "subscription.verify")) {
    const what = status === "pending" ? "verification" : "resume";
    return { waitsFor: { what }, nextMs: null, reason: `the subscription is ${status}` };
  }
  const first = release === null || sequence === null ? undefined : outbox.firstBefore(release, sequence);
  if (first !== undefined) {
    const waitsFor = { what: "earlier-event" as const, event: first.event, sequence: first.sequence };
    const reason = `waits for event ${first.sequence} of the same release, which is sent first`;
    return { waitsFor, nextMs: waitingOf(deps, { ...first, state, release }).nextMs, reason };
  }
  const gates = [
    { what: "schedule", ms: dueMs, reason: null },
    {
      what: "endpoint",
      ms: putOffUntilMs,
      reason: `the endpoint asked to be sent nothing before ${instantOfMs(putOffUntilMs)} (Retry-After)`,
    },
    {
      what: "rate",
      ms: rateAllowsMs(traffic, ratePerMinute, () => outbox.countBefore(event)),
      reason: "ratePerMinute allows no earlier attempt",
    },
    {
      what: "rate",
      ms: spacingAllowsMs(traffic, FORMATS[format].spacingMs, () => outbox.countBefore(event)),
      reason: "deliveries in this format are sent one after the other, with a pause between them",
    },
  ] as const;
  const last = gates.reduce((latest, gate) => (gate.ms > latest.ms ? gate : latest));
  if (last.ms <= traffic.nowMs) return { waitsFor: null, nextMs: traffic.nowMs, reason: null };
  return { waitsFor: { what: last.what }, nextMs: last.ms, reason: last.reason };
}

/**
 * When the format allows an attempt: chat services take one message after the other.
 *
 * @param countBefore how many others are made before it
 */
export function spacingAllowsMs(
  { nowMs, startedMs }: Pick<Traffic, "nowMs" | "startedMs">,
  spacingMs: number | undefined,
  countBefore: () => number = () => 0,
): number {
  const lastMs = startedMs.at(-1);
  if (spacingMs === undefined) return nowMs;
  return Math.max(nowMs, lastMs === undefined ? 0 : lastMs + spacingMs) + countBefore() * spacingMs;
}

/**
 * When `ratePerMinute` allows an attempt.
 *
 * @param countBefore how many others are made before it
 */
export function rateAllowsMs(
  { nowMs, startedMs }: Pick<Traffic, "nowMs" | "startedMs">,
  ratePerMinute: number | undefined,
  countBefore: () => number = () => 0,
): number {
  if (ratePerMinute === undefined) return nowMs;
  let position = countBefore() + startedMs.length - ratePerMinute;
  for (let minutes = 1; position >= 0; minutes += 1) {
    const limitingMs = startedMs[position];
    if (limitingMs !== undefined) return limitingMs + minutes * RATE_PERIOD_MS;
    // The limiting attempt has not started either: it follows another by a minute.
    position -= ratePerMinute;
    if (position < 0) return nowMs + minutes * RATE_PERIOD_MS;
  }
  return nowMs;
}
