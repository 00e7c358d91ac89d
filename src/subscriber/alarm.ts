/**
 * The one alarm of an object, set when it is needed and not before: one that rings for nothing costs
 * as much as a delivery.
 */
import { ALARM_SLACK_MS } from "../limits.ts";

export class Alarm {
  readonly #storage: DurableObjectStorage;
  /** Milliseconds since 1970; null: none is set; undefined: not known. */
  #setForMs: number | null | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** It rings now, and is set no more. */
  rings(): void {
    this.#setForMs = null;
  }

  /** Sets it for a time in milliseconds since 1970; somewhat earlier will do as well, later never. */
  async setFor(ms: number): Promise<void> {
    this.#setForMs ??= await this.#storage.getAlarm();
    const present = this.#setForMs;
    if (present !== null && present <= ms && present >= ms - ALARM_SLACK_MS) return;
    this.#setForMs = ms;
    await this.#storage.setAlarm(ms);
  }
}
