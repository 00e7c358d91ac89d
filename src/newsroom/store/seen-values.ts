/**
 * The values that a public release has, or had. For strangers no other value exists: the registry of a
 * release under embargo must not reveal it. A value that was seen stays seen.
 */
import { FACET_OF, type FacetField } from "../../domain/filter.ts";
import { isBuiltInType, type RegistryFacet } from "../../domain/registry.ts";
import { all, exists, type Sql } from "../../runtime/sql.ts";

/** Records the values of a public release. @returns whether any of them was not seen before */
export function markSeen(sql: Sql, terms: readonly [field: FacetField, value: string][]): boolean {
  const values = terms.map(([field, value]) => [FACET_OF[field], value]);
  const added = all(
    sql,
    `INSERT OR IGNORE INTO seen_values (facet, slug)
     SELECT value ->> 0, value ->> 1 FROM json_each(?) RETURNING slug`,
    JSON.stringify(values),
  );
  return added.length > 0;
}

/** The release types of every service count as seen. */
export function isSeen(sql: Sql, facet: RegistryFacet, slug: string): boolean {
  if (facet === "types" && isBuiltInType(slug)) return true;
  return exists(sql, "SELECT 1 FROM seen_values WHERE facet = ? AND slug = ?", facet, slug);
}

/** @returns a predicate like {@link isSeen} for many values */
export function readSeen(sql: Sql): (facet: RegistryFacet, slug: string) => boolean {
  const rows = all<{ facet: RegistryFacet; slug: string }>(sql, "SELECT facet, slug FROM seen_values");
  const seen = new Set(rows.map(({ facet, slug }) => `${facet} ${slug}`));
  return (facet, slug) => (facet === "types" && isBuiltInType(slug)) || seen.has(`${facet} ${slug}`);
}
