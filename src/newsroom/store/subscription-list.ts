/**
 * The list of all subscriptions for the admin, with the last report of each.
 */
import type { Filter } from "../../domain/filter.ts";
import type { DeliveryFormat, Health, SubscriptionStatus } from "../../domain/subscription.ts";
import { all, type Sql } from "../../runtime/sql.ts";

/** An entry of the list of subscriptions. Times are milliseconds since 1970. */
export interface Listed {
  id: string;
  /** Only the host, where the URL is a secret. */
  url: string;
  description: string | null;
  format: DeliveryFormat;
  /** Of a subscription of the hub: the path of its topic, and when its lease ends. */
  topic: string | null;
  leaseMs: number | null;
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

/** An entry with its JSON as stored, and the column that sorts it. */
type Row = Omit<Listed, "events" | "filter" | "health"> & {
  events: string;
  filter: string;
  health: string | null;
  trouble: number;
};

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
    `SELECT id, url, description, format, topic, lease_ms AS "leaseMs", events, filter, status, reason, since_ms AS "sinceMs",
       failing_ms AS "failingSinceMs", created_ms AS "createdMs", health, reported_ms AS "reportedMs", trouble
     FROM subscriptions
     ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`} ORDER BY ${order.join(", ")} LIMIT ?`,
    ...(status === undefined ? [] : [status]),
    ...(cursor ?? []),
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const placeOf = (row: Row) =>
    sort === "trouble" ? [-row.trouble, row.failingSinceMs ?? row.sinceMs, row.id] : [-row.createdMs, row.id];
  return { data: page.map(toListed), next: rows.length > limit && last ? placeOf(last) : null };
}

function toListed({ trouble: _trouble, ...row }: Row): Listed {
  return {
    ...row,
    events: JSON.parse(row.events) as string[],
    filter: JSON.parse(row.filter) as Filter,
    health: row.health === null ? null : (JSON.parse(row.health) as Health),
  };
}
