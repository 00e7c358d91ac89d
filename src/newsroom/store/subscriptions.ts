/**
 * The Newsroom's row of each subscription. Times are milliseconds since 1970.
 */
import { type Filter, FILTER_FIELDS } from "../../domain/filter.ts";
import { UNVERIFIED_KEPT_MS } from "../../domain/limits.ts";
import { registrableDomain } from "../../domain/registrable-domain.ts";
import { hostOf } from "../../domain/target-url.ts";
import type { Health, Registration, SubscriptionStatus } from "../../domain/subscription.ts";
import { column, exists, first, type Sql } from "../../runtime/sql.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import { CHAT_REPEAT_MS, REASON_CHARS_MAX, REGISTRATION_MS, UNREPORTED_KEPT_MS } from "../limits.ts";
import { lastSequence } from "./events.ts";
import {
  makePendingRoom,
  makeVerifiedRoom,
  type HostLimits,
  type LimitHolder,
  type SubscriptionOrigin,
  findReachedLimit,
} from "./subscription-limits.ts";

/** The client of a request to subscribe; null for this machine. Limits are per client; the admin has none. */
export interface Requester {
  client: string | null;
  isAdmin: boolean;
}

/** `which`: whether the limit of pending or of verified subscriptions is reached. `whose`: whose limit it is. */
export type Registered =
  /** `replaced`: the ids of those with the same URL and filter whose answer the same client has lost. */
  | { kind: "registered"; replaced: string[] }
  | { kind: "duplicate"; id: string }
  | { kind: "too-many"; which: "pending" | "verified"; whose: LimitHolder };

