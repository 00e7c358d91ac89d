/**
 * Which releases are under embargo, soonest first.
 */
import type { Instant } from "../../domain/dates.ts";
import { all, type Sql } from "../../runtime/sql.ts";
import { PAGE_BYTES_MAX } from "../limits.ts";

/** The place of a release in the order of embargoes. */
export type EmbargoPlace = [embargo: Instant, id: string];

interface ScheduledRow {
  id: string;
  embargo: Instant;
  bytes: number;
}

const BEFORE_ALL: EmbargoPlace = [-Number.MAX_SAFE_INTEGER, ""];

/**
 * The places of releases under embargo: `limit`, or fewer where they are long. `next` is the `after` of the next
 * page; null on the last one.
 */
export function listScheduled(
  sql: Sql,
  after: EmbargoPlace = BEFORE_ALL,
  limit: number,
): { places: EmbargoPlace[]; next: EmbargoPlace | null } {
  const rows = all<ScheduledRow>(
    sql,
    `SELECT id, embargo, bytes FROM releases
     WHERE embargo IS NOT NULL AND (embargo, id) > (?, ?) ORDER BY embargo, id LIMIT ?`,
    ...after,
    limit + 1,
  );
  const places: EmbargoPlace[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, limit)) {
    bytes += row.bytes;
    if (bytes > PAGE_BYTES_MAX && places.length > 0) break;
    places.push([row.embargo, row.id]);
  }
  return { places, next: rows.length > places.length ? (places.at(-1) ?? null) : null };
}
