/**
 * Who waits for the next event. In memory alone: when this object dies their calls fail, and they ask
 * again from where they stand.
 */
import { FOLLOWERS_MAX } from "../limits.ts";
import type { CatchingUp, EventsAsked, EventsPage } from "./catching-up.ts";

/** `woken`: there may be something new. `over`: the time is, or nobody listens any more. */
type Waited = "woken" | "over";

/** Who waits, by a name of its own, and how long at most, in milliseconds. */
export interface Waiter {
  follower: string;
  waitMs: number;
}

export class Followers {
  readonly #catchingUp: CatchingUp;
  readonly #waiting = new Map<string, (waited: Waited) => void>();
  #wokenFor: number | undefined;

  constructor(catchingUp: CatchingUp) {
    this.#catchingUp = catchingUp;
  }

  /** How many wait. */
  get count(): number {
    return this.#waiting.size;
  }

  /**
   * A page of events; where there is nothing to tell it waits for it, and gives an empty one when the
   * time is over. `full`: it would have to wait, and too many do.
   */
  async follow(
    asked: EventsAsked,
    after: number | undefined,
    limit: number,
    { follower, waitMs }: Waiter,
  ): Promise<EventsPage | { kind: "full" }> {
    const untilMs = Date.now() + waitMs;
    let from = after;
    for (;;) {
      const page = this.#catchingUp.page(asked, from, limit);
      if (page.kind === "beyond" || page.events.length > 0 || page.next < page.last) return page;
      if (this.#waiting.size >= FOLLOWERS_MAX) return { kind: "full" };
      const leftMs = untilMs - Date.now();
      if (leftMs <= 0 || (await this.#wait(follower, leftMs)) === "over") return page;
      from = page.next;
    }
  }

  /** It waits no longer: its client has gone. */
  stop(follower: string): void {
    this.#end(follower, "over");
  }

  /** @param last the last sequence there is; nobody is woken twice for the same */
  wake(last: number): void {
    if (last === this.#wokenFor) return;
    this.#wokenFor = last;
    for (const follower of this.#waiting.keys()) this.#end(follower, "woken");
  }

  #wait(follower: string, ms: number): Promise<Waited> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(follower, "over"), ms);
      this.#waiting.set(follower, (waited) => {
        clearTimeout(timer);
        resolve(waited);
      });
    });
  }

  #end(follower: string, waited: Waited): void {
    const resolve = this.#waiting.get(follower);
    this.#waiting.delete(follower);
    resolve?.(waited);
  }
}
