/**
 * `communique listen`: subscribes a receiver on this machine and shows every event as it arrives.
 */
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import { findAdminToken } from "../admin-token.ts";
import { ApiClient, faultLines, notUnderstood, ServiceProblem } from "../api-client.ts";
import { aborted, watchEndSignals } from "../end-signals.ts";
import { Refusal } from "../refusal.ts";
import { startProgress } from "../progress.ts";
import { eventsAfter } from "./catch-up.ts";
import { Receiver } from "./receiver.ts";
import { ShownEvents } from "./shown-events.ts";

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

const created = z.object({ id: z.string(), secret: z.string(), token: z.string(), status: z.string() });
const standing = z.object({ status: z.string() });
type Created = z.infer<typeof created>;

/** Milliseconds in which the service must have asked, and taken the answer. */
const ACTIVE_WITHIN_MS = 20_000;
const ACTIVE_ASK_MS = 100;
/** Milliseconds that taking the subscription back may last. */
const GOODBYE_MS = 5_000;

/** Listens until a signal ends it; then the subscription is taken back. */
export async function listenCommand(options: ListenOptions): Promise<void> {
  const { to, port, catchUp, after, events, lang, type, topic, person, organisation, place, q } = options;
  const filter = { lang, type, topic, person, organisation, place, q };
  const client = new ApiClient(to);
  const signals = watchEndSignals();
  const shown = new ShownEvents(console.log);
  const catchesUp = catchUp || after !== undefined;
  if (catchesUp) shown.hold();
  const receiver = new Receiver((arrival) => shown.arrived(arrival));
  const url = await receiver.open(port ?? 0);
  let subscription: Created | undefined;
  try {
    subscription = await subscribe(client, { url, filter, events, description: "communique listen" });
    receiver.trust(subscription.secret);
    const listening = await Promise.race([
      untilActive(client, subscription, signals.first),
      aborted(signals.first),
    ]);
    if (listening === "active") {
      console.log(`listening on ${url} as subscription ${subscription.id}`);
      // Subscribed before: what happens from here on arrives, and waits.
      if (catchesUp) await showOlder(to, after ?? 0, { ...filter, events }, shown, signals.first);
      await aborted(signals.first);
    }
  } finally {
    if (subscription !== undefined) await unsubscribe(client, subscription);
    receiver.close();
  }
}

async function showOlder(
  to: URL,
  after: number,
  asked: Record<string, string | string[] | undefined>,
  shown: ShownEvents,
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

async function subscribe(client: ApiClient, wanted: Record<string, unknown>): Promise<Created> {
  const token = await findAdminToken(client.service);
  try {
    const body = JSON.stringify(wanted);
    const answer = await client.send({
      method: "POST",
      path: "/api/v1/subscriptions",
      body,
      token,
      once: true,
    });
    return z.parse(created, answer);
  } catch (error) {
    if (error instanceof z.core.$ZodError) {
      throw notUnderstood(client);
    }
    if (!(error instanceof ServiceProblem)) throw error;
    const advice = error.faults.some(({ path }) => path === "/url")
      ? ["Only a service on this machine that was started with `npm start` can reach this receiver."]
      : [];
    throw new Refusal([error.message, ...faultLines(error), ...advice].join("\n"));
  }
}

async function untilActive(
  client: ApiClient,
  { id, token, status }: Created,
  end: AbortSignal,
): Promise<"active"> {
  const deadline = Date.now() + ACTIVE_WITHIN_MS;
  let now = status;
  while (now !== "active" && !end.aborted) {
    if (Date.now() > deadline) {
      throw new Refusal(
        `The subscription is still ${now} after ${ACTIVE_WITHIN_MS / 1000} s: the service cannot reach this receiver. ` +
          "Is it on this machine, and started with `npm start`?",
      );
    }
    await delay(ACTIVE_ASK_MS);
    now = z.parse(
      standing,
      await client.send({ method: "GET", path: `/api/v1/subscriptions/${id}`, token }),
    ).status;
  }
  return "active";
}

async function unsubscribe(client: ApiClient, { id, token }: Created): Promise<void> {
  try {
    await client.send({
      method: "DELETE",
      path: `/api/v1/subscriptions/${id}`,
      token,
      timeoutMs: GOODBYE_MS,
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`The subscription ${id} could not be taken back, and is still there: ${error.message}`);
  }
}
