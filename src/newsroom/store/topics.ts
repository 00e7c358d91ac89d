/**
 * The topics of the WebSub hub: feeds that have subscriptions. A subscription lags while its Subscriber does not have
 * the present version of its topic.
 */
import { sequenceOfEtag } from "../../documents/kv-store.ts";
import { defined } from "../../domain/defined.ts";
import type { Instant } from "../../domain/dates.ts";
import { addressOf, FEED_FORMATS, type ReleaseList } from "../../domain/list.ts";
import { getMeta } from "./schema.ts";
import { column, exists, first, type Sql, value } from "../../runtime/sql.ts";

/**
 * Whether two ETags of a feed name the same version: what happened to its releases is the same, and the bytes only
 * differ, if at all, because names, settings or the program changed.
 */
export function isSameVersion(sql: Sql, one: string, other: string): boolean {
  return one === other || one.startsWith(unchangedPrefix(sql, other));
}

/** What ETags of the same version begin with: the whole ETag if an event came after all documents became stale at once. */
function unchangedPrefix(sql: Sql, etag: string): string {
  const sequence = sequenceOfEtag(etag);
  const isRelabelled = sequence !== undefined && sequence <= Number(getMeta(sql, "relabelled") ?? 0);
  return isRelabelled ? etag.slice(0, etag.indexOf(".") + 1) : etag;
}

/** The ETag of a feed in KV; undefined if KV does not surely hold it. */
export function writtenEtag(sql: Sql, topic: string): string | undefined {
  const query = "SELECT etag FROM documents WHERE path = ? AND written_ms > 0 AND etag <> ''";
  return first<{ etag: string }>(sql, query, topic)?.etag;
}

/** Whether the latest event of a version happened since an instant. */
export function isVersionSince(sql: Sql, etag: string, since: Instant): boolean {
  const sequence = sequenceOfEtag(etag) ?? 0;
  return exists(sql, "SELECT 1 FROM events WHERE sequence = ? AND at >= ?", sequence, since);
}

/** KV holds a version of a feed: its subscriptions lag that have another one. @returns whether any does */
export function noteVersion(sql: Sql, topic: string, etag: string, nowMs: number): boolean {
  const lagging = column<string>(
    sql,
    `UPDATE subscriptions SET cursor = ifnull(cursor, 0) + 1, due_ms = ?1, failures = 0
     WHERE topic = ?2 AND active = 1 AND substr(topic_version, 1, length(?3)) <> ?3 RETURNING id`,
    nowMs,
    topic,
    unchangedPrefix(sql, etag),
  );
  return lagging.length > 0;
}

/** KV no longer holds a feed: its subscriptions may have to end. */
export function noteRemoval(sql: Sql, topic: string, nowMs: number): void {
  sql.exec(
    "UPDATE subscriptions SET cursor = ifnull(cursor, 0) + 1, due_ms = ? WHERE topic = ? AND active = 1",
    nowMs,
    topic,
  );
}

export function setVersion(sql: Sql, subscription: string, version: string): void {
  sql.exec("UPDATE subscriptions SET topic_version = ? WHERE id = ?", version, subscription);
}

/** The Subscriber has the version of one change. If the topic has changed again, the subscription still lags. */
export function endLag(sql: Sql, subscription: string, cursor: number): void {
  const query =
    "UPDATE subscriptions SET cursor = NULL, due_ms = NULL, failures = 0 WHERE id = ? AND cursor = ?";
  sql.exec(query, subscription, cursor);
}

/** Tries again later, unless the topic has changed again. */
export function postponeLag(
  sql: Sql,
  { id, cursor, failures }: { id: string; cursor: number; failures: number },
  untilMs: number,
): void {
  sql.exec(
    "UPDATE subscriptions SET due_ms = ?, failures = ? WHERE id = ? AND cursor = ?",
    untilMs,
    failures,
    id,
    cursor,
  );
}

/** Whether a list has a feed with a verified subscription: it must not be dropped. */
export function hasSubscriptions(sql: Sql, list: ReleaseList): boolean {
  return FEED_FORMATS.some((format) => isFollowed(sql, addressOf(defined({ list, format }))));
}

/** Whether a topic has a verified subscription. */
export function isFollowed(sql: Sql, topic: string): boolean {
  return exists(sql, "SELECT 1 FROM subscriptions WHERE topic = ? AND active = 1", topic);
}

/** How many topics with a query have verified subscriptions: those of combinations. */
export function countCombinationTopics(sql: Sql): number {
  return value(
    sql,
    "SELECT count(DISTINCT topic) FROM subscriptions WHERE topic IS NOT NULL AND active = 1 AND instr(topic, '?') > 0",
  );
}

/** When the lease of the subscription of the hub ends that lasts longest for a topic; undefined without any. */
export function lastLeaseMs(sql: Sql, topic: string): number | undefined {
  const query = "SELECT max(lease_ms) FROM subscriptions WHERE topic = ? AND active = 1";
  return value<number | null>(sql, query, topic) ?? undefined;
}
