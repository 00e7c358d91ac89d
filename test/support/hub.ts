/**
 * Subscribers of the WebSub hub for tests in workerd: callbacks at the real receiver.
 */
import { inject } from "vitest";
import type { Arrival } from "./receiver.ts";
import {
  ADMIN,
  BASE_URL,
  ledgerRows,
  newsroomLater,
  request,
  settled,
  subscriberIdle,
  subscriberLater,
} from "./service.ts";

/** A new callback at the receiver, with a query of its own. */
export function callback(query = "answers=204"): string {
  return `${inject("receiverUrl")}/${crypto.randomUUID()}?${query}`;
}

/** Sends a form to the hub: as the admin, who has no limits, or as a stranger with these headers. */
export function askHub(
  fields: Record<string, string> | [string, string][],
  headers: Record<string, string> = ADMIN,
) {
  return request("/hub", { method: "POST", body: new URLSearchParams(fields), headers });
}

/** Requests to subscribe or unsubscribe; fails the test if the hub refuses. The verification is not sent yet. */
export async function acceptHubRequest(
  to: string,
  topic: string,
  fields: Record<string, string> = {},
): Promise<{ id: string }> {
  const form = { "hub.mode": "subscribe", "hub.callback": to, "hub.topic": BASE_URL + topic, ...fields };
  const response = await askHub(form);
  if (response.status !== 202) throw new Error(`refused: ${await response.text()}`);
  const [row] = await ledgerRows<{ id: string }>(
    `SELECT id FROM subscriptions WHERE topic = '${topic}' AND url = '${to}'`,
  );
  return { id: row!.id };
}

/** The same, and waits until the callback was asked, and until it has what it is to be sent then. */
export async function subscribeAtHub(to: string, topic: string, fields: Record<string, string> = {}) {
  const made = await acceptHubRequest(to, topic, fields);
  await verify(made.id);
  return made;
}

/** Sends the verifications that wait, and waits for what follows. */
export async function verify(id: string): Promise<void> {
  await subscriberLater(id, 1);
  await settled();
  await subscriberIdle(id);
}

/** Waits until the feeds are written and what changed was sent. */
export async function delivered(...ids: string[]): Promise<void> {
  await settled();
  await newsroomLater(2);
  for (const id of ids) await subscriberIdle(id);
}

/** The queries with which the hub has asked a callback. */
export async function askedBy(to: string): Promise<URLSearchParams[]> {
  const url = new URL(to);
  const queries = await (await fetch(`${url.origin}/asked-by-hub${url.pathname}`)).json<string[]>();
  return queries.map((query) => new URLSearchParams(query));
}

/** What a callback was sent. */
export async function sentTo(to: string): Promise<Arrival[]> {
  const url = new URL(to);
  return (await fetch(`${url.origin}${url.pathname}`)).json<Arrival[]>();
}
