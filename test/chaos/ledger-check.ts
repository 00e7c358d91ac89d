/**
 * What the service says of itself, read anew: all events from the first on, and the office's list of
 * subscriptions.
 */
import { polled } from "./polled.ts";
import { eventsAfter } from "./wait-until-idle.ts";
import type { Stage } from "./environment.ts";

/** A report that failed is tried again after several seconds. */
const REPORTED_WITHIN_MS = 60_000;

/** @returns what is wrong, in words */
export async function checkLedger({ calls, book, desks }: Stage): Promise<string[]> {
  const events = await eventsAfter(calls, 0);
  const told = book.events.map(({ data }) => data.id);
  const isSame = events.length === told.length && events.every(({ data }, n) => data.id === told[n]);
  await polled("the office's list has every subscription active", REPORTED_WITHIN_MS, async () => {
    const { data } = await calls.answer<{ data: { id: string; status: string }[] }>(
      "GET",
      "/api/v1/subscriptions?limit=100",
      calls.adminToken,
    );
    const active = new Set(data.filter(({ status }) => status === "active").map(({ id }) => id));
    return data.length === desks.length && desks.every(({ id }) => active.has(id)) ? true : undefined;
  });
  return isSame ? [] : ["read anew, the events are not those that were read before"];
}
