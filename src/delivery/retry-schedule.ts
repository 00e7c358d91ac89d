/**
 * When a delivery is tried.
 */
import { JITTER } from "../limits.ts";

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
