/**
 * How many calls to the outside (fetch, KV, objects) one invocation may still make: the platform
 * counts them, and ends in an error what makes more. What is left over is done by the next alarm.
 */
export class Budget {
  #left: number;

  /** @param calls that may be made; `Infinity` where nobody counts */
  constructor(calls: number) {
    this.#left = calls;
  }

  /** Whether so many more calls may be made. */
  allows(calls: number): boolean {
    return this.#left >= calls;
  }

  /** How many calls may be made, `most` at most. */
  upTo(most: number): number {
    return Math.max(0, Math.min(this.#left, most));
  }

  spend(calls: number): void {
    this.#left -= calls;
  }
}
