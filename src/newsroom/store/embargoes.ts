/**
 * Which embargoes end, and when. A lift that failed is retried later, so that it delays no other.
 */
import { backoffMs } from "../../runtime/async.ts";
import { column, first, type Sql, value } from "../../runtime/sql.ts";
import { toInstant } from "./schema.ts";

/** The ids of releases whose embargo has ended, oldest embargo first, without those that wait for a retry. */
export function embargoesUpTo(sql: Sql, nowMs: number, limit: number): string[] {
  return column(
    sql,
    `SELECT id FROM releases WHERE embargo <= ?
       AND NOT EXISTS (SELECT 1 FROM failed_lifts WHERE release = id AND due_ms > ?)
     ORDER BY embargo, id LIMIT ?`,
    toInstant(nowMs),
    nowMs,
    limit,
  );
}

/** When the next embargo ends, or a lift is retried; in milliseconds since 1970. */
export function nextLiftMs(sql: Sql): number | undefined {
  const next = first<{ embargo: number }>(
    sql,
    `SELECT embargo FROM releases WHERE embargo IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM failed_lifts WHERE release = id) ORDER BY embargo LIMIT 1`,
  );
  const retryMs = value<number | null>(sql, "SELECT min(due_ms) FROM failed_lifts") ?? Infinity;
  const dueMs = Math.min(next === undefined ? Infinity : next.embargo * 1000, retryMs);
  return dueMs === Infinity ? undefined : dueMs;
}

/** Has a lift retried later; each failure doubles the delay. */
export function postponeLift(sql: Sql, release: string, nowMs: number): void {
  const query = "SELECT failures FROM failed_lifts WHERE release = ?";
  const failures = first<{ failures: number }>(sql, query, release)?.failures ?? 0;
  sql.exec(
    "INSERT OR REPLACE INTO failed_lifts (release, due_ms, failures) VALUES (?, ?, ?)",
    release,
    nowMs + backoffMs(failures),
    failures + 1,
  );
}
