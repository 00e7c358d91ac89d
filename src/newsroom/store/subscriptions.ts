/**
 * The Newsroom's row of each subscription. Times are milliseconds since 1970.
 */
import { type Filter, FILTER_FIELDS } from "../../domain/filter.ts";
import { hostOf } from "../../domain/target-url.ts";
import type { Health, Registration, SubscriptionStatus } from "../../domain/subscription.ts";
import { column, exists, first, type Sql } from "../../runtime/sql.ts";
import {
  PENDING_MAX,
  PENDING_PER_CLIENT_MAX,
  PENDING_PER_HOST_MAX,
  REGISTRATION_MS,
  UNVERIFIED_KEPT_MS,
} from "../limits.ts";
import { lastSequence } from "./events.ts";

/** The client of a request to subscribe; null for this machine. Limits are per client; the admin has none. */
export interface Requester {
  client: string | null;
  isAdmin: boolean;
}

/** `whose`: which limit of pending subscriptions was reached. */
export type Registered =
  | { kind: "registered" }
  | { kind: "duplicate"; id: string }
  | { kind: "too-many"; whose: "client" | "host" | "service" };

/** The state of a subscription, from its Subscriber. */
export interface SubscriptionReport {
  status: SubscriptionStatus;
  reason: string | null;
  sinceMs: number;
  failingSinceMs: number | null;
  health: Health;
  /** Whether the current URL is verified. */
  isProved: boolean;
}

/** Worst first: a disabled endpoint gets nothing, a failing one soon may, the others wait for their owner. */
const TROUBLE = { disabled: 4, failing: 3, pending: 2, paused: 1, active: 0 } as const;

/**
 * Creates the row. Events from now on belong to the subscription; without verification they are sent
 * only after {@link activate}. The caller has looked for a duplicate.
 */
