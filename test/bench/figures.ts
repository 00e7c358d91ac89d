/**
 * Summarises a series of measurements.
 */
export interface Figures {
  count: number;
  medianMs: number;
  p95Ms: number;
  maxMs: number;
}

/** @param milliseconds in any order; at least one */
export function figuresOf(milliseconds: readonly number[]): Figures {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (part: number) => rounded(sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN);
  const middle = sorted.length / 2;
  const median =
    ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
  return { count: sorted.length, medianMs: rounded(median), p95Ms: at(0.95), maxMs: at(1) };
}

/** Rounds to hundredths of a millisecond. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
