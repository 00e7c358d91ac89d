/**
 * Who waits for the next event. In memory alone: when this object dies their calls fail, and they ask
 * again from where they stand.
 */
import { FOLLOWERS_MAX, FOLLOWERS_PER_CLIENT_MAX } from "../limits.ts";
import type { CatchingUp, EventsAsked, EventsPage } from "./catching-up.ts";

/** `woken`: there may be something new. `over`: the time is, or nobody listens any more. */
type Waited = "woken" | "over";

/** Who waits, by a name of its own, and how long at most, in milliseconds. */
export interface Waiter {
  follower: string;
  /** Whose it is, where that is known: one client must not take every place. */
  client: string | null;
  waitMs: number;
}

export class Followers {
  readonly #catchingUp: CatchingUp;
  readonly #waiting = new Map<string, { client: string | null; end: (waited: Waited) => void }>();
  #wokenFor: number | undefined;
  #areWaking = false;
  /** What those who are woken together read, by what they ask for: most ask for the same. Without it, 500
   * of them would keep a publisher half a second from his answer. */
  readonly #pages = new Map<string, EventsPage>();

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
    waiter: Waiter,
  ): Promise<EventsPage | { kind: "full" }> {
    const untilMs = Date.now() + waiter.waitMs;
    let from = after;
    for (;;) {
      const page = this.#page(asked, from, limit);
      if (page.kind === "beyond" || page.events.length > 0 || page.next < page.last) return page;
      if (this.#isFull(waiter.client)) return { kind: "full" };
      const leftMs = untilMs - Date.now();
      if (leftMs <= 0 || (await this.#wait(waiter, leftMs)) === "over") return page;
      from = page.next;
    }
  }

  /** It waits no longer: its client has gone. */
  stop(follower: string): void {
    this.#end(follower, "over");
  }

  /**
   * To be called in the turn in which anything was stored, before anybody can read.
   *
   * @param last the last sequence there is; nobody is woken twice for the same
   */
  wake(last: number): void {
    this.#pages.clear();
    if (last === this.#wokenFor) return;
    this.#wokenFor = last;
    this.#areWaking = true;
    for (const follower of this.#waiting.keys()) this.#end(follower, "woken");
    setTimeout(() => {
      this.#areWaking = false;
      this.#pages.clear();
    }, 0);
  }

  #page(asked: EventsAsked, after: number | undefined, limit: number): EventsPage {
    const key = JSON.stringify([asked, after, limit]);
    const page = this.#pages.get(key) ?? this.#catchingUp.page(asked, after, limit);
    if (this.#areWaking) this.#pages.set(key, page);
    return page;
  }

  #isFull(client: string | null): boolean {
    if (this.#waiting.size >= FOLLOWERS_MAX) return true;
    if (client === null) return false;
    const own = this.#waiting.values().filter((waiting) => waiting.client === client);
    return own.toArray().length >= FOLLOWERS_PER_CLIENT_MAX;
  }

  #wait({ follower, client }: Waiter, ms: number): Promise<Waited> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(follower, "over"), ms);
      const end = (waited: Waited) => {
        clearTimeout(timer);
        resolve(waited);
      };
      this.#waiting.set(follower, { client, end });
    });
  }

  #end(follower: string, waited: Waited): void {
    const waiting = this.#waiting.get(follower);
    this.#waiting.delete(follower);
    waiting?.end(waited);
  }
}
