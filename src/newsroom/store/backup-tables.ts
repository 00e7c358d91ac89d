/**
 * Which tables of the ledger a backup holds. A new table is one line here: `copied` in general, `DERIVED` if it can be
 * made again from the others.
 */
import type { TableReading } from "../../runtime/table-rows.ts";

export interface BackedUpTable extends TableReading {
  /** Statements that keep the rows as they are now, until the backup has read them. */
  keep: readonly string[];
}

/** In the order in which a restore needs them: editions first, since releases are indexed with their words. */
export const BACKED_UP: readonly BackedUpTable[] = [
  // Editions never change, so those that come later are left out by their numbers.
  live(
    "editions",
    ["release", "edition"],
    ["", 0],
    "edition <= (SELECT edition FROM backup_releases AS r WHERE r.id = editions.release)",
  ),
  copied("releases", ["CREATE INDEX backup_releases_by_id ON backup_releases (id, edition)"]),
  live("events", ["sequence"], [0], "sequence <= (SELECT as_of FROM backup_state)"),
  copied("addresses"),
  // One file more does no harm.
  live("files", ["sha256"], [""]),
  copied("file_uses"),
  copied("sitemaps"),
  copied("seen_values"),
  copied("retired_values"),
  copied("lists"),
  copied("tombstones"),
  copied("combination_changes"),
  // Only for ETags and Last-Modified: an entry that is newer than the rest is written again.
  live("documents", ["path"], [""]),
  copied("subscriptions"),
  copied("sealing_keys"),
  copied("marks", ["DELETE FROM backup_marks WHERE name IN ('schema', 'fold', 'restoring')"]),
];

/** Made again from the others, or, like the queues, by the service itself. */
export const DERIVED: readonly string[] = [
  "changed_pages",
  "edition_words",
  "failed_lifts",
  "filing_counts",
  "filings",
  "search",
  "stale_targets",
];

/** A table whose rows change: a copy is made in the transaction that begins the backup of the ledger. */
function copied(table: string, more: readonly string[] = []): BackedUpTable {
  return {
    table,
    keep: [`CREATE TABLE backup_${table} AS SELECT * FROM ${table}`, ...more],
    query: `SELECT rowid AS backup_row, * FROM backup_${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    start: [0],
  };
}

/** A table whose rows are read where they are. */
function live(
  table: string,
  key: readonly string[],
  start: BackedUpTable["start"],
  condition = "true",
): BackedUpTable {
  const columns = key.join(", ");
  const marks = key.map(() => "?").join(", ");
  return {
    table,
    keep: [],
    query: `SELECT ${key.map((column) => `${column} AS backup_${column}`).join(", ")}, * FROM ${table}
      WHERE (${columns}) > (${marks}) AND ${condition} ORDER BY ${columns} LIMIT ?`,
    start,
  };
}
