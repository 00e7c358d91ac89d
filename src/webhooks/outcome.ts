/**
 * Decides what follows from an attempt: success, a retry, or the end.
 */
import { BLOCK_REMEDY, CHALLENGE_REMEDY, type EdgeRefusal } from "../domain/edge-refusal.ts";
import type { AttemptResult, BodyFault } from "./attempt.ts";
import type { AnswerRules } from "./format.ts";
import { FREE_PUT_OFFS_MAX, JITTER, RETRY_AFTER_MS_MAX } from "./limits.ts";

export type AttemptOutcome =
  | { kind: "delivered" }
  /**
   * `delayMs` is for this delivery, `putOffMs` for everything that is sent to the endpoint: 0 unless it asks for
   * that. `isCounted`: the attempt uses up one of the schedule.
   */
  | { kind: "retry"; delayMs: number; putOffMs: number; isCounted: boolean; reason: string }
  /** The schedule has no further attempt. */
  | { kind: "failed"; putOffMs: number; reason: string }
  /** The endpoint wants no more deliveries, which disables the subscription. */
  | { kind: "gone"; reason: string };

export interface AttemptContext {
  /** What the format says about answers. */
  answers: AnswerRules;
  /** What the answer must contain; undefined unless the attempt is a verification. */
  challenge: string | undefined;
  /** Number of the attempt in this run of the schedule, 1 for the first. */
  attempt: number;
  /** How often a Retry-After put off the delivery in this run of the schedule, before this attempt. */
  putOffs: number;
  schedule: RetrySchedule;
  /** Milliseconds since 1970, for a Retry-After that is a date. */
  nowMs: number;
  /** From 0 up to but not including 1. */
  random: number;
}

export function evaluateAttempt(result: AttemptResult, context: AttemptContext): AttemptOutcome {
  const reason = failureReason(result, context.answers) ?? missingChallengeReason(result, context.challenge);
  if (reason === undefined) return { kind: "delivered" };
  const { answers } = context;
  if (isFinal(result, answers)) {
    return { kind: "gone", reason: answers.remedy === undefined ? reason : `${reason}: ${answers.remedy}` };
  }
  const putOffMs = putOffOf(result, answers, context.nowMs);
  const isCounted = putOffMs === 0 || context.putOffs >= FREE_PUT_OFFS_MAX;
  const { attempt, schedule, random } = context;
  const scheduledMs =
    delayBeforeMs(schedule, attempt + 1, random) ??
    (isCounted ? undefined : delayBeforeMs(schedule, attempt, random));
  if (scheduledMs === undefined) return { kind: "failed", putOffMs, reason };
  return { kind: "retry", delayMs: Math.max(scheduledMs, putOffMs), putOffMs, isCounted, reason };
}

function putOffOf(result: AttemptResult, { retryAfter }: AnswerRules, nowMs: number): number {
  if (result.kind !== "answered") return 0;
  // The longest of several counts.
  const said = [result.retryAfter, retryAfter?.(result.answer) ?? null].filter((value) => value !== null);
  return retryAfterMs(result.status, said.length === 0 ? null : said.join(","), nowMs);
}

/** What the protection in front of an endpoint answers says nothing about the endpoint itself. */
function isFinal(result: AttemptResult, { finalStatuses }: AnswerRules): boolean {
  return result.kind === "answered" && result.refusal === undefined && finalStatuses.includes(result.status);
}

/** A 2xx alone verifies nothing: many servers answer 200 to any request. */
function missingChallengeReason(result: AttemptResult, challenge: string | undefined): string | undefined {
  if (challenge === undefined || result.kind !== "answered") return undefined;
  if (isEcho(result.answer, challenge)) return undefined;
  return "answered without the challenge; answer with the challenge, or POST to the confirm URL";
}

/** The challenge as the whole body, as a JSON string, or as `{"challenge":"…"}`. */
function isEcho(answer: string, challenge: string): boolean {
  if (answer.trim() === challenge) return true;
  try {
    const parsed: unknown = JSON.parse(answer);
    if (parsed === challenge) return true;
    return (
      typeof parsed === "object" && parsed !== null && "challenge" in parsed && parsed.challenge === challenge
    );
  } catch {
    return false;
  }
}

