/**
 * All subscriptions as the office looks at them, with how each stood at its last report.
 */
import type { Filter } from "../../domain/filter.ts";
import type { Health, SubscriptionStatus } from "../../domain/subscription.ts";
import type { Sql } from "../../runtime/sql.ts";

/** A row of the list of subscriptions. */
export interface Listed {
  id: string;
  url: string;
  description: string | null;
  events: string[];
  filter: Filter;
  status: SubscriptionStatus;
  reason: string | null;
  sinceMs: number;
  failingSinceMs: number | null;
  createdMs: number;
  /** As of its last report; null before the first. */
  health: Health | null;
  reportedMs: number | null;
}

export interface SubscriptionQuery {
  sort: "trouble" | "created";
  status?: SubscriptionStatus;
  limit: number;
  /** The `next` of the page before. */
  cursor?: Place;
}

/** Where a page of the list ends: what it is sorted by. */
export type Place = (number | string)[];

interface Row {
  id: string;
  url: string;
  description: string | null;
  events: string;
  filter: string;
  status: SubscriptionStatus;
  reason: string | null;
  since_ms: number;
  failing_ms: number | null;
  created_ms: number;
  health: string | null;
  reported_ms: number | null;
  trouble: number;
  [column: string]: SqlStorageValue;
}

/** A page of all, `next` continues it. */
export function listSubscriptions(
  sql: Sql,
  { sort, status, limit, cursor }: SubscriptionQuery,
): { data: Listed[]; next: Place | null } {
  const order =
    sort === "trouble" ? ["-trouble", "ifnull(failing_ms, since_ms)", "id"] : ["-created_ms", "id"];
  const conditions = [
    ...(status === undefined ? [] : ["status = ?"]),
    ...(cursor === undefined ? [] : [`(${order.join(", ")}) > (${order.map(() => "?").join(", ")})`]),
  ];
  const rows = sql
    .exec<Row>(
      `SELECT id, url, description, events, filter, status, reason, since_ms, failing_ms, created_ms, health,
         reported_ms, trouble FROM subscriptions
       ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`} ORDER BY ${order.join(", ")} LIMIT ?`,
      ...(status === undefined ? [] : [status]),
      ...(cursor ?? []),
      limit + 1,
    )
    .toArray();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const placeOf = (row: Row) =>
    sort === "trouble" ? [-row.trouble, row.failing_ms ?? row.since_ms, row.id] : [-row.created_ms, row.id];
  return { data: page.map(listed), next: rows.length > limit && last ? placeOf(last) : null };
}

function listed(row: Row): Listed {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    events: JSON.parse(row.events) as string[],
    filter: JSON.parse(row.filter) as Filter,
    status: row.status,
    reason: row.reason,
    sinceMs: row.since_ms,
    failingSinceMs: row.failing_ms,
    createdMs: row.created_ms,
    health: row.health === null ? null : (JSON.parse(row.health) as Health),
    reportedMs: row.reported_ms,
  };
}
