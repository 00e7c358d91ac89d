/**
 * The results of a run by kind of failure.
 */
import { FAILURE_KINDS } from "./plan.ts";
import type { RoundResult } from "./rounds.ts";

export interface Totals {
  trouble: string;
  rounds: number;
  events: number;
  deliveries: number;
  attempts: number;
  "recovered ms, median": number | null;
  max: number | null;
  violations: number;
}

/** One row for each kind with rounds, and one for all. */
export function totalsOf(results: readonly RoundResult[]): Totals[] {
  return [
    ...FAILURE_KINDS.map((kind) =>
      totalOf(
        kind,
        results.filter(({ trouble }) => trouble === kind),
      ),
    ),
    totalOf("all", results),
  ].filter(({ rounds }) => rounds > 0);
}

function totalOf(trouble: string, results: readonly RoundResult[]): Totals {
  const sum = (count: (result: RoundResult) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  const recovered = results.map(({ recoveredMs }) => recoveredMs).toSorted((a, b) => a - b);
  return {
    trouble,
    rounds: results.length,
    events: sum(({ events }) => events),
    deliveries: sum(({ deliveries }) => deliveries),
    attempts: sum(({ attempts }) => attempts),
    "recovered ms, median": recovered[Math.floor(recovered.length / 2)] ?? null,
    max: recovered.at(-1) ?? null,
    violations: sum(({ violations }) => violations.length),
  };
}