/** The reason for the subscription's log; undefined for success. It says nothing about our own network. */
export function failureReason(result: AttemptResult, { faultIn }: AnswerRules): string | undefined {
  switch (result.kind) {
    case "answered":
      if (result.status >= 200 && result.status < 300) return undefined;
      if (result.refusal !== undefined) return `answered ${result.status}: ${EDGE_REFUSALS[result.refusal]}`;
      if (result.status >= 300 && result.status < 400)
        return `answered ${result.status}; redirects are not followed`;
      return `answered ${result.status}${meaningOf(result.status)}${inBrackets(faultIn?.(result.answer))}`;
    case "timed-out":
      return "no answer in time";
    case "unreachable":
      return "the connection failed or was closed early";
    case "target-refused":
      return `the URL ${result.reason}`;
  }
}

/** For the owner of the endpoint, who reads the log of the subscription. */
const EDGE_REFUSALS: Readonly<Record<EdgeRefusal, string>> = {
  challenge: `the protection in front of the endpoint wants a browser (${CHALLENGE_REMEDY})`,
  block: `the protection in front of the endpoint blocks deliveries (${BLOCK_REMEDY})`,
};

/** What Cloudflare answers where an endpoint has not, by status. */
const CLOUDFLARE_STATUSES: Readonly<Record<number, string>> = {
  520: "the endpoint's answer is not HTTP",
  521: "the endpoint refuses the connection",
  522: "connecting to the endpoint takes too long",
  523: "the endpoint cannot be reached",
  524: "the endpoint does not answer in time",
  525: "the TLS handshake with the endpoint fails",
  526: "the endpoint's TLS certificate is not valid",
  530: "the endpoint's host name leads to no server",
};

function meaningOf(status: number): string {
  if (status === 410) return " Gone";
  const meaning = CLOUDFLARE_STATUSES[status];
  return meaning === undefined ? "" : `: Cloudflare says that ${meaning}`;
}

function inBrackets(fault: string | undefined): string {
  return fault === undefined ? "" : ` (${fault})`;
}

const BODY_FAULTS: Readonly<Record<BodyFault, string>> = {
  undecodable: "the answer's body cannot be decoded as its content-encoding says",
  broken: "the connection broke off before the end of the answer's body",
  late: "the answer's body did not end in time",
};

/** What the log says about an answer beside its status; null if nothing is odd. */
export function noteOf(result: AttemptResult): string | null {
  return result.kind === "answered" && result.bodyFault !== undefined ? BODY_FAULTS[result.bodyFault] : null;
}

/** Every HTTP date has a time of day; `Date.parse` also reads "in 2050" as a date. */
const TIME_OF_DAY = /\d\d:\d\d/;
const SECONDS = /^\d+(\.\d*)?$/;
/** Separates values, but not the weekday of a date from its day. */
const BETWEEN_VALUES = /(?<!\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*),/i;

/**
 * For how long a 429 or 503 puts off the endpoint; 0 where Retry-After is missing or unreadable (RFC 9110,
 * 10.2.3). Of several values the longest counts.
 */
export function retryAfterMs(status: number, retryAfter: string | null, nowMs: number): number {
  if ((status !== 429 && status !== 503) || retryAfter === null) return 0;
  const values = retryAfter.split(BETWEEN_VALUES).map((text) => {
    const value = text.trim();
    if (SECONDS.test(value)) return Math.ceil(Number(value)) * 1000;
    const untilMs = TIME_OF_DAY.test(value) ? Date.parse(value) : NaN;
    return Number.isNaN(untilMs) ? 0 : untilMs - nowMs;
  });
  return Math.min(Math.max(0, ...values), RETRY_AFTER_MS_MAX);
}

/** Milliseconds to wait before each attempt, including the first. */
export type RetrySchedule = readonly number[];

/**
 * @param text seconds, comma-separated
 * @throws {RangeError} if a part is not a number of seconds
 */
export function parseRetrySchedule(text: string): RetrySchedule {
  const seconds = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!seconds.every((each) => Number.isFinite(each) && each >= 0)) {
    throw new RangeError(`RETRY_SCHEDULE must be numbers of seconds, comma-separated, not "${text}"`);
  }
  return seconds.map((each) => each * 1000);
}

/**
 * Milliseconds to wait before an attempt; undefined where the schedule has no such attempt.
 *
 * @param attempt 1 for the first
 * @param random from 0 up to but not including 1
 */
export function delayBeforeMs(schedule: RetrySchedule, attempt: number, random: number): number | undefined {
  const delayMs = schedule[attempt - 1];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 + JITTER * random));
}
