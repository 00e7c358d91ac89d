/**
 * Reads releases out of the ledger as the world sees them.
 */
import type { Sql } from "../../runtime/sql.ts";
import { type Filterable, searchableWords } from "../../domain/filter.ts";
import { formatInstant, type Instant, parseReleaseDate } from "../../domain/dates.ts";
import { nameOf, type Registry, REGISTRY_FACETS, type RegistryFacet } from "../../domain/registry.ts";
import {
  type AdminReleaseView,
  releasePath,
  type ReleaseView,
  type Status,
  type TranslationView,
} from "../../domain/release.ts";
import { withBaseUrl } from "../../site/markdown.ts";
import { type EditionContent, parseContent } from "./editions.ts";

/** What the ledger knows of a release beside its text. */
export interface ReleaseState {
  id: string;
  edition: number;
  status: Status;
  published: Instant;
  updated: Instant;
  note: string | null;
  reason: string | null;
  stale: number;
}

export interface TranslationRow {
  id: string;
  lang: string;
  slug: string;
}

/** The text of one edition, as its row has it. */
export type EditionRow = { content: string; html: string; text: string; summary: string };
type ReleaseRow = EditionRow & ReleaseState & { group: string };
/** What differs as long as the world has not seen a release. */
type Unseen = { published: Instant | null; updated: Instant | null; embargo: Instant | null };

const STANDING = "r.id, r.edition, r.status, r.published, r.updated, r.note, r.reason, r.stale";
const CURRENT = `
  SELECT ${STANDING}, r.embargo, r."group", e.content, e.html, e.text, e.summary
  FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition`;

export class ReleaseViews {
  readonly #sql: Sql;
  readonly #baseUrl: string;
  readonly #registry: () => Registry | undefined;

  constructor(sql: Sql, baseUrl: string, registry: () => Registry | undefined) {
    this.#sql = sql;
    this.#baseUrl = baseUrl;
    this.#registry = registry;
  }

  /** The release with this id, if the world has ever seen it; a killed one without its text. */
  byId(id: string): ReleaseView | undefined {
    return this.#read(`${CURRENT} WHERE r.id = ? AND r.published IS NOT NULL`, id)[0];
  }

