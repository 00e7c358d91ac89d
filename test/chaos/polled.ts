/**
 * Waiting for what only another process knows, and nobody is told of.
 */
import { setTimeout as delay } from "node:timers/promises";

const ASK_MS = 50;

/**
 * Asks until there is an answer.
 *
 * @param what in words, for the message of the failure
 * @param ask undefined for: not yet
 * @throws {Error} when the time is up
 */
export async function polled<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(ASK_MS);
  }
}
