/**
 * `communique listen`: subscribes a receiver on this machine and prints every event as it arrives.
 */
import { findAdminToken } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { aborted, watchEndSignals } from "../end-signals.ts";
import { catchUp } from "./catch-up.ts";
import { EventPrinter } from "./event-printer.ts";
import { OwnSubscription } from "./own-subscription.ts";
import { Receiver } from "./receiver.ts";
import { print } from "../output.ts";

export interface ListenOptions {
  to: URL;
  /** Any free port if absent. */
  port?: number;
  lang?: string[];
  type?: string[];
  topic?: string[];
  person?: string[];
  organisation?: string[];
  place?: string[];
  q?: string;
  /** Event types; the default types of a subscription if absent. */
  events?: string[];
  catchUp: boolean;
  /** Catch up on the events after this sequence. */
  after?: number;
}

/** Listens until a signal or a closed pipe ends it, and then deletes the subscription. */
export async function listenCommand(options: ListenOptions): Promise<void> {
  const { to, port, after, events, lang, type, topic, person, organisation, place, q } = options;
  const filter = { lang, type, topic, person, organisation, place, q };
  const signals = watchEndSignals();
  const over = new AbortController();
  signals.first.addEventListener("abort", () => over.abort());
  const printer = new EventPrinter(print);
  const isCatchingUp = options.catchUp || after !== undefined;
  if (isCatchingUp) printer.hold();
  const receiver = new Receiver((arrival) => printer.arrived(arrival));
  const url = await receiver.open(port ?? 0);
  let subscription: OwnSubscription | undefined;
  try {
    const client = new ApiClient(to, await findAdminToken(to));
    subscription = await OwnSubscription.create(client, { url, filter, events });
    receiver.trust(subscription.secret);
    const listening = await Promise.race([subscription.untilActive(signals.first), aborted(signals.first)]);
    if (listening === "active") {
      print(`listening on ${url} as subscription ${subscription.id}`);
      const watched = subscription.watch(over.signal, (line) => print(line));
      // Subscribed first: events that happen while older ones are fetched arrive and wait.
      const caughtUp = isCatchingUp
        ? catchUp(to, after ?? 0, { ...filter, events }, printer, signals.first)
        : undefined;
      await Promise.all([watched, caughtUp]);
    }
  } finally {
    over.abort();
    await subscription?.delete();
    receiver.close();
  }
}
