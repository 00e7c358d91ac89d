/**
 * The health of an endpoint, from its last attempts.
 */
import { instantOfMs } from "../domain/dates.ts";
import type { Health } from "../domain/subscription.ts";
import { all, value } from "../runtime/sql.ts";
import type { Attempt } from "./delivery-log.ts";
import { HEALTH_ATTEMPTS } from "./limits.ts";
import type { SubscriberParts } from "./parts.ts";

type Row = Pick<Attempt, "atMs" | "durationMs"> & { failed: 0 | 1 };

export function readHealth({ sql, outbox, state }: SubscriberParts): Health {
  const recent = all<Row>(
    sql,
    `SELECT at_ms AS "atMs", duration_ms AS "durationMs", reason IS NOT NULL AS failed FROM attempts
     ORDER BY at_ms DESC, attempt DESC LIMIT ?`,
    HEALTH_ATTEMPTS,
  );
  const successes = recent.filter(({ failed }) => failed === 0);
  const [next] = outbox.next(state.sendable(), 1);
  const putOffUntilMs = state.putOffUntilMs();
  const unreadableSinceMs = state.get()?.unreadableSinceMs;
  return {
    lastSuccess: formatLatest(successes),
    lastFailure: formatLatest(recent.filter(({ failed }) => failed === 1)),
    successRate: recent.length === 0 ? null : Math.round((successes.length / recent.length) * 1_000) / 1_000,
    medianLatencyMs: median(successes.map(({ durationMs }) => durationMs)),
    waiting: value<number>(sql, "SELECT count(*) FROM deliveries WHERE state = 'pending'"),
    givenUp: value<number>(
      sql,
      "SELECT count(*) FROM deliveries WHERE state = 'failed' AND release IS NOT NULL",
    ),
    nextAttempt: next === undefined ? null : instantOfMs(Math.max(next.dueMs, putOffUntilMs)),
    blocked:
      unreadableSinceMs === undefined
        ? null
        : `nothing has been sent since ${instantOfMs(unreadableSinceMs)}: no key in SECRETS_KEY opens the secrets of this subscription; the admin must add the key that sealed them`,
  };
}

function formatLatest(newestFirst: readonly Row[]): string | null {
  const [newest] = newestFirst;
  return newest === undefined ? null : instantOfMs(newest.atMs);
}

function median(numbers: number[]): number | null {
  if (numbers.length === 0) return null;
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? null;
}
