/**
 * Sending a test event to an active subscription.
 */
import type { Shape } from "../../domain/subscription.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import type { SubscriberParts } from "../parts.ts";
import { type Conflict, conflict } from "../subscription.ts";

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
