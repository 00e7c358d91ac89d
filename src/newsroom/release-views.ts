/**
 * Reads releases and events out of the ledger as the world sees them.
 */
import type { Change, ReleaseEvent, ReleaseEventType } from "../domain/event.ts";
import { formatInstant, type Instant, parseReleaseDate } from "../domain/instant.ts";
import { releasePath, type ReleaseView, type Status } from "../domain/release.ts";
import { placeHtml } from "../site/markdown.ts";
import { parseContent } from "./edition-content.ts";

/** What the ledger knows of a release beside its text. */
interface Standing {
  id: string;
  edition: number;
  status: Status;
  published: Instant;
  updated: Instant;
  note: string | null;
}

interface Translation {
  id: string;
  lang: string;
  slug: string;
}

/** What an event keeps of the moment at which it happened. */
export interface EventDetails extends Standing {
  translations: Translation[];
  change: Change | null;
}

type EditionRow = { content: string; html: string; text: string; summary: string };
type ReleaseRow = EditionRow & {
  id: string;
  group: string;
  edition: number;
  status: Status;
  published: number;
  updated: number;
  note: string | null;
};

const CURRENT = `
  SELECT r.id, r."group", r.edition, r.status, r.published, r.updated, r.note,
         e.content, e.html, e.text, e.summary
  FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition`;

export class ReleaseViews {
  readonly #sql: SqlStorage;
  readonly #baseUrl: string;

  constructor(sql: SqlStorage, baseUrl: string) {
    this.#sql = sql;
    this.#baseUrl = baseUrl;
  }

  /** The public release with this id. */
  byId(id: string): ReleaseView | undefined {
    return this.#one(`${CURRENT} WHERE r.id = ? AND r.status = 'published'`, id);
  }

  /** The public release at this address. */
  bySlug(lang: string, slug: string): ReleaseView | undefined {
    return this.#one(`${CURRENT} WHERE r.lang = ? AND r.slug = ? AND r.status = 'published'`, lang, slug);
  }

  /** The newest public releases, of one language or of all. */
  newest(lang: string | undefined, limit: number): ReleaseView[] {
    const rows =
      lang === undefined
        ? this.#sql.exec<ReleaseRow>(
            `${CURRENT} WHERE r.status = 'published' ORDER BY r.published DESC LIMIT ?`,
            limit,
          )
        : this.#sql.exec<ReleaseRow>(
            `${CURRENT} WHERE r.status = 'published' AND r.lang = ? ORDER BY r.published DESC LIMIT ?`,
            lang,
            limit,
          );
    return rows.toArray().map((row) => this.#view(row));
  }

  /** The public siblings of a release: the same text in other languages. */
  translations(id: string, group: string): Translation[] {
    return this.#sql
      .exec<Translation & Record<string, SqlStorageValue>>(
        `SELECT id, lang, slug FROM releases
         WHERE "group" = ? AND id <> ? AND status = 'published' ORDER BY lang, id`,
        group,
        id,
      )
      .toArray();
  }

  /** Events `first` to `last`, in order. */
  events(first: number, last: number): ReleaseEvent[] {
    return this.#sql
      .exec<
        EditionRow & { sequence: number; event: string; type: ReleaseEventType; at: number; details: string }
      >(
        `SELECT v.sequence, v.id AS event, v.type, v.at, v.details, e.content, e.html, e.text, e.summary
         FROM events v JOIN editions e ON e.release = v.release AND e.edition = v.edition
         WHERE v.sequence BETWEEN ? AND ? ORDER BY v.sequence`,
        first,
        last,
      )
      .toArray()
      .map(({ sequence, event, type, at, details, ...edition }) => {
        const { change, translations, ...standing } = JSON.parse(details) as EventDetails;
        return {
          id: event,
          sequence,
          type,
          at,
          release: this.#compose(standing, edition, translations),
          change,
        };
      });
  }

  /** The last sequence that was given out; 0 before the first event. */
  lastSequence(): number {
    return this.#sql.exec<{ last: number }>("SELECT ifnull(max(sequence), 0) AS last FROM events").one().last;
  }

  #one(query: string, ...values: string[]): ReleaseView | undefined {
    const [row] = this.#sql.exec<ReleaseRow>(query, ...values);
    return row && this.#view(row);
  }

  #view(row: ReleaseRow): ReleaseView {
    return this.#compose(row, row, this.translations(row.id, row.group));
  }

  #compose(standing: Standing, edition: EditionRow, translations: Translation[]): ReleaseView {
    const content = parseContent(edition.content);
    return {
      id: standing.id,
      group: content.group ?? standing.id,
      lang: content.lang,
      type: content.type,
      title: content.title,
      summary: edition.summary,
      url: this.#baseUrl + releasePath(content),
      edition: standing.edition,
      status: standing.status,
      date: content.date,
      datePrecision: parseReleaseDate(content.date)?.precision ?? "day",
      published: formatInstant(standing.published),
      updated: formatInstant(standing.updated),
      topics: content.topics,
      people: content.people,
      organisations: content.organisations,
      places: content.places,
      translations: translations.map(({ lang, id, slug }) => ({
        lang,
        id,
        url: this.#baseUrl + releasePath({ lang, slug }),
      })),
      content: { html: placeHtml(edition.html, this.#baseUrl), text: edition.text },
      ...(standing.note === null ? {} : { note: standing.note }),
      ...(content.source === undefined ? {} : { source: content.source }),
      attachments: content.attachments,
      ...(content.image === undefined ? {} : { image: content.image }),
    };
  }
}
