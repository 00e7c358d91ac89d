/**
 * `communique listen`: subscribes a receiver on this machine and shows every event as it arrives.
 */
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import { findAdminToken } from "../admin-token.ts";
import { ApiClient, ServiceProblem } from "../api-client.ts";
import { aborted, watchEndSignals } from "../end-signals.ts";
import { Refusal } from "../refusal.ts";
import { eventLine } from "./received-event.ts";
import { Receiver, type Arrival } from "./receiver.ts";

export interface ListenOptions {
  to: URL;
  /** Any free one if absent. */
  port?: number;
  lang?: string[];
  type?: string[];
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
export async function listenCommand({ to, port, lang, type }: ListenOptions): Promise<void> {
  const client = new ApiClient(to);
  const signals = watchEndSignals();
  const receiver = new Receiver(showArrival);
  const url = await receiver.open(port ?? 0);
  let subscription: Created | undefined;
  try {
    subscription = await subscribe(client, { url, filter: { lang, type }, description: "communique listen" });
    receiver.trust(subscription.secret);
    const listening = await Promise.race([
      untilActive(client, subscription, signals.first),
      aborted(signals.first),
    ]);
    if (listening === "active") {
      console.log(`listening on ${url} as subscription ${subscription.id}`);
      await aborted(signals.first);
    }
  } finally {
    if (subscription !== undefined) await unsubscribe(client, subscription);
    receiver.close();
  }
}

function showArrival(arrival: Arrival): void {
  if (arrival.verified) console.log(eventLine(arrival.event, new Date(), arrival.again));
  else console.log(`${new Date().toISOString().slice(11, 23)} NOT verified: ${arrival.reason}`);
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
      throw new Refusal(
        `${client.service.origin} answered what this version does not understand: update one of the two.`,
      );
    }
    if (!(error instanceof ServiceProblem)) throw error;
    const faults = error.faults.map(({ path, message }) => `${path.slice(1)}: ${message}`);
    const advice = error.faults.some(({ path }) => path === "/url")
      ? ["Only a service on this machine that was started with `npm start` can reach this receiver."]
      : [];
    throw new Refusal([error.message, ...faults, ...advice].join("\n"));
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
