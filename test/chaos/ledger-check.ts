/**
 * Checks two reports of the service: all events, read from the first on, and the admin's list of
 * subscriptions.
 */
import { pollUntil } from "./poll-until.ts";
import { eventsAfter } from "./wait-until-idle.ts";
import type { Environment } from "./environment.ts";

/** A Subscriber retries a failed status report after several seconds. */
const REPORTED_WITHIN_MS = 60_000;

/** @returns descriptions of the violations */
export async function checkLedger({
  calls,
  expectedState,
  subscriptions,
  followers,
}: Environment): Promise<string[]> {
  const events = await eventsAfter(calls, 0);
  const known = expectedState.events.map(({ data }) => data.id);
  const isSame = events.length === known.length && events.every(({ data }, n) => data.id === known[n]);
  await pollUntil("the admin's list has every subscription as active", REPORTED_WITHIN_MS, async () => {
    const { data } = await calls.answer<{ data: { id: string; status: string }[] }>(
      "GET",
      "/api/v1/subscriptions?limit=100",
      calls.adminToken,
    );
    const active = new Set(data.filter(({ status }) => status === "active").map(({ id }) => id));
    return data.length === subscriptions.length + followers.length &&
      subscriptions.every(({ id }) => active.has(id))
      ? true
      : undefined;
  });
  return isSame ? [] : ["the events differ from those that were read earlier"];
}
