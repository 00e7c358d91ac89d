/** Milliseconds in which anything must have happened that recovery is about. */
export const RECOVERED_WITHIN_MS = 15_000;
