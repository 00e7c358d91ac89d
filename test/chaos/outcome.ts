/**
 * What a round of a scenario came to. A scenario that finds something broken throws instead.
 */
export interface Outcome {
  scenario: string;
  /** What happened in this round, in words. */
  course: string;
  /** Milliseconds from the 2xx to the kill; null where nothing was killed. */
  killedAfterMs: number | null;
  /** Milliseconds from the end of the trouble until all was as it should be; 0 if it was so before. */
  recoveredMs: number;
  /** Attempts that the receiver saw for what was published. */
  received: number;
  /** Those among them that it answered with a 2xx. */
  acknowledged: number;
}

/** Whole milliseconds from one `performance.now()` to another; never below 0. */
export function elapsedMs(from: number, to: number): number {
  return Math.max(0, Math.round(to - from));
}
