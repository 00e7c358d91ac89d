/**
 * The queue of the projection: which documents must be rendered again. A change adds its rows in its own
 * transaction.
 */
import { type FileReference, formatFileReference, parseFileReference } from "../../domain/file.ts";
import { REGISTRY_FACETS, type RegistryFacet } from "../../domain/registry.ts";
import { KV_WRITE_INTERVAL_MS } from "../limits.ts";
import { OWN_RETRY_MAX_MS } from "../../runtime/limits.ts";
import { all, column, exists, type Sql, value } from "../../runtime/sql.ts";
import { lastSequence } from "./events.ts";
import { setMeta } from "./schema.ts";

/**
 * The unit of rendering. A release has a page and its JSON; its history is a page that is rendered once a reader has
 * requested it. A list, named by its address, has a page and three feeds of its newest releases; so has each of its
 * archives. The directory lists all feeds, the index of a facet its values in a language, and "sitemaps" all sitemaps.
 * A file has one document for each of its names, which says whether readers see it.
 */
export type Target =
  | { kind: "release"; id: string }
  | { kind: "history"; id: string }
  | { kind: "list"; address: string }
  | { kind: "archive"; address: string; archive: number }
  | ({ kind: "file" } & FileReference)
  | { kind: "directory" }
  | { kind: "sitemaps" }
  | { kind: "sitemap"; file: number }
  | { kind: "news-sitemap" }
  | { kind: "list-sitemap" }
  | { kind: "facet"; lang: string; facet: RegistryFacet }
  | { kind: "registry" }
  | { kind: "site" };

export interface StaleDocument {
  target: Target;
  /** Counts the changes of the target. */
  version: number;
  failures: number;
}

/**
 * Queues targets. A new change resets the backoff: the failures were about older content.
 *
 * @param dueMs when to render them, in milliseconds since 1970; 0: before everything else
 */
export function markStale(sql: Sql, targets: readonly Target[], dueMs = 0): void {
  const query = `INSERT INTO stale_targets (target, version, due_ms) VALUES (?, 1, ?)
    ON CONFLICT (target) DO UPDATE
    SET version = version + 1, due_ms = min(due_ms, excluded.due_ms), failures = 0`;
  for (const target of targets) sql.exec(query, keyOf(target), dueMs);
}

/** Queues those archives of a list that KV holds. */
export function markArchivesStale(sql: Sql, address: string, numbers: readonly number[], dueMs = 0): void {
  const archives = numbers.map((archive): Target => ({ kind: "archive", address, archive }));
  markWrittenStale(sql, archives, dueMs);
}

/** Queues those targets of which KV holds a document. */
export function markWrittenStale(sql: Sql, targets: readonly Target[], dueMs = 0): void {
  markStale(
    sql,
    targets.filter((target) => isWritten(sql, target)),
    dueMs,
  );
}

/** Queues the history of a release, if KV holds it. */
export function markHistoryStale(sql: Sql, id: string): void {
  markWrittenStale(sql, [{ kind: "history", id }]);
}

/** Queues the directory, and the indexes of facets of a language that KV holds. */
export function markIndexesStale(sql: Sql, lang: string, dueMs: number): void {
  const indexes = REGISTRY_FACETS.map((facet): Target => ({ kind: "facet", lang, facet }));
  markWrittenStale(sql, indexes, dueMs);
  markStale(sql, [{ kind: "directory" }], dueMs);
}

/** Queues a list and its archives that KV holds. */
export function markListStale(sql: Sql, address: string): void {
  markStale(sql, [{ kind: "list", address }, ...writtenTargets(sql, archivePrefix(address))]);
}

/** Queues everything after names or settings changed: any entry of a feed may change without an event. */
export function relabelAll(sql: Sql): void {
  setMeta(sql, "relabelled", lastSequence(sql));
  markAllStale(sql);
}

/**
 * Queues everything that may ever have been rendered, after the settings changed or KV was lost. Releases
 * and their histories come after later changes: a kill does not wait for a hundred thousand pages.
 */
export function markAllStale(sql: Sql): void {
  sql.exec(
    `INSERT INTO stale_targets (target, version, due_ms)
     SELECT 'release:' || id, 1, 1 FROM releases WHERE published IS NOT NULL
     ON CONFLICT (target) DO UPDATE SET version = version + 1`,
  );
  sql.exec(
    `INSERT INTO stale_targets (target, version, due_ms)
     SELECT DISTINCT 'file:' || sha256 || '/' || name, 1, 1 FROM file_uses WHERE true
     ON CONFLICT (target) DO UPDATE SET version = version + 1`,
  );
  sql.exec(
    `INSERT INTO stale_targets (target, version, due_ms)
     SELECT DISTINCT target, 1, 1 FROM documents WHERE target >= 'history:' AND target < 'history;'
     ON CONFLICT (target) DO UPDATE SET version = version + 1`,
  );
  const addresses = column<string>(sql, "SELECT address FROM lists");
  markStale(sql, [
    { kind: "registry" },
    { kind: "site" },
    { kind: "directory" },
    ...addresses.map((address): Target => ({ kind: "list", address })),
    ...writtenTargets(sql, "file:"),
    ...writtenTargets(sql, "sitemap:"),
    ...writtenTargets(sql, "sitemaps:"),
    ...writtenTargets(sql, "news-sitemap:"),
    ...writtenTargets(sql, "list-sitemap:"),
    ...writtenTargets(sql, "facet:"),
    // Lists that are no longer kept: rendering removes their documents.
    ...writtenTargets(sql, "list:"),
    ...writtenTargets(sql, "archive:"),
  ]);
}

