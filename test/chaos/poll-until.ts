/**
 * Polling, for state that only another process knows.
 */
import { setTimeout as delay } from "node:timers/promises";

const INTERVAL_MS = 50;

/**
 * Polls until there is an answer.
 *
 * @param what the awaited state, for the error message
 * @param poll returns undefined for "not yet"
 * @throws {Error} at the deadline
 */
export async function pollUntil<T>(
  what: string,
  withinMs: number,
  poll: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await poll();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`timed out after ${withinMs} ms: ${what}`);
    await delay(INTERVAL_MS);
  }
}
