/**
 * Requests about the status of a subscription: verify, pause, resume, and a test of an active one.
 */
import type { Shape } from "../../domain/subscription.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import type { SubscriberParts } from "../parts.ts";
import { type Conflict, conflict, NOT_VERIFIED } from "../subscription.ts";
import { nextConfirmUrl, waiveVerification } from "../verification.ts";

/** Starts a new verification; if the admin waives it, the subscription is active at once. */
export function requestVerification(
  parts: SubscriberParts,
  isWaived: boolean,
): Promise<Conflict | undefined> {
  const { store, state, mutex } = parts;
  return mutex.run(async () => {
    const subscription = state.get();
    if (subscription === undefined) return undefined;
    if (subscription.isProved) {
      const { status } = subscription;
      return conflict("already-verified", `The endpoint is verified already; the subscription is ${status}.`);
    }
    const confirmUrl = await nextConfirmUrl(parts, subscription);
    store.atomically(() => state.startVerification(confirmUrl));
    return isWaived ? waiveVerification(parts) : undefined;
  });
}

/** Holds all deliveries until `resume`. */
export function pause({ state }: SubscriberParts): Conflict | undefined {
  const status = state.get()?.status;
  if (status === "pending" || status === "disabled") {
    return conflict("not-active", `The subscription is ${status}; only an active one can be paused.`);
  }
  if (status === "active") state.setStatus("paused");
  return undefined;
}

/** Sends the held deliveries in order. */
export function resume({ store, state }: SubscriberParts): Conflict | undefined {
  const subscription = state.get();
  if (subscription === undefined || subscription.status === "active") return undefined;
  if (!subscription.isProved) return NOT_VERIFIED;
  store.atomically(() => state.activate());
  return undefined;
}

/** The tests that were sent: one, or one in each shape that the endpoint may want. */
export interface SentTests {
  ok: true;
  tests: { event: string; number: number; shape?: Shape }[];
}

/** @returns null where there is no subscription */
export function sendTest({ state }: SubscriberParts): SentTests | Conflict | null {
  const subscription = state.get();
  if (subscription === undefined) return null;
  const { id, status, format } = subscription;
  if (status !== "active") {
    return conflict("not-active", `The subscription is ${status}; only an active one is sent tests.`);
  }
  const test = { type: "subscription.test", subscription: id } as const;
  const { shapes } = FORMATS[format];
  if (shapes === undefined)
    return { ok: true, tests: [{ event: state.enqueueControlEvent(test), number: 1 }] };
  const tests = shapes.map((shape, index) => {
    const number = index + 1;
    const trial = { number, total: shapes.length, shape };
    return { event: state.enqueueControlEvent({ ...test, trial }), number, shape };
  });
  return { ok: true, tests };
}
