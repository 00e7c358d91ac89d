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

/** `spent`: there may be more to do, but not in this invocation. */
export type LoopEnd = "done" | "spent";

/**
 * Runs bounded steps until nothing is due or the budget is spent, one at a time however often it is
 * started.
 */
export class WorkLoop {
  readonly #step: (budget: Budget) => Promise<boolean>;
  readonly #callsNeeded: number;
  #running: Promise<LoopEnd> | undefined;

  /**
   * @param step does a bounded piece of work; false when there was none
   * @param callsNeeded what a step must be allowed at least to get anything done
   */
  constructor(step: (budget: Budget) => Promise<boolean>, callsNeeded: number) {
    this.#step = step;
    this.#callsNeeded = callsNeeded;
  }

  /** One that runs already goes on with the budget it has. @returns when it ends; rejects with what a step throws */
  start(budget: Budget): Promise<LoopEnd> {
    this.#running ??= this.#run(budget).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(budget: Budget): Promise<LoopEnd> {
    while (budget.allows(this.#callsNeeded)) {
      if (!(await this.#step(budget))) return "done";
    }
    return "spent";
  }
}
