/**
 * How an endpoint does, by its last attempts.
 */
import type { Health } from "../domain/subscription.ts";
import { HEALTH_ATTEMPTS } from "../limits.ts";
import { instantOfMs } from "./subscription.ts";

type Row = { at: number; ms: number; failed: number };

/** @param nextDueMs when the next attempt is made; undefined for none */
export function readHealth(sql: SqlStorage, nextDueMs: number | undefined): Health {
  const recent = sql
    .exec<Row>(
      `SELECT at_ms AS at, duration_ms AS ms, reason IS NOT NULL AS failed FROM attempts
       ORDER BY at_ms DESC, attempt DESC LIMIT ?`,
      HEALTH_ATTEMPTS,
    )
    .toArray();
  const successes = recent.filter(({ failed }) => failed === 0);
  const { waiting } = sql
    .exec<{ waiting: number }>("SELECT count(*) AS waiting FROM deliveries WHERE state = 'pending'")
    .one();
  return {
    lastSuccess: latest(successes),
    lastFailure: latest(recent.filter(({ failed }) => failed === 1)),
    successRate: recent.length === 0 ? null : Math.round((successes.length / recent.length) * 1_000) / 1_000,
    medianLatencyMs: median(successes.map(({ ms }) => ms)),
    waiting,
    nextAttempt: nextDueMs === undefined ? null : instantOfMs(nextDueMs),
  };
}

/** @param newestFirst attempts */
function latest(newestFirst: readonly Row[]): string | null {
  const [newest] = newestFirst;
  return newest === undefined ? null : instantOfMs(newest.at);
}

function median(numbers: number[]): number | null {
  if (numbers.length === 0) return null;
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? null;
}
