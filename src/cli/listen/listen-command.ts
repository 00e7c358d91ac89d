/**
 * `communique listen`: subscribes a receiver on this machine and shows every event as it arrives.
 */
import { ApiClient } from "../api-client.ts";
import { aborted, watchEndSignals } from "../end-signals.ts";
import { startProgress } from "../progress.ts";
import { eventsAfter } from "./catch-up.ts";
import { OwnSubscription } from "./own-subscription.ts";
import { Receiver } from "./receiver.ts";
import { EventPrinter } from "./shown-events.ts";

export interface ListenOptions {
  to: URL;
  /** Any free one if absent. */
  port?: number;
  lang?: string[];
  type?: string[];
  topic?: string[];
  person?: string[];
  organisation?: string[];
  place?: string[];
  q?: string;
  /** Types of events; those of any subscription if absent. */
  events?: string[];
  /** Show first what has happened before. */
  catchUp: boolean;
  /** The sequence after which to begin with that. */
  after?: number;
}

/** Listens until a signal ends it, or nobody reads it any more; then the subscription is taken back. */
export async function listenCommand(options: ListenOptions): Promise<void> {
  const { to, port, catchUp, after, events, lang, type, topic, person, organisation, place, q } = options;
  const filter = { lang, type, topic, person, organisation, place, q };
  const client = new ApiClient(to);
  const signals = watchEndSignals();
  const over = new AbortController();
  signals.first.addEventListener("abort", () => over.abort());
  const shown = new EventPrinter(console.log);
  const catchesUp = catchUp || after !== undefined;
  if (catchesUp) shown.hold();
  const receiver = new Receiver((arrival) => shown.arrived(arrival));
  const url = await receiver.open(port ?? 0);
  let subscription: OwnSubscription | undefined;
  try {
    subscription = await OwnSubscription.make(client, { url, filter, events });
    receiver.trust(subscription.secret);
    const listening = await Promise.race([subscription.untilActive(signals.first), aborted(signals.first)]);
    if (listening === "active") {
      console.log(`listening on ${url} as subscription ${subscription.id}`);
      const watched = subscription.watch(over.signal, (line) => console.log(line));
      // Subscribed before: what happens from here on arrives, and waits.
      const caughtUp = catchesUp
        ? showOlder(to, after ?? 0, { ...filter, events }, shown, signals.first)
        : undefined;
      await Promise.all([watched, caughtUp]);
    }
  } finally {
    over.abort();
    await subscription?.end();
    receiver.close();
  }
}

async function showOlder(
  to: URL,
  after: number,
  asked: Record<string, string | string[] | undefined>,
  shown: EventPrinter,
  end: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(asked).flatMap(([name, values]) => [values ?? []].flat().map((value) => [name, value])),
  );
  const progress = startProgress();
  let upTo = after;
  let count = 0;
  try {
    for await (const page of eventsAfter(new ApiClient(to, end), after, query)) {
      progress.end();
      for (const event of page.events) shown.fetched(event);
      ({ upTo } = page);
      count += page.events.length;
      if (upTo < page.last) progress.show("catching up", { done: upTo, total: page.last });
    }
  } catch (error) {
    if (end.aborted) return;
    throw error;
  } finally {
    progress.end();
  }
  console.log(`caught up to sequence ${upTo} (${count} events; --after ${upTo} goes on from there)`);
  shown.caughtUp(upTo);
}
