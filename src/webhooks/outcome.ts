/**
 * The one place that decides what follows from an attempt, and whose fault a failure was.
 */
import { JITTER, RETRY_AFTER_SECONDS_MAX } from "./limits.ts";
import type { AttemptResult } from "./attempt.ts";

export type AttemptOutcome =
  | { kind: "delivered" }
  /** Try again after so many milliseconds; `asked` for by the endpoint, if the schedule alone would be sooner. */
  | { kind: "retry"; delayMs: number; asked: boolean; reason: string }
  /** The schedule is used up. */
  | { kind: "failed"; reason: string }
  /** The endpoint says that it is gone for good: the subscription ends. */
  | { kind: "gone"; reason: string };

/**
 * @param challenge what the answer must say, where the attempt asks for proof
 * @param attempt the number of the attempt that was made in this run of the schedule, 1 for the first
 * @param nowMs milliseconds since 1970, for a Retry-After that is a date
 * @param random from 0 up to but not including 1
 */
export function judgeAttempt(
  result: AttemptResult,
  challenge: string | undefined,
  attempt: number,
  schedule: RetrySchedule,
  nowMs: number,
  random: number,
): AttemptOutcome {
  const reason = reasonOf(result) ?? unprovedReason(result, challenge);
  if (reason === undefined) return { kind: "delivered" };
  if (result.kind === "answered" && result.status === 410) return { kind: "gone", reason };
  const scheduled = delayBefore(schedule, attempt + 1, random);
  if (scheduled === undefined) return { kind: "failed", reason };
  const asked = result.kind === "answered" ? retryAfterMs(result.status, result.retryAfter, nowMs) : 0;
  return { kind: "retry", delayMs: Math.max(scheduled, asked), asked: asked > scheduled, reason };
}

/** A 2xx alone proves nothing: half the web answers 200 to anything. */
function unprovedReason(result: AttemptResult, challenge: string | undefined): string | undefined {
  if (challenge === undefined || result.kind !== "answered") return undefined;
  if (echoes(result.answer, challenge)) return undefined;
  return "answered without the challenge; answer with it, or post to the confirm URL";
}

/** The challenge as the whole body, or as `{"challenge":"…"}`. */
function echoes(answer: string, challenge: string): boolean {
  if (answer.trim() === challenge) return true;
  try {
    const parsed: unknown = JSON.parse(answer);
    return (
      typeof parsed === "object" && parsed !== null && "challenge" in parsed && parsed.challenge === challenge
    );
  } catch {
    return false;
  }
}

/** In words for the subscriber's log; undefined for success. Nothing of what is inside our network. */
function reasonOf(result: AttemptResult): string | undefined {
  switch (result.kind) {
    case "answered":
      if (result.status >= 200 && result.status < 300) return undefined;
      if (result.status >= 300 && result.status < 400)
        return `answered ${result.status}; redirects are not followed`;
      return `answered ${result.status}`;
    case "timed-out":
      return result.awaiting === "body" ? "the answer's body did not end in time" : "no answer in time";
    case "unreachable":
      return "no connection, or it broke off";
    case "target-refused":
      return `the URL ${result.reason}`;
  }
}

/** What every date with a time has: `Date.parse` also takes "in 2050" for one. */
const TIME_OF_DAY = /\d\d:\d\d/;

/** Milliseconds that 429 and 503 ask us to wait; 0 if they do not say, or not intelligibly. */
function retryAfterMs(status: number, retryAfter: string | null, nowMs: number): number {
  if ((status !== 429 && status !== 503) || retryAfter === null) return 0;
  const untilMs = TIME_OF_DAY.test(retryAfter) ? Date.parse(retryAfter) : NaN;
  const ms = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) * 1000 : untilMs - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_SECONDS_MAX * 1000) : 0;
}

// FOLDED: When a delivery is tried.

/** Seconds to wait before each attempt, the first included. */
export type RetrySchedule = readonly number[];

/** @throws {RangeError} if the text is not a comma-separated list of seconds */
export function parseRetrySchedule(text: string): RetrySchedule {
  const schedule = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!schedule.every((seconds) => Number.isFinite(seconds) && seconds >= 0)) {
    throw new RangeError(`RETRY_SCHEDULE must be seconds, comma-separated, not "${text}"`);
  }
  return schedule;
}

/**
 * Milliseconds to wait before an attempt, or undefined when none is left.
 *
 * @param attempt 1 for the first
 * @param random from 0 up to but not including 1
 */
export function delayBefore(schedule: RetrySchedule, attempt: number, random: number): number | undefined {
  const seconds = schedule[attempt - 1];
  return seconds === undefined ? undefined : Math.round(seconds * 1000 * (1 + JITTER * random));
}
