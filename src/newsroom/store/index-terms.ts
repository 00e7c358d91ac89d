/**
 * The terms of an edition: what filters compare, and what the index of lists holds.
 */
import type { Instant } from "../../domain/dates.ts";
import { FACET_FIELDS, type FacetField, type Filterable } from "../../domain/filter.ts";
import type { Facet } from "../../domain/release.ts";
import { first, type Sql } from "../../runtime/sql.ts";
import { type EditionKey, wordsOf } from "./edition-words.ts";
import { type EditionContent } from "../../domain/edition-content.ts";
import { parseContent } from "./editions.ts";

/** The fields of a filter that name values of facets, each with its facet. */
export const FIELDS_AND_FACETS = Object.entries(FACET_FIELDS) as [keyof typeof FACET_FIELDS, Facet][];

/** The fields of a filter that the index of lists holds; those that few releases share come first. */
export const INDEXED_FIELDS = [...FIELDS_AND_FACETS.map(([field]) => field), "type", "lang"] as const;

/** A release in lists, with what their filters compare. */
export interface IndexedRelease extends Filterable {
  id: string;
  published: Instant;
}

/** What filters compare in an edition of a release. */
export function toIndexTerms(
  sql: Sql,
  content: EditionContent,
  { release, edition }: EditionKey,
): Filterable {
  const { lang, type, topics, people, organisations, places } = content;
  let words: string | undefined;
  return {
    lang,
    type,
    topics,
    people,
    organisations,
    places,
    // Lazy: most filters do not search.
    get words() {
      return (words ??= wordsOf(sql, { release, edition }));
    },
  };
}

/** A public release with the terms of one of its editions. */
export function readIndexed(sql: Sql, key: EditionKey): IndexedRelease | undefined {
  const row = first<{ published: Instant | null; content: string }>(
    sql,
    `SELECT r.published, e.content FROM releases r JOIN editions e ON e.release = r.id
     WHERE r.id = ? AND e.edition = ?`,
    key.release,
    key.edition,
  );
  if (row === undefined || row.published === null) return undefined;
  return toIndexedRelease(sql, key, row.published, row.content);
}

/** @param content JSON of the edition */
export function toIndexedRelease(
  sql: Sql,
  key: EditionKey,
  published: Instant,
  content: string,
): IndexedRelease {
  return Object.assign(toIndexTerms(sql, parseContent(content), key), { id: key.release, published });
}

/** Each value of a facet that a release has, with the filter's field for it: its type first. */
export function facetTerms(release: Pick<Filterable, "type" | Facet>): [field: FacetField, value: string][] {
  return [
    ["type", release.type],
    ...FIELDS_AND_FACETS.flatMap(([field, facet]) =>
      release[facet].map((value): [FacetField, string] => [field, value]),
    ),
  ];
}
