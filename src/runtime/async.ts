/**
 * Helpers for asynchronous work: backoff, timeouts, bounded parallelism and mutual exclusion.
 */
import { OWN_RETRY_MAX_MS, OWN_RETRY_MS } from "./limits.ts";

/** Milliseconds to wait before a retry after a failure of our own: doubles with each failure, up to a maximum. */
export function backoffMs(failuresBefore: number): number {
  return Math.min(OWN_RETRY_MS * 2 ** failuresBefore, OWN_RETRY_MAX_MS);
}

/**
 * Waits for a call for a limited time. A late call is not cancelled; its result is ignored.
 *
 * @throws {Error} when the time is up, or what the call throws
 */
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

/** Runs `work` on every item, `atOnce` at a time. A slow item holds up only its own place. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}

/** Runs pieces of work one at a time, in the order in which they ask. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
