/**
 * What the answer to an attempt means for its delivery, and what the log says of it.
 */
import { log } from "../runtime/log.ts";
import type { AttemptResult } from "../webhooks/attempt.ts";
import { evaluateVerification } from "../webhooks/formats/websub.ts";
import {
  type AttemptContext,
  type AttemptOutcome,
  evaluateAttempt,
  noteOf,
  type RetrySchedule,
} from "../webhooks/outcome.ts";
import { FORMATS } from "../webhooks/payload.ts";
import { withoutUrl } from "./endpoint.ts";
import { isOfHub, verificationOf } from "./hub.ts";
import { VERIFICATION_RETRIES_MS } from "./limits.ts";
import type { DueDelivery } from "./outbox.ts";
import type { Subscription } from "./subscription.ts";

/** The first retries of a verification come within seconds. The later ones follow the schedule of deliveries. */
export function verificationSchedule([first = 0, ...later]: RetrySchedule): RetrySchedule {
  return [first, ...VERIFICATION_RETRIES_MS, ...later];
}

/** The log is for people who may not know the URL. */
export function withoutUrlIn(result: AttemptResult, url: string): AttemptResult {
  return result.kind === "answered" ? { ...result, answer: withoutUrl(result.answer, url) } : result;
}

/** @param context of the attempt, without what the subscription decides */
export function evaluate(
  result: AttemptResult,
  subscription: Subscription,
  { type }: DueDelivery,
  body: string,
  context: Omit<AttemptContext, "answers" | "challenge">,
): AttemptOutcome {
  const isVerification = type === "subscription.verify";
  if (isVerification && isOfHub(subscription)) {
    return evaluateVerification(result, verificationOf("", subscription.hub.topic, body).challenge, context);
  }
  const { answers } = FORMATS[subscription.format];
  const challenge = isVerification ? subscription.proof.challenge : undefined;
  return evaluateAttempt(result, { ...context, answers, challenge });
}

export function logAttempt(
  { id, url }: Subscription,
  { event, type, release, attempts, createdMs }: DueDelivery,
  atMs: number,
  result: AttemptResult,
  outcome: AttemptOutcome,
): void {
  log("info", "attempt", {
    subscription: id,
    host: new URL(url).host,
    event,
    type,
    release,
    attempt: attempts + 1,
    status: result.kind === "answered" ? result.status : null,
    durationMs: result.durationMs,
    // From the arrival of the event until this attempt started.
    waitedMs: atMs - createdMs,
    outcome: outcome.kind,
    reason: reasonOf(outcome),
    note: noteOf(result),
    delayMs: outcome.kind === "retry" ? outcome.delayMs : null,
    putOffMs: "putOffMs" in outcome ? outcome.putOffMs : 0,
  });
}

export function reasonOf(outcome: AttemptOutcome): string | null {
  return outcome.kind === "delivered" ? null : outcome.reason;
}
