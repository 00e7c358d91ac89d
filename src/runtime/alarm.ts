/**
 * The one alarm of an object. It is only ever set for earlier: one that rings and finds nothing to do
 * costs less than the two writes that would put it off and set it again, while many events come.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage;
  /** Milliseconds since 1970; null: none is set; undefined: not known. */
  #setForMs: number | null | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** It rings now, and is set no more. */
  onFired(): void {
    this.#setForMs = null;
  }

  /** @param ms when it must ring at the latest, in milliseconds since 1970 */
  async scheduleBy(ms: number): Promise<void> {
    if (this.#setForMs === undefined) {
      // What was set by an earlier life of this object may have died with it, unheard by who rings: it is
      // set anew, once.
      const present = (await this.#storage.getAlarm()) ?? Infinity;
      if (this.#setForMs === undefined) return this.#set(Math.min(present, ms));
    }
    if (this.#setForMs !== null && this.#setForMs <= ms) return;
    await this.#set(ms);
  }

  async #set(ms: number): Promise<void> {
    this.#setForMs = ms;
    try {
      await this.#storage.setAlarm(ms);
    } catch (error) {
      this.#setForMs = undefined;
      throw error;
    }
  }
}
