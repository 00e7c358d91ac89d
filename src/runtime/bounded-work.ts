/**
 * Background work in bounded steps. The platform counts the calls to the outside (fetch, KV, objects)
 * that one invocation makes, and fails every call above its limit. Work that exceeds the budget of one
 * invocation continues in the next, by alarm.
 */

/** The calls to the outside that one invocation may still make. */
export class Budget {
  #left: number;

  /** @param calls the number of calls; `Infinity` for no limit */
  constructor(calls: number) {
    this.#left = calls;
  }

  /** Whether this many more calls fit. */
  allows(calls: number): boolean {
    return this.#left >= calls;
  }

  /** How many calls fit, `most` at most. */
  upTo(most: number): number {
    return Math.max(0, Math.min(this.#left, most));
  }

  spend(calls: number): void {
    this.#left -= calls;
  }
}

/** `spent`: the budget ended the loop, and more may be due. */
export type LoopEnd = "done" | "spent";

/** Runs bounded steps until nothing is due or the budget is spent. Only one run is in progress at a time. */
export class WorkLoop {
  readonly #step: (budget: Budget) => Promise<boolean>;
  readonly #callsNeeded: number;
  #running: Promise<LoopEnd> | undefined;

  /**
   * @param step does a bounded piece of work; returns false when nothing was due
   * @param callsNeeded the fewest calls with which a step gets anything done
   */
  constructor(step: (budget: Budget) => Promise<boolean>, callsNeeded: number) {
    this.#step = step;
    this.#callsNeeded = callsNeeded;
  }

  /**
   * Starts a run. If one is in progress, returns that one, which keeps its own budget.
   *
   * @returns when the run ends; rejects with what a step throws
   */
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
