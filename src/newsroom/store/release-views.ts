/**
 * Releases as readers see them.
 */
import { defined } from "../../domain/defined.ts";
import { formatInstant, type Instant, parseReleaseDate } from "../../domain/dates.ts";
import { historyPath } from "../../domain/history.ts";
import { nameOf, type Registry, REGISTRY_FACETS, type RegistryFacet } from "../../domain/registry.ts";
import {
  type AdminReleaseView,
  type BehindView,
  releasePath,
  type ReleaseView,
  type Status,
  type TranslationView,
} from "../../domain/release.ts";
import { all, first, type Sql } from "../../runtime/sql.ts";
import { withBaseUrl } from "../../markdown/addresses.ts";
import { type EditionContent } from "../../domain/edition-content.ts";
import { parseContent, publicNumber } from "./editions.ts";
import { attachmentViews, imageView } from "./files.ts";

/** The state of a release, without its content. Events store it, so the names of the fields are fixed. */
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
  status: Status;
}

/** The content of one edition, as stored. `firstSeen`: the edition with which its release became public. */
export type EditionRow = { content: string; html: string; text: string; summary: string; firstSeen: number };
type ViewRow = EditionRow & ReleaseState & { group: string; hasHistory: number; corrected: Instant | null };
/** The same of a release that may not be public yet. */
type AdminViewRow = Omit<ViewRow, "published" | "updated"> & {
  published: Instant | null;
  updated: Instant | null;
  embargo: Instant | null;
  behind: string | null;
  behindEdition: number | null;
};

const STATE =
  "r.id, r.edition, r.status, r.published, r.updated, r.note, r.reason, r.behind IS NOT NULL AS stale";
const CURRENT = `
  SELECT ${STATE}, r.embargo, r.behind, r.behind_edition AS "behindEdition", r."group", r.first_seen AS "firstSeen", e.content, e.html, e.text, e.summary,
    EXISTS (SELECT 1 FROM events v WHERE v.release = r.id AND v.type <> 'release.published') AS "hasHistory",
    (SELECT max(v.at) FROM events v WHERE v.release = r.id AND v.type = 'release.corrected') AS corrected
  FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition`;

interface ReleaseViewsDeps {
  sql: Sql;
  baseUrl: string;
  /** Undefined as long as there is no registry. */
  registry: () => Registry | undefined;
}

export class ReleaseViews {
  readonly #deps: ReleaseViewsDeps;

  constructor(deps: ReleaseViewsDeps) {
    this.#deps = deps;
  }

  /** A release that is or was public; a killed one without its content. */
  getPublic(id: string): ReleaseView | undefined {
    return this.#read(`${CURRENT} WHERE r.id = ? AND r.published IS NOT NULL`, id)[0];
  }

  /** Any release, with its content and the stored number of its edition, which `If-Match` takes. */
  getForAdmin(id: string): AdminReleaseView | undefined {
    const { sql } = this.#deps;
    const row = first<AdminViewRow>(sql, `${CURRENT} WHERE r.id = ?`, id);
    if (row === undefined) return undefined;
    const { embargo, published, updated } = row;
    const state = { ...row, published: published ?? 0, updated: updated ?? 0 };
    return {
      ...this.#withHistory(
        this.compose(state, { ...row, firstSeen: 1 }, translationsOf(sql, id, row.group)),
        row,
      ),
      published: published === null ? null : formatInstant(published),
      updated: updated === null ? null : formatInstant(updated),
      ...defined({
        embargo: embargo === null ? undefined : formatInstant(embargo),
        behind: behindView(sql, this.#deps.baseUrl, row),
      }),
    };
  }

