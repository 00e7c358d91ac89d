/**
 * Compares a subscription's delivery log with the expected events and with the endpoint's file.
 */
import type { Subscription } from "./subscription.ts";

interface Row {
  event: string;
  sequence: number | null;
  state: string;
  attempts: number;
}

export interface LogFindings {
  violations: string[];
  /** The sum over all rows. */
  attempts: number;
}

export async function checkLog(subscription: Subscription): Promise<LogFindings> {
  const rows = await rowsOf(subscription);
  const { expected, file } = subscription;
  const violations: string[] = [];
  const seen = new Set<string>();
  for (const { event, state } of rows) {
    if (seen.has(event)) violations.push(`${event} has more than one row`);
    seen.add(event);
    const due = expected.events.get(event);
    if (due === undefined) violations.push(`${event} has a row, but the subscription should not receive it`);
    else if (state === "replaced" && !expected.isReplaceable(due))
      violations.push(`${event} is "replaced", but no kill or withdrawal replaced it`);
    else if (state !== "replaced" && !(state === "delivered" && file.acknowledged.has(event)))
      violations.push(`${event} is ${state}, and acknowledged: ${file.acknowledged.has(event)}`);
  }
  const missing = [...expected.events.keys()].filter((event) => !seen.has(event));
  violations.push(...missing.map((event) => `${event} has no row`));
  return {
    violations: violations.map((what) => `log of ${subscription.id}: ${what}`),
    attempts: rows.reduce((sum, { attempts }) => sum + attempts, 0),
  };
}

/** The rows of release events, without control events. */
async function rowsOf(subscription: Subscription): Promise<Row[]> {
  const rows: Row[] = [];
  let next: string | null = null;
  do {
    const after: string = next === null ? "" : `&cursor=${next}`;
    const page: { data: Row[]; next: string | null } = await subscription.answer(
      "GET",
      `/deliveries?limit=100${after}`,
    );
    rows.push(...page.data);
    next = page.next;
  } while (next !== null);
  return rows.filter(({ sequence }) => sequence !== null);
}
