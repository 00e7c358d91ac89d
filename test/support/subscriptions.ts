/**
 * Creates subscriptions for tests in workerd, with endpoints at the real receiver.
 */
import { inject } from "vitest";
import type { Arrival } from "./receiver.ts";
import { ADMIN, publish, request, settled, subscriberIdle } from "./service.ts";

export interface Made {
  id: string;
  secret: string;
  token: string;
  status: string;
  /** The endpoint's URL at the receiver. */
  endpoint: string;
}

/** A new URL at the receiver, with its answers. */
export function endpoint(answers = "204"): string {
  return `${inject("receiverUrl")}/${crypto.randomUUID()}?answers=${answers}`;
}

/** Subscribes as the admin, without verification unless `fields` asks for it. */
export async function subscribe(fields: Record<string, unknown> = {}): Promise<Made> {
  const url = endpoint();
  const response = await request("/api/v1/subscriptions", {
    method: "POST",
    headers: { ...ADMIN, "content-type": "application/json" },
    body: JSON.stringify({ url, verify: false, ...fields }),
  });
  if (response.status !== 201) throw new Error(`refused: ${await response.text()}`);
  const made = await response.json<Omit<Made, "endpoint">>();
  await subscriberIdle(made.id);
  return { ...made, endpoint: typeof fields["url"] === "string" ? fields["url"] : url };
}

/** What has arrived at an endpoint so far. */
export async function arrivals(made: { endpoint: string }): Promise<Arrival[]> {
  const url = new URL(made.endpoint);
  return (await fetch(`${url.origin}${url.pathname}`)).json<Arrival[]>();
}

/** The API of a subscription, with its own token. */
export function own(made: Made, path = "", method = "GET", body?: unknown): Promise<Response> {
  return request(`/api/v1/subscriptions/${made.id}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${made.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export interface ViewJson {
  events: string[];
  id: string;
  url: string;
  status: string;
  reason?: string;
  since: string;
  health: Record<string, unknown>;
}

/** The subscription, read with its own token. */
export async function viewOf(made: Made): Promise<ViewJson> {
  return (await own(made)).json<ViewJson>();
}

/** Publishes, and waits until the event has been attempted at these subscriptions. */
export async function publishTo(
  made: readonly Made[],
  body: Parameters<typeof publish>[0],
): Promise<{ sequence: number }> {
  const { sequence } = await publish(body);
  await settled();
  for (const { id } of made) await subscriberIdle(id);
  return { sequence: sequence ?? 0 };
}

/** The event that was sent. */
export function eventOf(arrival: Pick<Arrival, "body">): EventJson {
  return JSON.parse(arrival.body) as EventJson;
}

export interface EventJson {
  type: string;
  data: { id: string; sequence: number; release: Record<string, unknown>; change: unknown };
}

export interface DeliveryJson {
  event: string;
  type: string;
  sequence: number | null;
  release: string | null;
  /** Only in the log. */
  title: string | null;
  lang: string | null;
  state: string;
  attempts: number;
  reason: string | null;
  nextAttempt: string | null;
  waitsFor: { what: string; event?: string; sequence?: number } | null;
  log: {
    attempt: number;
    at: string;
    status: number | null;
    reason: string | null;
    note: string | null;
    answer: string | null;
    durationMs: number;
  }[];
}

/** The delivery log, newest first. */
export async function deliveries(made: Made): Promise<DeliveryJson[]> {
  return (await (await own(made, "/deliveries")).json<{ data: DeliveryJson[] }>()).data;
}

export async function delivery(made: Made, event: string): Promise<DeliveryJson> {
  return (await own(made, `/deliveries/${event}`)).json<DeliveryJson>();
}