/** A registration with the key of its row. */
export type KeyedRegistration = Registration & { key: string };

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
  registration: KeyedRegistration,
  isVerified: boolean,
  requester: Requester,
  { nowMs, hostLimits }: { nowMs: number; hostLimits: HostLimits },
): Exclude<Registered, { kind: "duplicate" }> {
  removeUnverified(sql, nowMs);
  removeNeverReported(sql, nowMs);
  const client = requester.isAdmin ? null : requester.client;
  const origin = originOf(registration.url, client);
  if (!requester.isAdmin) {
    const verified = makeVerifiedRoom(sql, origin, hostLimits, registration.id);
    if (verified !== undefined) return { kind: "too-many", which: "verified", whose: verified };
    const pending = makePendingRoom(sql, origin);
    if (pending !== undefined) return { kind: "too-many", which: "pending", whose: pending };
  }
  // The client asks again, since it lost the answer with the secret: only the newest may become active.
  const unproved = column<string>(
    sql,
    `SELECT id FROM subscriptions WHERE key = ? AND client IS ? AND active = 0 AND status = 'pending'`,
    registration.key,
    client,
  );
  const repeated = findRepeated(sql, registration, requester, nowMs);
  const replaced = repeated === undefined ? unproved : [...unproved, repeated];
  const last = lastSequence(sql);
  const verified = isVerified ? 1 : 0;
  sql.exec(
    `INSERT INTO subscriptions (id, key, url, host, domain, client, format, content, description, filter,
       events, topic, created_ms, since_sequence, active, proved, status, since_ms, trouble, cursor, due_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
    registration.id,
    registration.key,
    registration.url,
    origin.host,
    origin.domain,
    client,
    registration.format,
    registration.content,
    registration.description ?? null,
    JSON.stringify(registration.filter),
    JSON.stringify(registration.events),
    registration.hub?.topic ?? null,
    registration.createdMs,
    last,
    verified,
    verified,
    isVerified ? "active" : "pending",
    nowMs,
    isVerified ? TROUBLE.active : TROUBLE.pending,
    last,
  );
  return { kind: "registered", replaced };
}

/** The id of the subscription of the hub with the same callback and topic, verified or not. */
export function findOfHub(sql: Sql, { key, hub }: KeyedRegistration): string | undefined {
  const query = "SELECT id FROM subscriptions WHERE topic = ? AND key = ?";
  return first<{ id: string }>(sql, query, hub?.topic ?? null, key)?.id;
}

/** The id of the verified subscription with the same URL and filter. */
export function findVerified(sql: Sql, { key }: KeyedRegistration): string | undefined {
  const query = "SELECT id FROM subscriptions WHERE key = ? AND proved = 1";
  return first<{ id: string }>(sql, query, key)?.id;
}

/**
 * The chat subscription that a client makes again because it lost the answer with the token: just made by the same client,
 * and before any event. A request without an address may come from anybody, so it repeats nothing.
 */
export function findRepeated(
  sql: Sql,
  { key, format }: KeyedRegistration,
  { client, isAdmin }: Requester,
  nowMs: number,
): string | undefined {
  if (FORMATS[format].needsVerification || isAdmin || client === null) return undefined;
  const query = `SELECT id FROM subscriptions
    WHERE key = ? AND proved = 1 AND client = ? AND since_sequence = ? AND created_ms > ?`;
  return first<{ id: string }>(sql, query, key, client, lastSequence(sql), nowMs - CHAT_REPEAT_MS)?.id;
}

export function hasFilter(sql: Sql, id: string, filter: Filter): boolean {
  const query = "SELECT 1 FROM subscriptions WHERE id = ? AND filter = ?";
  return exists(sql, query, id, JSON.stringify(filter));
}

/** Changes a subscription. A new URL is not verified, if its format needs that. @returns false if it would duplicate a verified one */
export function change(sql: Sql, registration: KeyedRegistration): boolean {
  const { id, url, format, filter } = registration;
  const duplicate = findVerified(sql, registration);
  if (duplicate !== undefined && duplicate !== id) return false;
  if (FORMATS[format].needsVerification) {
    sql.exec("UPDATE subscriptions SET proved = 0 WHERE id = ? AND url <> ?", id, url);
  }
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
 * @param isWaived whether the admin waives the verification, and with it the limits
 * @returns `duplicate` if another verified subscription has its URL and filter; `too-many` if there are as many
 *   verified ones as may be
 */
export function activate(
  sql: Sql,
  id: string,
  isWaived: boolean,
  hostLimits: HostLimits,
): "active" | "duplicate" | "too-many" | "unknown" {
  const row = first<SubscriptionOrigin & { key: string }>(
    sql,
    "SELECT key, client, host, domain FROM subscriptions WHERE id = ?",
    id,
  );
  if (row === undefined) return "unknown";
  const isDuplicate = exists(
    sql,
    "SELECT 1 FROM subscriptions WHERE key = ? AND proved = 1 AND id <> ?",
    row.key,
    id,
  );
  if (isDuplicate) return "duplicate";
  if (!isWaived && findReachedLimit(sql, row, hostLimits, id) !== undefined) return "too-many";
  sql.exec(
    "UPDATE subscriptions SET active = 1, proved = 1, status = 'active', trouble = 0, failing_ms = NULL WHERE id = ?",
    id,
  );
  return "active";
}

/** Stores the report of a Subscriber. @returns false if its subscription is not registered any more */
export function saveReport(
  sql: Sql,
  registration: KeyedRegistration,
  report: SubscriptionReport,
  nowMs: number,
): boolean {
  removeUnverified(sql, nowMs);
  if (!isRegistered(sql, registration.id)) return false;
  writeRegistration(sql, registration);
  const { status, failingSinceMs } = report;
  sql.exec(
    `UPDATE subscriptions SET status = ?, reason = ?, since_ms = ?, failing_ms = ?, trouble = ?, health = ?,
       reported_ms = ?, proved = ? WHERE id = ?`,
    status,
    report.reason?.slice(0, REASON_CHARS_MAX) ?? null,
    report.sinceMs,
    failingSinceMs,
    TROUBLE[status === "active" && failingSinceMs !== null ? "failing" : status],
    JSON.stringify(report.health),
    nowMs,
    report.isProved ? 1 : 0,
    registration.id,
  );
  return true;
}

export function isRegistered(sql: Sql, id: string): boolean {
  return exists(sql, "SELECT 1 FROM subscriptions WHERE id = ?", id);
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

/** Deletes pending registrations whose Subscriber was never created: they would keep their places for 30 days. */
function removeNeverReported(sql: Sql, nowMs: number): void {
  sql.exec(
    "DELETE FROM subscriptions WHERE active = 0 AND reported_ms IS NULL AND created_ms < ?",
    nowMs - UNREPORTED_KEPT_MS,
  );
}

/** The ids of active subscriptions to `operational` events. */
export function listOperational(sql: Sql): string[] {
  return column(
    sql,
    `SELECT id FROM subscriptions WHERE active = 1 AND events LIKE '%"operational"%' ORDER BY id`,
  );
}

function writeRegistration(sql: Sql, registration: KeyedRegistration): void {
  const { id, key, url, format, content, description, filter, events, hub, createdMs } = registration;
  const { host, domain } = originOf(url, null);
  sql.exec(
    `UPDATE subscriptions SET key = ?, url = ?, host = ?, domain = ?, format = ?, content = ?, description = ?,
       filter = ?, events = ?, lease_ms = ?, created_ms = ? WHERE id = ?`,
    key,
    url,
    host,
    domain,
    format,
    content,
    description ?? null,
    JSON.stringify(filter),
    JSON.stringify(events),
    hub?.leaseUntilMs ?? null,
    createdMs,
    id,
  );
}

function originOf(url: string, client: string | null): SubscriptionOrigin {
  const host = hostOf(url);
  return { client, host, domain: registrableDomain(host) };
}

/** Deletes old subscriptions that were never verified. */
function removeUnverified(sql: Sql, nowMs: number): void {
  sql.exec("DELETE FROM subscriptions WHERE active = 0 AND created_ms < ?", nowMs - UNVERIFIED_KEPT_MS);
}

/**
 * The key: a hash of URL and filter, canonical, so that the order of the filter's fields makes no difference. Of the
 * hub, a hash of URL and topic.
 */
export async function withKey(registration: Registration): Promise<KeyedRegistration> {
  const {
    url,
    urlKey,
    hub,
    filter: { not, ...conditions },
  } = registration;
  const ordered = (part: Filter) => FILTER_FIELDS.map((field) => part[field] ?? null);
  const wanted = hub === undefined ? [ordered(conditions), ordered(not ?? {})] : [hub.topic];
  const named = JSON.stringify([urlKey ?? new URL(url).href, ...wanted]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(named));
  return {
    ...registration,
    key: new Uint8Array(digest).toBase64({ alphabet: "base64url", omitPadding: true }),
  };
}