  /** The release with this id as its office sees it, seen by the world or not, with its text. */
  getForAdmin(id: string): AdminReleaseView | undefined {
    const [row] = this.#sql.exec<ReleaseRow & Pick<Unseen, "embargo"> & Record<string, SqlStorageValue>>(
      `${CURRENT} WHERE r.id = ?`,
      id,
    );
    if (row === undefined) return undefined;
    const { embargo, published, updated }: Unseen = row;
    return {
      ...this.compose(row, row, this.translations(row.id, row.group)),
      published: published === null ? null : formatInstant(published),
      updated: updated === null ? null : formatInstant(updated),
      ...(embargo === null ? {} : { embargo: formatInstant(embargo) }),
    };
  }

  /** Those with these instants, which lists and search name them by, newest first. */
  byPublished(published: readonly Instant[]): ReleaseView[] {
    if (published.length === 0) return [];
    return this.#read(
      `${CURRENT} WHERE r.published IN (SELECT value FROM json_each(?)) ORDER BY r.published DESC`,
      JSON.stringify(published),
    );
  }

  /** The id of the release that has, or had, this address. */
  atAddress(lang: string, slug: string): string | undefined {
    const [row] = this.#sql.exec<{ release: string }>(
      "SELECT release FROM addresses WHERE lang = ? AND slug = ?",
      lang,
      slug,
    );
    return row?.release;
  }

  /** The path of a release's page; of a killed one, of the page that says so. */
  presentPath(id: string): string {
    return releasePath(
      this.#sql
        .exec<{ lang: string; slug: string }>("SELECT lang, slug FROM releases WHERE id = ?", id)
        .one(),
    );
  }

  /** The addresses that a release has had before its present one, as paths. */
  retiredPaths(id: string): string[] {
    return this.#sql
      .exec<{ lang: string; slug: string }>(
        `SELECT a.lang, a.slug FROM addresses a JOIN releases r ON r.id = a.release
         WHERE a.release = ? AND (a.lang, a.slug) <> (r.lang, r.slug) ORDER BY a.lang, a.slug`,
        id,
      )
      .toArray()
      .map(releasePath);
  }

  /** The siblings of a release that everybody may read: the same text in other languages. */
  translations(id: string, group: string): TranslationRow[] {
    return this.#sql
      .exec<TranslationRow & Record<string, SqlStorageValue>>(
        `SELECT id, lang, slug FROM releases
         WHERE "group" = ? AND id <> ? AND status IN ('published', 'withdrawn') ORDER BY lang, id`,
        group,
        id,
      )
      .toArray();
  }

  state(id: string): ReleaseState {
    return this.#sql
      .exec<ReleaseState & Record<string, SqlStorageValue>>(
        `SELECT ${STANDING} FROM releases r WHERE r.id = ?`,
        id,
      )
      .one();
  }

  /** The last sequence that was given out; 0 before the first event. */
  lastSequence(): number {
    return this.#sql.exec<{ last: number }>("SELECT ifnull(max(sequence), 0) AS last FROM events").one().last;
  }

  /** The sequence of each release's latest event, by id. */
  lastSequences(ids: readonly string[]): Map<string, number> {
    const rows = this.#sql.exec<{ release: string; last: number }>(
      `SELECT release, max(sequence) AS last FROM events
       WHERE release IN (SELECT value FROM json_each(?)) GROUP BY release`,
      JSON.stringify(ids),
    );
    return new Map(rows.toArray().map(({ release, last }) => [release, last]));
  }

  #read(query: string, ...values: (string | number)[]): ReleaseView[] {
    return this.#sql
      .exec<ReleaseRow & Record<string, SqlStorageValue>>(query, ...values)
      .toArray()
      .map((row) => {
        const view = this.compose(row, row, this.translations(row.id, row.group));
        return row.status === "killed" ? this.withoutText(view) : view;
      });
  }

  /** A release as it stands, or stood, with the text of one of its editions. */
  compose(standing: ReleaseState, edition: EditionRow, translations: TranslationRow[]): ReleaseView {
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
      names: this.#names(content),
      translations: translations.map((translation) => this.#translationView(translation)),
      content: { html: withBaseUrl(edition.html, this.#baseUrl), text: edition.text },
      ...(standing.note === null ? {} : { note: standing.note }),
      ...(standing.reason === null ? {} : { reason: standing.reason }),
      ...(standing.stale === 0 ? {} : { stale: true as const }),
      ...(content.source === undefined ? {} : { source: content.source }),
      attachments: content.attachments,
      ...(content.image === undefined ? {} : { image: content.image }),
    };
  }

  /** A killed release: its id, its dates and the reason. Its address would still tell its title. */
  withoutText(view: ReleaseView): ReleaseView {
    const { note: _note, source: _source, image: _image, stale: _stale, ...kept } = view;
    return {
      ...kept,
      status: "killed",
      group: view.id,
      title: "",
      summary: "",
      url: `${this.#baseUrl}/r/${view.id}`,
      topics: [],
      people: [],
      organisations: [],
      places: [],
      names: { types: {}, topics: {}, people: {}, organisations: {}, places: {} },
      translations: [],
      content: { html: "", text: "" },
      attachments: [],
    };
  }

  #translationView({ lang, id, slug }: TranslationRow): TranslationView {
    return { lang, id, url: this.#baseUrl + releasePath({ lang, slug }) };
  }

  /** In the release's language. */
  #names(content: EditionContent): ReleaseView["names"] {
    const known = this.#registry();
    const named = (facet: RegistryFacet, slugs: readonly string[]) =>
      Object.fromEntries(
        slugs
          .filter((slug) => known?.[facet].some((value) => value.slug === slug))
          .map((slug) => [slug, nameOf(known, facet, slug, content.lang)]),
      );
    return Object.fromEntries(
      REGISTRY_FACETS.map((facet) => [
        facet,
        named(facet, facet === "types" ? [content.type] : content[facet]),
      ]),
    ) as ReleaseView["names"];
  }
}

/** What a filter looks at in an edition. */
export function toIndexTerms(
  content: EditionContent,
  edition: { summary: string; text: string },
): Filterable {
  const { lang, type, topics, people, organisations, places, title } = content;
  let words: string[] | undefined;
  return {
    lang,
    type,
    topics,
    people,
    organisations,
    places,
    // Found only when somebody searches: most filters do not.
    get words() {
      return (words ??= searchableWords({ title, summary: edition.summary, text: edition.text }));
    },
  };
}
