/**
 * Judges the log of one desk against what it should have been sent, and what its receiver says.
 */
import type { Desk } from "./desk.ts";

interface Row {
  event: string;
  sequence: number | null;
  state: string;
  attempts: number;
}

export interface LogFindings {
  violations: string[];
  /** Of all rows. */
  attempts: number;
}

export async function checkLog(desk: Desk): Promise<LogFindings> {
  const rows = await rowsOf(desk);
  const { expected, file } = desk;
  const violations: string[] = [];
  const seen = new Set<string>();
  for (const { event, state } of rows) {
    if (seen.has(event)) violations.push(`${event} has more than one row`);
    seen.add(event);
    const due = expected.events.get(event);
    if (due === undefined) violations.push(`${event} has a row, and should not have been told`);
    else if (state === "replaced" && !expected.isReplaceable(due))
      violations.push(`${event} was replaced by nothing`);
    else if (state !== "replaced" && !(state === "delivered" && file.acknowledged.has(event)))
      violations.push(`${event} is ${state}, and acknowledged: ${file.acknowledged.has(event)}`);
  }
  const missing = [...expected.events.keys()].filter((event) => !seen.has(event));
  violations.push(...missing.map((event) => `${event} has no row`));
  return {
    violations: violations.map((what) => `log of ${desk.id}: ${what}`),
    attempts: rows.reduce((sum, { attempts }) => sum + attempts, 0),
  };
}

/** Those about releases. */
async function rowsOf(desk: Desk): Promise<Row[]> {
  const rows: Row[] = [];
  let next: string | null = null;
  do {
    const after: string = next === null ? "" : `&cursor=${next}`;
    const page: { data: Row[]; next: string | null } = await desk.answer(
      "GET",
      `/deliveries?limit=100${after}`,
    );
    rows.push(...page.data);
    next = page.next;
  } while (next !== null);
  return rows.filter(({ sequence }) => sequence !== null);
}
