/**
 * The editions of a release that the world has seen.
 */
import type { Sql } from "./metered-sql.ts";
import { formatInstant } from "../domain/instant.ts";
import { releasePath, type ReleaseView } from "../domain/release.ts";
import { placeHtml } from "../site/markdown.ts";
import { type EditionContent, parseContent } from "./edition-content.ts";

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
  | { kind: "seen"; editions: EditionView[] };

interface EditionRow extends Record<string, SqlStorageValue> {
  edition: number;
  accepted_ms: number;
  content: string;
  change: string | null;
  note: string | null;
  html: string;
  text: string;
  summary: string;
  is_first: number;
}

export class Editions {
  readonly #sql: Sql;
  readonly #baseUrl: string;

  constructor(sql: Sql, baseUrl: string) {
    this.#sql = sql;
    this.#baseUrl = baseUrl;
  }

  /** Oldest first, or only one; what was written under an embargo nobody saw, and is not among them. */
  seen(id: string, only?: number): EditionView[] {
    return this.#sql
      .exec<EditionRow>(
        `SELECT e.edition, e.accepted_ms, e.content, e.change, e.note, e.html, e.text, e.summary,
                e.edition = r.first_seen AS is_first
         FROM editions e JOIN releases r ON r.id = e.release
         WHERE e.release = ?1 AND e.edition >= r.first_seen AND e.edition = ifnull(?2, e.edition)
         ORDER BY e.edition`,
        id,
        only ?? null,
      )
      .toArray()
      .map((row) => this.#view(id, row));
  }

  /** The first one seen differs from nothing, whatever its author wrote beside it. */
  #view(id: string, row: EditionRow): EditionView {
    const isFirst = row.is_first === 1;
    const content = parseContent(row.content);
    return {
      id,
      edition: row.edition,
      accepted: formatInstant(Math.floor(row.accepted_ms / 1000)),
      change: isFirst ? null : row.change,
      note: isFirst ? null : row.note,
      ...content,
      summary: row.summary,
      url: this.#baseUrl + releasePath(content),
      content: { html: placeHtml(row.html, this.#baseUrl), text: row.text },
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
