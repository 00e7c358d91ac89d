/**
 * Values that leave the registry while subscriptions filter on them: those subscriptions get nothing for them, and
 * nobody would notice.
 */
import { FACET_OF, type FacetField, type Filter } from "../../domain/filter.ts";
import type { DroppedValue, Registry } from "../../domain/registry.ts";
import { column, type Sql } from "../../runtime/sql.ts";

/** The values that only the earlier registry has and that verified subscriptions name, with how many do. */
export function droppedValues(sql: Sql, before: Registry | undefined, after: Registry): DroppedValue[] {
  const left = Object.entries(FACET_OF).flatMap(([field, facet]) => {
    const kept = new Set(after[facet].map(({ slug }) => slug));
    const gone = (before?.[facet] ?? []).filter(({ slug }) => !kept.has(slug));
    return gone.map(({ slug }) => ({ field: field as FacetField, facet, slug }));
  });
  if (left.length === 0) return [];
  const counts = countNamed(sql);
  return left.flatMap(({ field, facet, slug }) => {
    const subscriptions = counts.get(`${field} ${slug}`);
    if (subscriptions === undefined) return [];
    const who = subscriptions === 1 ? "1 subscription filters" : `${subscriptions} subscriptions filter`;
    const message = `${slug} has left the registry, but ${who} on it; tell their owners, or add it again`;
    return [{ path: `/${facet}`, value: slug, subscriptions, message }];
  });
}

/** How many verified subscriptions name each value, by field and value. */
function countNamed(sql: Sql): Map<string, number> {
  const counts = new Map<string, number>();
  const filters = column<string>(sql, "SELECT filter FROM subscriptions WHERE active = 1 AND filter <> '{}'");
  for (const json of filters) {
    const { not, ...conditions } = JSON.parse(json) as Filter;
    const named = [conditions, not ?? {}].flatMap((part) =>
      (Object.keys(FACET_OF) as FacetField[]).flatMap((field) =>
        (part[field] ?? []).map((slug) => `${field} ${slug}`),
      ),
    );
    for (const value of new Set(named)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}
