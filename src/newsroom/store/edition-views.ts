/**
 * Editions as the API shows them: to readers those from the first public one on, to the admin all.
 */
import { formatInstant, type Instant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import {
  type AttachmentView,
  type ImageView,
  releasePath,
  type ReleaseView,
  type Status,
} from "../../domain/release.ts";
import { first, type Sql } from "../../runtime/sql.ts";
import { withBaseUrl } from "../../markdown/addresses.ts";
import { EDITION_BYTES_READ_PER_PAGE } from "../limits.ts";
import { wasPublic } from "./addresses.ts";
import type { EditionKey } from "./edition-words.ts";
import { type EditionContent } from "../../domain/edition-content.ts";
import { parseContent, publicNumber } from "./editions.ts";
import { attachmentViews, imageView } from "./files.ts";
import type { ReleaseViews } from "./release-views.ts";
import { toInstant } from "./schema.ts";

/** What there is to read of a release. */
export type Readable<T> =
  | { kind: "unknown" }
  | { kind: "killed"; release: ReleaseView }
  | { kind: "found"; value: T };

/** One edition in the API: the fields of the front matter, the Markdown and its HTML and text. */
export interface EditionView extends Omit<EditionContent, "summary" | "attachments" | "image"> {
  id: string;
  edition: number;
  /** When the ledger accepted it, RFC 3339. */
  accepted: string;
  change: string | null;
  note: string | null;
  summary: string;
  url: string;
  attachments: AttachmentView[];
  image?: ImageView;
  content: { html: string; text: string };
}

/** An edition's entry in the list of editions. */
export type EditionSummary = Pick<EditionView, "edition" | "accepted" | "change" | "note" | "title">;

/** `next`: the `after` of the next page; null on the last one. */
export interface EditionsPage {
  data: EditionSummary[];
  next: number | null;
}

interface EditionRow {
  edition: number;
  accepted_ms: number;
  content: string;
  change: string | null;
  note: string | null;
  html: string;
  text: string;
  summary: string;
}

type EditionListRow = Pick<EditionRow, "edition" | "accepted_ms" | "change" | "note"> & {
  title: string;
  bytes: number;
};

/** The edition with which a release became public, and the instant. */
export interface FirstSeen {
  edition: number;
  at: Instant;
}

/** One edition; undefined if there is none. `seen`: only of the public ones, by its number for readers. */
export function readEdition(
  sql: Sql,
  baseUrl: string,
  { release, edition }: EditionKey,
  seen?: FirstSeen,
): EditionView | undefined {
  if (seen !== undefined && edition < 1) return undefined;
  const row = first<EditionRow>(
    sql,
    `SELECT edition, accepted_ms, content, change, note, html, text, summary FROM editions
     WHERE release = ? AND edition = ?`,
    release,
    seen === undefined ? edition : edition + seen.edition - 1,
  );
  return row && toView(sql, baseUrl, release, row, seen);
}

/**
 * A page of the editions of a release, oldest first: `limit`, or fewer where they are long.
 *
 * @param after the number of the last edition on the page before; 0: from the first on
 * @param seen only the public ones, with their numbers for readers
 */
export function listEditions(
  sql: Sql,
  release: string,
  { after, limit }: { after: number; limit: number },
  seen?: FirstSeen,
): EditionsPage {
  const rows = sql.exec<EditionListRow>(
    `SELECT edition, accepted_ms, change, note, content ->> '$.title' AS title, octet_length(content) AS bytes
     FROM editions WHERE release = ? AND edition > ? ORDER BY edition`,
    release,
    seen === undefined ? after : after + seen.edition - 1,
  );
  const data: EditionSummary[] = [];
  let bytesRead = 0;
  for (const row of rows) {
    if (data.length >= limit || bytesRead >= EDITION_BYTES_READ_PER_PAGE) {
      return { data, next: data.at(-1)?.edition ?? null };
    }
    data.push({ ...numberedFor(seen, row), title: row.title });
    bytesRead += row.bytes;
  }
  return { data, next: null };
}

/**
 * Reads editions of a release, if they may be read.
 *
 * @param read gets what readers may see; undefined for the admin
 */
export function readEditions<T>(
  { sql, views }: { sql: Sql; views: ReleaseViews },
  id: string,
  isAdmin: boolean,
  read: (seen?: FirstSeen) => T | undefined,
): Readable<T> {
  if (!isAdmin && !wasPublic(sql, id)) return { kind: "unknown" };
  const release = first<{ status: Status }>(sql, "SELECT status FROM releases WHERE id = ?", id);
  const seen = isAdmin ? undefined : findFirstSeen(sql, id);
  if (release === undefined) return { kind: "unknown" };
  const killed = !isAdmin && release.status === "killed" ? views.getPublic(id) : undefined;
  if (killed !== undefined) return { kind: "killed", release: killed };
  const value = read(seen);
  return value === undefined ? { kind: "unknown" } : { kind: "found", value };
}

/** The edition with which a release became public, and when; undefined before that. */
function findFirstSeen(sql: Sql, release: string): FirstSeen | undefined {
  return first(
    sql,
    `SELECT r.first_seen AS edition,
       (SELECT v.at FROM events v WHERE v.release = r.id ORDER BY v.sequence LIMIT 1) AS at
     FROM releases r WHERE r.id = ? AND r.first_seen IS NOT NULL`,
    release,
  );
}

/**
 * What differs between the stored edition and the one that readers see. The first public edition differs
 * from nothing, so it has no change and no note, and counts as accepted when it became public.
 */
function numberedFor(
  seen: FirstSeen | undefined,
  { edition, accepted_ms, change, note }: Omit<EditionListRow, "title" | "bytes">,
): Omit<EditionSummary, "title"> {
  const accepted = formatInstant(toInstant(accepted_ms));
  if (seen === undefined) return { edition, accepted, change, note };
  const number = publicNumber(edition, seen.edition);
  return number === 1
    ? { edition: number, accepted: formatInstant(seen.at), change: null, note: null }
    : { edition: number, accepted, change, note };
}

function toView(
  sql: Sql,
  baseUrl: string,
  id: string,
  row: EditionRow,
  seen: FirstSeen | undefined,
): EditionView {
  const { attachments, image, ...content } = parseContent(row.content);
  return {
    id,
    ...numberedFor(seen, row),
    ...content,
    attachments: attachmentViews(sql, baseUrl, attachments),
    ...defined({ image: image && imageView(sql, baseUrl, image) }),
    summary: row.summary,
    url: baseUrl + releasePath(content),
    content: { html: withBaseUrl(row.html, baseUrl), text: row.text },
  };
}