/** Assumes that KV holds nothing of a list. */
export function forgetListWrites(sql: Sql, address: string): void {
  sql.exec(`UPDATE documents SET written_ms = 0 WHERE ${OF_LIST}`, ...listKeys(address));
}

/** Deletes what is known of a list's documents: KV holds none, and nobody requests them. */
export function forgetListDocuments(sql: Sql, address: string): void {
  sql.exec(`DELETE FROM documents WHERE ${OF_LIST}`, ...listKeys(address));
}

/** The targets that are due, longest waiting first. */
export function dueTargets(sql: Sql, limit: number, nowMs: number): StaleDocument[] {
  const query =
    "SELECT target, version, failures FROM stale_targets WHERE due_ms <= ? ORDER BY due_ms LIMIT ?";
  const rows = all<Omit<StaleDocument, "target"> & { target: string }>(sql, query, nowMs, limit);
  return rows.map((row) => ({ ...row, target: targetOf(row.target) }));
}

/** When the next target is due, in milliseconds since 1970. */
export function nextDueMs(sql: Sql): number | undefined {
  return value<number | null>(sql, "SELECT min(due_ms) FROM stale_targets") ?? undefined;
}

/** When a target is due, in milliseconds since 1970; undefined if it is not queued. */
export function dueMsOf(sql: Sql, target: Target): number | undefined {
  return column<number>(sql, "SELECT due_ms FROM stale_targets WHERE target = ?", keyOf(target))[0];
}

/**
 * How many targets wait: those that are due within a second, and failed ones that wait for a retry. A target with a
 * later time, such as an index that is rendered with a delay, counts once it is due.
 */
export function countStale(sql: Sql, nowMs: number): number {
  return value(
    sql,
    "SELECT count(*) FROM stale_targets WHERE due_ms <= ? AND (failures > 0 OR due_ms <= ?)",
    nowMs + OWN_RETRY_MAX_MS,
    nowMs + KV_WRITE_INTERVAL_MS,
  );
}

/** Delays a target, unless it has changed since it was read. */
export function postpone(sql: Sql, stale: StaleDocument, untilMs: number, failures: number): void {
  sql.exec(
    "UPDATE stale_targets SET due_ms = ?, failures = ? WHERE target = ? AND version = ?",
    untilMs,
    failures,
    keyOf(stale.target),
    stale.version,
  );
}

/** Removes a target from the queue, unless it has changed since it was read. */
export function complete(sql: Sql, { target, version }: StaleDocument): void {
  sql.exec("DELETE FROM stale_targets WHERE target = ? AND version = ?", keyOf(target), version);
}

/** The stored name of a target. */
export function keyOf(target: Target): string {
  switch (target.kind) {
    case "release":
    case "history":
      return `${target.kind}:${target.id}`;
    case "list":
      return `list:${target.address}`;
    case "archive":
      return `${archivePrefix(target.address)}${target.archive}`;
    case "file":
      return `file:${formatFileReference(target)}`;
    case "sitemap":
      return `sitemap:${target.file}`;
    case "facet":
      return `facet:${target.lang}/${target.facet}`;
    case "directory":
    case "registry":
    case "site":
    case "sitemaps":
    case "news-sitemap":
    case "list-sitemap":
      return `${target.kind}:`;
  }
}

function targetOf(key: string): Target {
  const name = key.slice(key.indexOf(":") + 1);
  if (key.startsWith("release:")) return { kind: "release", id: name };
  if (key.startsWith("history:")) return { kind: "history", id: name };
  const file = key.startsWith("file:") ? parseFileReference(name) : undefined;
  if (file !== undefined) return { kind: "file", ...file };
  if (key.startsWith("facet:")) {
    const [lang = "", facet] = name.split("/");
    return { kind: "facet", lang, facet: facet as RegistryFacet };
  }
  if (key === "registry:") return { kind: "registry" };
  if (key === "site:") return { kind: "site" };
  if (key === "directory:") return { kind: "directory" };
  if (key === "sitemaps:") return { kind: "sitemaps" };
  if (key === "news-sitemap:") return { kind: "news-sitemap" };
  if (key === "list-sitemap:") return { kind: "list-sitemap" };
  if (key.startsWith("sitemap:")) return { kind: "sitemap", file: Number(name) };
  if (key.startsWith("list:")) return { kind: "list", address: name };
  const [address = "", archive] = name.split("#");
  return { kind: "archive", address, archive: Number(archive) };
}

/** The keys of a list's archives begin with this: no address has a `#`. */
function archivePrefix(address: string): string {
  return `archive:${address}#`;
}

/** Selects the documents of a list and of its archives, with {@link listKeys}. */
const OF_LIST = "target = ? OR (target >= ? AND target < ?)";

function listKeys(address: string): [string, string, string] {
  const prefix = archivePrefix(address);
  return [keyOf({ kind: "list", address }), prefix, `${prefix}\uffff`];
}

function isWritten(sql: Sql, target: Target): boolean {
  return exists(sql, "SELECT 1 FROM documents WHERE target = ? LIMIT 1", keyOf(target));
}

function writtenTargets(sql: Sql, prefix: string): Target[] {
  const query = "SELECT DISTINCT target FROM documents WHERE target >= ? AND target < ?";
  return column<string>(sql, query, prefix, `${prefix}\uffff`).map(targetOf);
}
