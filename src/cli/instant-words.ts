/**
 * Instants for people who are in a hurry.
 */

const MINUTE_MS = 60_000;
/** Whole parts of the next larger unit, so that `2 min` never stands for `119 s`. */
const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [MINUTE_MS, "min"],
  [1_000, "s"],
] as const;

/** `2026-11-26T03:10:00Z (in 25 min)`; RFC 3339 first, since a log is compared with others. */
export function withRelativeTime(instant: string, nowMs: number): string {
  const ms = Date.parse(instant) - nowMs;
  if (Number.isNaN(ms)) return instant;
  const words = duration(Math.abs(ms));
  return `${instant} (${ms >= 0 ? `in ${words}` : `${words} ago`})`;
}

/** `5 d`, `2 h`, `25 min`, `3 s`: the largest unit that it fills twice, or else the next. */
export function duration(ms: number): string {
  const [size, name] = UNITS.find(([unit]) => ms >= 2 * unit) ?? ([1_000, "s"] as const);
  return `${Math.floor(ms / size)} ${name}`;
}
