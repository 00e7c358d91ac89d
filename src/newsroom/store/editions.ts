/**
 * Editions: what they contain, and how the API shows them.
 */
import { formatInstant, type Instant } from "../../domain/dates.ts";
import { type ReleaseInput, releasePath, type ReleaseView } from "../../domain/release.ts";
import { all, first, type Sql } from "../../runtime/sql.ts";
import { withBaseUrl } from "../../site/markdown.ts";
import { toInstant } from "./schema.ts";

/** The content of an edition, without its embargo, change and note: the fields by which editions differ. */
export type EditionContent = Omit<ReleaseInput, "id" | "embargo" | "change" | "note">;

/** One edition in the API: the fields of the front matter, the Markdown and its HTML and text. */
export interface EditionView extends Omit<EditionContent, "summary"> {
  id: string;
  edition: number;
  /** When the ledger accepted it, RFC 3339. */
  accepted: string;
  change: string | null;
  note: string | null;
  summary: string;
  url: string;
  content: { html: string; text: string };
}

export type EditionsResult =
  | { kind: "unknown" }
  | { kind: "killed"; release: ReleaseView }
  | { kind: "found"; editions: EditionView[] };

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

/**
 * The number of an edition for readers: 1 is the edition with which the release became public. The stored
 * number would tell how often the text was edited under its embargo.
 */
export function publicNumber(edition: number, firstSeen: number): number {
  return edition - firstSeen + 1;
}

/**
 * The public editions of a release, oldest first, or only one. Editions from before the embargo ended are
 * not public. The first public edition differs from nothing, so it has no change and no note, and counts as
 * accepted when it became public.
 *
 * @param only a number for readers
 */
export function publicEditions(sql: Sql, baseUrl: string, id: string, only?: number): EditionView[] {
  const seen = first<{ edition: number | null; at: Instant }>(
    sql,
    `SELECT r.first_seen AS edition,
       (SELECT v.at FROM events v WHERE v.release = r.id ORDER BY v.sequence LIMIT 1) AS at
     FROM releases r WHERE r.id = ?`,
    id,
  );
  if (seen === undefined || seen.edition === null) return [];
  const { edition: firstSeen, at } = seen;
  const stored = only === undefined ? undefined : only + firstSeen - 1;
  return readRows(sql, id, stored)
    .filter(({ edition }) => edition >= firstSeen)
    .map((row) => {
      const view = { ...toView(baseUrl, id, row), edition: publicNumber(row.edition, firstSeen) };
      const isFirst = row.edition === firstSeen;
      return isFirst ? { ...view, accepted: formatInstant(at), change: null, note: null } : view;
    });
}

/** All editions of a release, oldest first, or only one, with the notes that their authors gave. */
export function allEditions(sql: Sql, baseUrl: string, id: string, only?: number): EditionView[] {
  return readRows(sql, id, only).map((row) => toView(baseUrl, id, row));
}

/** An edition's entry in the list of editions. */
export function editionSummary({ edition, accepted, change, note, title }: EditionView) {
  return { edition, accepted, change, note, title };
}

function readRows(sql: Sql, id: string, only: number | undefined): EditionRow[] {
  return all(
    sql,
    `SELECT edition, accepted_ms, content, change, note, html, text, summary FROM editions
     WHERE release = ?1 AND edition = ifnull(?2, edition) ORDER BY edition`,
    id,
    only ?? null,
  );
}

function toView(baseUrl: string, id: string, row: EditionRow): EditionView {
  const content = parseContent(row.content);
  return {
    id,
    edition: row.edition,
    accepted: formatInstant(toInstant(row.accepted_ms)),
    change: row.change,
    note: row.note,
    ...content,
    summary: row.summary,
    url: baseUrl + releasePath(content),
    content: { html: withBaseUrl(row.html, baseUrl), text: row.text },
  };
}

/** Always in this order, so that equal content gives equal JSON. */
const FIELDS = [
  "lang",
  "slug",
  "group",
  "type",
  "title",
  "date",
  "summary",
  "topics",
  "people",
  "organisations",
  "places",
  "source",
  "attachments",
  "image",
  "body",
] as const satisfies readonly (keyof EditionContent)[];

/** The canonical JSON of an edition's content. */
export function contentJson(input: ReleaseInput): string {
  return JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, input[field]])));
}

/** @param json from {@link contentJson} */
export function parseContent(json: string): EditionContent {
  return JSON.parse(json) as EditionContent;
}

/** The names of the fields in which two editions differ. */
export function changedFields(before: EditionContent, after: EditionContent): (keyof EditionContent)[] {
  return FIELDS.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}
