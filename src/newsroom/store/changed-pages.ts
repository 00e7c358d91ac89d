/**
 * Pages that changed, until search engines know it (outbound/index-now.ts).
 */
import { column, type Sql, value } from "../../runtime/sql.ts";
import { NOTICE_INTERVAL_MS } from "../limits.ts";

export interface ChangedPage {
  path: string;
  due_ms: number;
  failures: number;
}

/** Queues pages for a notice. A page whose last notice is recent waits. The caller holds the transaction. */
export function queuePages(sql: Sql, paths: readonly string[], nowMs: number): void {
  const query = `INSERT INTO changed_pages (path, due_ms) VALUES (?, ?)
    ON CONFLICT (path) DO UPDATE SET due_ms = max(excluded.due_ms, ifnull(told_ms, 0) + ?), failures = 0`;
  for (const path of paths) sql.exec(query, path, nowMs, NOTICE_INTERVAL_MS);
}

/** The pages that are due, longest waiting first. */
export function duePages(sql: Sql, nowMs: number, limit: number): ChangedPage[] {
  const query = `SELECT path, due_ms, failures FROM changed_pages WHERE due_ms <= ? ORDER BY due_ms LIMIT ?`;
  return sql.exec<ChangedPage & Record<string, SqlStorageValue>>(query, nowMs, limit).toArray();
}

/** When the next page is due, in milliseconds since 1970. */
export function nextPageMs(sql: Sql): number | undefined {
  // The condition is that of the index: without it all pages are read.
  const query = "SELECT min(due_ms) FROM changed_pages WHERE due_ms IS NOT NULL";
  return value<number | null>(sql, query) ?? undefined;
}

/** Notes that search engines know of a page, unless it has changed again meanwhile. */
export function markTold(sql: Sql, { path, due_ms }: ChangedPage, nowMs: number): void {
  sql.exec(
    "UPDATE changed_pages SET due_ms = iif(due_ms = ?, NULL, ?), told_ms = ?, failures = 0 WHERE path = ?",
    due_ms,
    nowMs + NOTICE_INTERVAL_MS,
    nowMs,
    path,
  );
}

/** Delays a page after a refused request. That counts as a notice: a page that changes still waits a full interval. */
export function postponePage(
  sql: Sql,
  { path, failures }: ChangedPage,
  nowMs: number,
  untilMs: number,
): void {
  const query = "UPDATE changed_pages SET due_ms = ?, told_ms = ?, failures = ? WHERE path = ?";
  sql.exec(query, untilMs, nowMs, failures + 1, path);
}

/** Gives up the notice about a page, unless the page has changed again meanwhile. */
export function dropPage(sql: Sql, { path, due_ms }: ChangedPage): void {
  sql.exec("DELETE FROM changed_pages WHERE path = ? AND due_ms = ?", path, due_ms);
}

/** Forgets pages whose last notice is old enough: the next one need not wait. */
export function forgetTold(sql: Sql, nowMs: number): void {
  const query = "SELECT path FROM changed_pages WHERE due_ms IS NULL AND told_ms <= ?";
  for (const path of column<string>(sql, query, nowMs - NOTICE_INTERVAL_MS))
    sql.exec("DELETE FROM changed_pages WHERE path = ?", path);
}
