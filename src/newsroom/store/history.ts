/**
 * What happened to a release since it became public, from its events.
 */
import type { Instant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import { type EditionContent } from "../../domain/edition-content.ts";
import type { Change, ReleaseEventType } from "../../domain/event.ts";
import type { HistoryEntry, HistoryKind } from "../../domain/history.ts";
import { all, first, type Sql } from "../../runtime/sql.ts";
import { parseContent, publicNumber } from "./editions.ts";

/** An entry, and the stored numbers of the editions between which it lies; none where the text did not change. */
export interface StoredEntry {
  entry: Omit<HistoryEntry, "fields" | "more">;
  compared?: { before: number; after: number };
}

interface EventRow {
  type: ReleaseEventType;
  at: Instant;
  edition: number;
  firstSeen: number;
  published: Instant;
  change: string | null;
  reason: string | null;
  isFirst: number;
}

/**
 * The entries of the latest `limit` events, newest first. Only the first event of a release can make two entries.
 *
 * @param isKilled the release is killed now: then its notes stay out
 */
export function readHistory(sql: Sql, release: string, limit: number, isKilled: boolean): StoredEntry[] {
  const rows = all<EventRow>(
    sql,
    `SELECT v.type, v.at, v.edition, r.first_seen AS "firstSeen", v.details -> '$.change' AS change,
       iif(r.status = 'killed', iif(v.details ->> '$.eventReason' IS NULL, NULL, r.reason), v.details ->> '$.eventReason') AS reason,
       r.published, NOT EXISTS (SELECT 1 FROM events b WHERE b.release = v.release AND b.sequence < v.sequence) AS "isFirst"
     FROM events v JOIN releases r ON r.id = v.release
     WHERE v.release = ? ORDER BY v.sequence DESC LIMIT ?`,
    release,
    limit,
  );
  return rows.flatMap((row) => entriesOf(row, isKilled));
}

/** A release that was withdrawn or killed before this service had it has one event, with its first edition. */
function entriesOf(row: EventRow, isKilled: boolean): StoredEntry[] {
  const { type, at, edition, firstSeen, reason, published: firstAt } = row;
  const kind = type.slice("release.".length) as HistoryKind;
  const number = publicNumber(edition, firstSeen);
  const published: StoredEntry = { entry: { kind: "published", at, edition: number } };
  switch (kind) {
    case "published":
      return [published];
    case "corrected":
    case "revised": {
      const { note, previous } = JSON.parse(row.change ?? "{}") as Change; // written by `appendEvent`
      const entry = { kind, at, edition: number, ...defined({ note: isKilled ? undefined : note }) };
      return [{ entry, compared: { before: previous, after: edition } }];
    }
    case "withdrawn":
    case "killed":
    case "reinstated": {
      const entry: StoredEntry = { entry: { kind, at, ...defined({ reason: reason ?? undefined }) } };
      // Its other service published it before.
      const before: StoredEntry = { entry: { kind: "published", at: firstAt, edition: number } };
      return row.isFirst === 1 ? [entry, before] : [entry];
    }
  }
}

/** An edition as it was written, and its plain text. */
export interface EditionTexts {
  content: EditionContent;
  text: string;
}

/** The texts of an edition, and how many bytes reading them takes. */
export function readContent(
  sql: Sql,
  release: string,
  edition: number,
): (EditionTexts & { bytes: number }) | undefined {
  const row = first<{ content: string; text: string; bytes: number }>(
    sql,
    `SELECT content, text, octet_length(content) + octet_length(text) AS bytes FROM editions
     WHERE release = ? AND edition = ?`,
    release,
    edition,
  );
  return row && { ...row, content: parseContent(row.content) };
}
