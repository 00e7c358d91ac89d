/**
 * The list of all subscriptions for the admin, with the last report of each.
 */
import type { Filter } from "../../domain/filter.ts";
import type { Health, SubscriptionStatus } from "../../domain/subscription.ts";
import { all, type Sql } from "../../runtime/sql.ts";

/** An entry of the list of subscriptions. Times are milliseconds since 1970. */
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
  /** From the last report; null before the first. */
  health: Health | null;
  reportedMs: number | null;
}

export interface SubscriptionQuery {
  sort: "trouble" | "created";
  status?: SubscriptionStatus;
  limit: number;
  /** `next` of the page before. */
  cursor?: Place;
}

/** The end of a page: the last entry's values of the columns that the list is sorted by. */
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
}

/** One page of subscriptions. `next` is the cursor of the next page; null on the last one. */
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
  const rows = all<Row>(
    sql,
    `SELECT id, url, description, events, filter, status, reason, since_ms, failing_ms, created_ms, health,
       reported_ms, trouble FROM subscriptions
     ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`} ORDER BY ${order.join(", ")} LIMIT ?`,
    ...(status === undefined ? [] : [status]),
    ...(cursor ?? []),
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const placeOf = (row: Row) =>
    sort === "trouble" ? [-row.trouble, row.failing_ms ?? row.since_ms, row.id] : [-row.created_ms, row.id];
  return { data: page.map(toListed), next: rows.length > limit && last ? placeOf(last) : null };
}

function toListed(row: Row): Listed {
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
