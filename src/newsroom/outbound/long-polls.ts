/**
 * Calls that wait for the next event. They live in memory alone: when the object dies, the calls fail, and
 * their clients call again with the sequence that they have.
 */
import { networksOf, widestNetworkOf } from "../../domain/client-network.ts";
import { LONG_POLLS_MAX, LONG_POLLS_PER_NETWORK_MAX, LONG_POLLS_RESERVED } from "../limits.ts";
import type { EventQuery, EventsPage } from "./event-feed.ts";

/** `woken`: there may be new events. `over`: the time is up, or the client has left. */
type WaitEnd = "woken" | "over";

export interface LongPoll {
  /** A unique name, by which the poll can be stopped. */
  follower: string;
  /** The client, which must not take every place; null for this machine. */
  client: string | null;
  /** How long to wait at most, in milliseconds. */
  waitMs: number;
}

type ReadPage = (query: EventQuery, after: number | undefined, limit: number) => EventsPage;

export class LongPolls {
  readonly #read: ReadPage;
  readonly #waiting = new Map<string, { client: string | null; end: (reason: WaitEnd) => void }>();
  #wokenFor: number | undefined;
  #areWaking = false;
  /**
   * Pages that polls woken together share: most have the same query. Without it, 500 of them would delay
   * the answer to a publish by half a second.
   */
  readonly #pages = new Map<string, EventsPage>();

  constructor(read: ReadPage) {
    this.#read = read;
  }

  /** How many polls wait. */
  get count(): number {
    return this.#waiting.size;
  }

  /**
   * A page of events. If there are none, waits for the next event, and gives an empty page when the time is
   * up. `full`: too many polls wait already.
   */
  async follow(
    query: EventQuery,
    after: number | undefined,
    limit: number,
    poll: LongPoll,
  ): Promise<EventsPage | { kind: "full" }> {
    const untilMs = Date.now() + poll.waitMs;
    let from = after;
    for (;;) {
      const page = this.#readPage(query, from, limit);
      if (page.kind === "beyond" || page.events.length > 0 || page.next < page.last) return page;
      if (this.#isFull(poll.client)) return { kind: "full" };
      const leftMs = untilMs - Date.now();
      if (leftMs <= 0 || (await this.#wait(poll, leftMs)) === "over") return page;
      from = page.next;
    }
  }

  /** Ends a poll whose client has left. */
  stop(follower: string): void {
    this.#end(follower, "over");
  }

  /**
   * Wakes all polls. To be called in the same turn as every write, before anybody can read a cached page.
   *
   * @param last the last sequence; polls are woken once for each
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

  #readPage(query: EventQuery, after: number | undefined, limit: number): EventsPage {
    const key = JSON.stringify([query, after, limit]);
    const page = this.#pages.get(key) ?? this.#read(query, after, limit);
    if (this.#areWaking) this.#pages.set(key, page);
    return page;
  }

  #isFull(client: string | null): boolean {
    if (this.#waiting.size >= LONG_POLLS_MAX) return true;
    if (client === null) return false;
    const isReserved = this.#waiting.size >= LONG_POLLS_MAX - LONG_POLLS_RESERVED;
    if (isReserved && this.#countIn(widestNetworkOf(client)) > 0) return true;
    return networksOf(client).some(
      (network, level) => this.#countIn(network) >= (LONG_POLLS_PER_NETWORK_MAX[level] ?? 0),
    );
  }

  #countIn(network: string): number {
    const clients = this.#waiting.values().filter(({ client }) => client?.startsWith(network) === true);
    return clients.toArray().length;
  }

  #wait({ follower, client }: LongPoll, ms: number): Promise<WaitEnd> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(follower, "over"), ms);
      const end = (reason: WaitEnd) => {
        clearTimeout(timer);
        resolve(reason);
      };
      this.#waiting.set(follower, { client, end });
    });
  }

  #end(follower: string, reason: WaitEnd): void {
    const waiting = this.#waiting.get(follower);
    this.#waiting.delete(follower);
    waiting?.end(reason);
  }
}
