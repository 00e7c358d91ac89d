import { OWN_RETRY_MAX_MS, OWN_RETRY_MS } from "./limits.ts";

/** Milliseconds until our own failure is tried again: doubling, to a maximum. */
export function ownRetryDelayMs(failuresBefore: number): number {
  return Math.min(OWN_RETRY_MS * 2 ** failuresBefore, OWN_RETRY_MAX_MS);
}