export function register(
  sql: Sql,
  registration: Registration,
  isVerified: boolean,
  requester: Requester,
  nowMs: number,
): Exclude<Registered, { kind: "duplicate" }> {
  removeUnverified(sql, nowMs);
  const host = hostOf(registration.url);
  const whose = requester.isAdmin ? undefined : limitReached(sql, requester.client, host);
  if (whose !== undefined) return { kind: "too-many", whose };
  const last = lastSequence(sql);
  const verified = isVerified ? 1 : 0;
  sql.exec(
    `INSERT INTO subscriptions (id, key, url, host, client, format, content, description, filter, events,
       created_ms, since_sequence, active, proved, status, since_ms, trouble, cursor, due_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
    registration.id,
    keyOf(registration),
    registration.url,
    host,
    isVerified ? null : requester.client,
    registration.format,
    registration.content,
    registration.description ?? null,
    JSON.stringify(registration.filter),
    JSON.stringify(registration.events),
    registration.createdMs,
    last,
    verified,
    verified,
    isVerified ? "active" : "pending",
    nowMs,
    isVerified ? TROUBLE.active : TROUBLE.pending,
    last,
  );
  return { kind: "registered" };
}

/** The id of the verified subscription with the same URL and filter. */
export function findVerified(sql: Sql, registration: Registration): string | undefined {
  const query = "SELECT id FROM subscriptions WHERE key = ? AND proved = 1";
  return first<{ id: string }>(sql, query, keyOf(registration))?.id;
}

export function hasFilter(sql: Sql, id: string, filter: Filter): boolean {
  const query = "SELECT 1 FROM subscriptions WHERE id = ? AND filter = ?";
  return exists(sql, query, id, JSON.stringify(filter));
}

/** Changes a subscription. A new URL is not verified. @returns false if it would duplicate a verified one */
export function change(sql: Sql, registration: Registration): boolean {
  const { id, url, filter } = registration;
  const duplicate = findVerified(sql, registration);
  if (duplicate !== undefined && duplicate !== id) return false;
  sql.exec("UPDATE subscriptions SET proved = 0 WHERE id = ? AND url <> ?", id, url);
  sql.exec(
    `UPDATE subscriptions SET filtered_since = (SELECT ifnull(max(sequence), 0) FROM events)
     WHERE id = ? AND filter <> ?`,
    id,
    JSON.stringify(filter),
  );
  writeRegistration(sql, registration);
  return true;
}

/**
 * Marks a subscription as verified: it gets the events since it was registered, then all that follow.
 *
 * @returns `duplicate` if another verified subscription has its URL and filter
 */
export function activate(sql: Sql, id: string): "active" | "duplicate" | "unknown" {
  const row = first<{ key: string }>(sql, "SELECT key FROM subscriptions WHERE id = ?", id);
  if (row === undefined) return "unknown";
  const isDuplicate = exists(
    sql,
    "SELECT 1 FROM subscriptions WHERE key = ? AND proved = 1 AND id <> ?",
    row.key,
    id,
  );
  if (isDuplicate) return "duplicate";
  sql.exec("UPDATE subscriptions SET active = 1, proved = 1, client = NULL WHERE id = ?", id);
  return "active";
}

/** Stores the report of a Subscriber. A subscription that is not registered stays so. */
export function saveReport(
  sql: Sql,
  registration: Registration,
  report: SubscriptionReport,
  nowMs: number,
): void {
  writeRegistration(sql, registration);
  const { status, failingSinceMs } = report;
  sql.exec(
    `UPDATE subscriptions SET status = ?, reason = ?, since_ms = ?, failing_ms = ?, trouble = ?, health = ?,
       reported_ms = ?, proved = ? WHERE id = ?`,
    status,
    report.reason,
    report.sinceMs,
    failingSinceMs,
    TROUBLE[status === "active" && failingSinceMs !== null ? "failing" : status],
    JSON.stringify(report.health),
    nowMs,
    report.isProved ? 1 : 0,
    registration.id,
  );
}

export function remove(sql: Sql, id: string): void {
  sql.exec("DELETE FROM subscriptions WHERE id = ?", id);
}

/**
 * Deletes a registration whose Subscriber was never created (the first request died half-way), so that
 * the client can retry. One that is younger than REGISTRATION_MS may still get its Subscriber.
 */
export function removeNeverCreated(sql: Sql, id: string, nowMs: number): void {
  sql.exec("DELETE FROM subscriptions WHERE id = ? AND created_ms < ?", id, nowMs - REGISTRATION_MS);
}

/** The ids of active subscriptions to `operational` events. */
export function listOperational(sql: Sql): string[] {
  return column(
    sql,
    `SELECT id FROM subscriptions WHERE active = 1 AND events LIKE '%"operational"%' ORDER BY id`,
  );
}

function writeRegistration(sql: Sql, registration: Registration): void {
  const { id, url, format, content, description, filter, events, createdMs } = registration;
  sql.exec(
    `UPDATE subscriptions SET key = ?, url = ?, host = ?, format = ?, content = ?, description = ?, filter = ?,
       events = ?, created_ms = ? WHERE id = ?`,
    keyOf(registration),
    url,
    hostOf(url),
    format,
    content,
    description ?? null,
    JSON.stringify(filter),
    JSON.stringify(events),
    createdMs,
    id,
  );
}

function limitReached(
  sql: Sql,
  client: string | null,
  host: string,
): "client" | "host" | "service" | undefined {
  const pending = first<{ client: number; host: number; service: number }>(
    sql,
    `SELECT count(*) FILTER (WHERE client = ?) AS client, count(*) FILTER (WHERE host = ?) AS host,
       count(*) AS service FROM subscriptions WHERE status = 'pending'`,
    client,
    host,
  );
  if (pending === undefined) return undefined;
  if (pending.client >= PENDING_PER_CLIENT_MAX) return "client";
  if (pending.host >= PENDING_PER_HOST_MAX) return "host";
  return pending.service >= PENDING_MAX ? "service" : undefined;
}

/** Deletes old subscriptions that were never verified. */
function removeUnverified(sql: Sql, nowMs: number): void {
  sql.exec("DELETE FROM subscriptions WHERE active = 0 AND created_ms < ?", nowMs - UNVERIFIED_KEPT_MS);
}

/** URL and filter, canonical, so that the order of the filter's fields makes no difference. */
function keyOf({ url, filter: { not, ...conditions } }: Registration): string {
  const ordered = (part: Filter) => FILTER_FIELDS.map((field) => part[field] ?? null);
  return JSON.stringify([new URL(url).href, ordered(conditions), ordered(not ?? {})]);
}
