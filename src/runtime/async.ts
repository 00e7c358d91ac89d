import { OWN_RETRY_MAX_MS, OWN_RETRY_MS } from "./limits.ts";

/** Milliseconds until our own failure is tried again: doubling, to a maximum. */
export function backoffMs(failuresBefore: number): number {
  return Math.min(OWN_RETRY_MS * 2 ** failuresBefore, OWN_RETRY_MAX_MS);
}

// FOLDED: @returns what a call returns, if it does so in time; it is not ended, but nobody waits for it longer @throws {Error} when the time is up, or what the call throws
export async function withTimeout<T>(call: Promise<T>, withinMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
