/**
 * Runs bounded steps until nothing is due, one at a time however often it is started.
 */
export class WorkLoop {
  readonly #step: () => Promise<boolean>;
  #running: Promise<void> | undefined;

  /** @param step does a bounded piece of work; false when there was none */
  constructor(step: () => Promise<boolean>) {
    this.#step = step;
  }

  /** @returns when nothing is due any more; rejects with what a step throws */
  start(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    while (await this.#step());
  }
}
