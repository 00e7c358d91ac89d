/**
 * The editions of a release: those that the world has seen, and all of them for its office.
 */
import type { Sql } from "../../runtime/sql.ts";
import { formatInstant } from "../../domain/dates.ts";
import { type ReleaseInput, releasePath, type ReleaseView } from "../../domain/release.ts";
import { withBaseUrl } from "../../site/markdown.ts";

/** One edition as the API shows it: the front matter's fields, the Markdown, and what was made of it. */
export interface EditionView extends Omit<EditionContent, "summary"> {
  id: string;
  edition: number;
  /** When it was accepted, RFC 3339. */
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

interface EditionRow extends Record<string, SqlStorageValue> {
  edition: number;
  accepted_ms: number;
  content: string;
  change: string | null;
  note: string | null;
  html: string;
  text: string;
  summary: string;
  first_seen: number | null;
}

export class Editions {
  readonly #sql: Sql;
  readonly #baseUrl: string;

  constructor(sql: Sql, baseUrl: string) {
    this.#sql = sql;
    this.#baseUrl = baseUrl;
  }

  /**
   * Oldest first, or only one; what was written under an embargo nobody saw, and is not among them. The
   * first one seen differs from nothing, whatever its author wrote beside it.
   */
  seen(id: string, only?: number): EditionView[] {
    return this.#read(id, only)
      .filter((row) => row.first_seen !== null && row.edition >= row.first_seen)
      .map((row) =>
        this.#view(id, row.edition === row.first_seen ? { ...row, change: null, note: null } : row),
      );
  }

  /** The same with those that nobody saw, and with all that their authors wrote beside them. */
  getForAdmin(id: string, only?: number): EditionView[] {
    return this.#read(id, only).map((row) => this.#view(id, row));
  }

  #read(id: string, only: number | undefined): EditionRow[] {
    return this.#sql
      .exec<EditionRow>(
        `SELECT e.edition, e.accepted_ms, e.content, e.change, e.note, e.html, e.text, e.summary, r.first_seen
         FROM editions e JOIN releases r ON r.id = e.release
         WHERE e.release = ?1 AND e.edition = ifnull(?2, e.edition) ORDER BY e.edition`,
        id,
        only ?? null,
      )
      .toArray();
  }

  #view(id: string, row: EditionRow): EditionView {
    const content = parseContent(row.content);
    return {
      id,
      edition: row.edition,
      accepted: formatInstant(Math.floor(row.accepted_ms / 1000)),
      change: row.change,
      note: row.note,
      ...content,
      summary: row.summary,
      url: this.#baseUrl + releasePath(content),
      content: { html: withBaseUrl(row.html, this.#baseUrl), text: row.text },
    };
  }
}

/** An edition in a list of them. */
export function editionSummary({
  edition,
  accepted,
  change,
  note,
  title,
}: EditionView): Record<string, unknown> {
  return { edition, accepted, change, note, title };
}

// FOLDED: What an edition says, apart from when it may be seen and what changed: the part by which two editions are compared.

export type EditionContent = Omit<ReleaseInput, "id" | "embargo" | "change" | "note">;

/** Always in this order, so that the same text is the same JSON. */
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

/** The canonical JSON of an edition. */
export function contentJson(input: ReleaseInput): string {
  return JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, input[field]])));
}

export function parseContent(json: string): EditionContent {
  return JSON.parse(json) as EditionContent; // our own canonical JSON
}

/** The names of the fields in which two editions differ. */
export function changedFields(before: EditionContent, after: EditionContent): (keyof EditionContent)[] {
  return FIELDS.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}
