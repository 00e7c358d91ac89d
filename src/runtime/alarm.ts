/**
 * The one alarm of a Durable Object. It only ever moves to an earlier time: while many events arrive, an
 * alarm that finds nothing to do is cheaper than the two writes that would postpone and restore it.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage;
  /** Milliseconds since 1970; null: no alarm is set; undefined: not known. */
  #setForMs: number | null | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** To be called first by the object's `alarm()`: from then on no alarm is set. */
  onFired(): void {
    this.#setForMs = null;
  }

  /** @param ms the latest time at which the alarm must fire, in milliseconds since 1970 */
  async scheduleBy(ms: number): Promise<void> {
    if (this.#setForMs === undefined) {
      // The object may have died with an alarm that it set: that alarm is set again, once.
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