  /** The releases with these instants, newest first. Lists and search name releases by `published`. */
  getByPublished(published: readonly Instant[]): ReleaseView[] {
    if (published.length === 0) return [];
    return this.#read(
      `${CURRENT} WHERE r.published IN (SELECT value FROM json_each(?)) ORDER BY r.published DESC`,
      JSON.stringify(published),
    );
  }

  #read(query: string, value: string): ReleaseView[] {
    const { sql } = this.#deps;
    return all<ViewRow>(sql, query, value).map((row) => {
      const view = this.compose(row, row, translationsOf(sql, row.id, row.group));
      return row.status === "killed" ? this.toKilledView(view) : this.#withHistory(view, row);
    });
  }

  /** The history is worth a link once more has happened than the publication. */
  #withHistory(
    view: ReleaseView,
    { hasHistory, corrected }: Pick<ViewRow, "hasHistory" | "corrected">,
  ): ReleaseView {
    if (hasHistory === 0) return view;
    return {
      ...view,
      ...defined({ corrected: corrected === null ? undefined : formatInstant(corrected) }),
      history: historyPath(view.url),
    };
  }

  /**
   * A release from its state, now or at an earlier moment, and the content of one of its editions. Its
   * editions are counted from the first public one.
   */
  compose(state: ReleaseState, edition: EditionRow, translations: TranslationRow[]): ReleaseView {
    const { sql, baseUrl } = this.#deps;
    const content = parseContent(edition.content);
    return {
      id: state.id,
      group: content.group ?? state.id,
      lang: content.lang,
      type: content.type,
      title: content.title,
      summary: edition.summary,
      url: baseUrl + releasePath(content),
      edition: publicNumber(state.edition, edition.firstSeen),
      status: state.status,
      date: content.date,
      datePrecision: parseReleaseDate(content.date)?.precision ?? "day",
      published: formatInstant(state.published),
      updated: formatInstant(state.updated),
      topics: content.topics,
      people: content.people,
      organisations: content.organisations,
      places: content.places,
      names: this.#namesIn(content),
      translations: translations.map((translation) => this.#translationView(translation)),
      content: { html: withBaseUrl(edition.html, baseUrl), text: edition.text },
      ...defined({
        note: state.note ?? undefined,
        reason: state.reason ?? undefined,
        stale: state.stale === 0 ? undefined : (true as const),
        source: content.source,
      }),
      attachments: attachmentViews(sql, baseUrl, content.attachments),
      ...defined({ image: content.image && imageView(sql, baseUrl, content.image) }),
    };
  }

  /** What remains of a killed release: its id, its dates and the reason. Its address would reveal the title. */
  toKilledView(view: ReleaseView): ReleaseView {
    const { note: _note, source: _source, image: _image, stale: _stale, ...kept } = view;
    return {
      ...kept,
      status: "killed",
      group: view.id,
      title: "",
      summary: "",
      url: `${this.#deps.baseUrl}/r/${view.id}`,
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

  #translationView({ lang, id, slug, status }: TranslationRow): TranslationView {
    const url = this.#deps.baseUrl + releasePath({ lang, slug });
    return { lang, id, url, ...defined({ status: status === "withdrawn" ? status : undefined }) };
  }

  /** The names of the values that the registry knows, in the release's language. */
  #namesIn(content: EditionContent): ReleaseView["names"] {
    const registry = this.#deps.registry();
    const namesOf = (facet: RegistryFacet, slugs: readonly string[]) =>
      Object.fromEntries(
        slugs
          .filter((slug) => registry?.[facet].some((value) => value.slug === slug))
          .map((slug) => [slug, nameOf(registry, facet, slug, content.lang)]),
      );
    return Object.fromEntries(
      REGISTRY_FACETS.map((facet) => [
        facet,
        namesOf(facet, facet === "types" ? [content.type] : content[facet]),
      ]),
    ) as ReleaseView["names"];
  }
}

/** The state of a public release. @throws {TypeError} if there is no such release */
export function stateOf(sql: Sql, id: string): ReleaseState {
  const state = first<ReleaseState>(sql, `SELECT ${STATE} FROM releases r WHERE r.id = ?`, id);
  if (state === undefined) throw new TypeError(`no release ${id}`);
  return state;
}

/** The corrected translation that a release is behind; undefined if it is behind none. */
export function behindView(
  sql: Sql,
  baseUrl: string,
  { behind, behindEdition }: { behind: string | null; behindEdition: number | null },
): BehindView | undefined {
  if (behind === null || behindEdition === null) return undefined;
  const address = first<{ lang: string; slug: string }>(
    sql,
    "SELECT lang, slug FROM releases WHERE id = ?",
    behind,
  );
  if (address === undefined) throw new TypeError(`no release ${behind}`);
  return { id: behind, lang: address.lang, edition: behindEdition, url: baseUrl + releasePath(address) };
}

/** {@link behindView} of a release by its id. */
export function readBehind(sql: Sql, baseUrl: string, id: string): BehindView | undefined {
  const row = first<{ behind: string | null; behindEdition: number | null }>(
    sql,
    'SELECT behind, behind_edition AS "behindEdition" FROM releases WHERE id = ?',
    id,
  );
  return row && behindView(sql, baseUrl, row);
}

/** The public translations of a release: the other releases of its group. */
export function translationsOf(sql: Sql, id: string, group: string): TranslationRow[] {
  return all(
    sql,
    `SELECT id, lang, slug, status FROM releases
     WHERE "group" = ? AND id <> ? AND status IN ('published', 'withdrawn') ORDER BY lang, id`,
    group,
    id,
  );
}
