/**
 * The registry in the ledger, and the values that were removed from it.
 */
import type { Issue } from "../../domain/issues.ts";
import { type Conditions, type Filter, FILTER_FIELDS } from "../../domain/filter.ts";
import type { Instant } from "../../domain/dates.ts";
import {
  EMPTY_REGISTRY,
  validateFilter,
  knownTypes,
  type Registry,
  REGISTRY_FACETS,
  type RegistryFacet,
  type RegistryValue,
} from "../../domain/registry.ts";
import { all, column, exists, first, type Sql } from "../../runtime/sql.ts";
import { FACET_OF, type FacetField, FIELDS_AND_FACETS } from "./index-terms.ts";
import { getMeta, setMeta } from "./schema.ts";

/** Whether the values that a filter names are in the registry, were in it, or never were. */
export type FilterStatus =
  | { kind: "known" }
  | { kind: "retired"; at: Instant }
  | { kind: "unknown"; issues: Issue[] };

export class RegistryStore {
  readonly #sql: Sql;
  /** The registry in memory: most calls need it, and parsing it takes milliseconds. */
  #stored: { json: string; registry: Registry } | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
    const json = getMeta(sql, "registry");
    if (typeof json === "string") this.#stored = { json, registry: JSON.parse(json) as Registry };
  }

  /** Undefined as long as nobody has published a registry: then every slug is allowed. */
  get(): Registry | undefined {
    return this.#stored?.registry;
  }

  /** @returns whether anything changed, or an issue for each value that is missing and in use */
  set(registry: Registry, now: Instant): "changed" | "unchanged" | Issue[] {
    const json = JSON.stringify(registry);
    if (json === this.#stored?.json) return "unchanged";
    const issues = this.#missingValues(registry);
    if (issues.length > 0) return issues;
    this.#retireValues(registry, now);
    setMeta(this.#sql, "registry", json);
    this.#stored = { json, registry };
    return "changed";
  }

  /** The registry with its retired values, so that they keep their names. */
  getWithRetired(): Registry | undefined {
    const query = "SELECT facet, value FROM retired_values";
    const retired = all<{ facet: RegistryFacet; value: string }>(this.#sql, query);
    const registry = this.get();
    if (registry === undefined || retired.length === 0) return registry;
    const values = (facet: RegistryFacet) =>
      retired.flatMap((row) => (row.facet === facet ? [JSON.parse(row.value) as RegistryValue] : []));
    return Object.fromEntries(
      REGISTRY_FACETS.map((facet) => [facet, [...registry[facet], ...values(facet)]]),
    ) as Registry;
  }

  /** The status of a list's filter. It is retired when all values of one of its fields are. */
  filterStatus(filter: Filter): FilterStatus {
    const { not: _not, ...conditions } = filter;
    const unused = this.get() === undefined ? this.#unusedValues(conditions) : [];
    const issues = [...validateFilter(filter, this.getWithRetired()), ...unused];
    if (issues.length > 0) return { kind: "unknown", issues };
    const retirements = facetConditions(conditions).flatMap(([field, values]) => {
      const times = values.map((value) => this.#retiredAt(FACET_OF[field], value));
      return times.every((at) => at !== undefined) ? [Math.max(...times)] : [];
    });
    return retirements.length === 0 ? { kind: "known" } : { kind: "retired", at: Math.min(...retirements) };
  }

  /** Without a registry, only the values that listed releases have are known. */
  #unusedValues(conditions: Conditions): Issue[] {
    const isUsed = (field: FacetField, value: string) =>
      exists(this.#sql, "SELECT 1 FROM filings WHERE field = ? AND value = ? LIMIT 1", field, value);
    return facetConditions(conditions)
      .filter(([field]) => field !== "type")
      .flatMap(([field, values]) =>
        values
          .filter((value) => !isUsed(field, value))
          .map((value) => ({ path: `/${field}`, message: `no release has the value ${value}` })),
      );
  }

  #retiredAt(facet: RegistryFacet, slug: string): Instant | undefined {
    const query = "SELECT at FROM retired_values WHERE facet = ? AND slug = ?";
    return first<{ at: Instant }>(this.#sql, query, facet, slug)?.at;
  }

  /** Records the values that the next registry leaves out, and forgets the retirement of those that it has. */
  #retireValues(next: Registry, now: Instant): void {
    const before = this.get() ?? EMPTY_REGISTRY;
    for (const facet of REGISTRY_FACETS) {
      const kept = new Set(facet === "types" ? knownTypes(next) : next[facet].map(({ slug }) => slug));
      for (const value of before[facet].filter(({ slug }) => !kept.has(slug))) {
        this.#sql.exec(
          "INSERT OR REPLACE INTO retired_values (facet, slug, value, at) VALUES (?, ?, ?, ?)",
          facet,
          value.slug,
          JSON.stringify(value),
          now,
        );
      }
      this.#sql.exec(
        "DELETE FROM retired_values WHERE facet = ? AND slug IN (SELECT value FROM json_each(?))",
        facet,
        JSON.stringify([...kept]),
      );
    }
  }

  #missingValues(registry: Registry): Issue[] {
    const missing = (field: FacetField, path: string, known: readonly string[]) =>
      this.#usedValues(field, path)
        .filter((used) => !known.includes(used))
        .map((used) => ({
          path: `/${FACET_OF[field]}`,
          message: `must include ${used}: releases use it`,
        }));
    return [
      ...FIELDS_AND_FACETS.flatMap(([field, facet]) =>
        missing(
          field,
          `$.${facet}`,
          registry[facet].map(({ slug }) => slug),
        ),
      ),
      ...missing("type", "$.type", knownTypes(registry)),
    ];
  }

  /** The values of listed releases, and of releases that may become listed: embargoed and killed ones. */
  #usedValues(field: FacetField, path: string): string[] {
    return column(
      this.#sql,
      `SELECT value FROM filings WHERE field = ?1
       UNION SELECT j.value FROM releases r
         JOIN editions e ON e.release = r.id AND e.edition = r.edition, json_each(e.content, ?2) AS j
       WHERE r.embargo IS NOT NULL OR r.status = 'killed'
       ORDER BY value`,
      field,
      path,
    );
  }
}

/** The conditions that name values of facets, release types included. */
function facetConditions(conditions: Conditions): [field: FacetField, values: readonly string[]][] {
  return FILTER_FIELDS.flatMap((field): [FacetField, readonly string[]][] => {
    if (field === "q" || field === "lang") return [];
    const values = conditions[field];
    return values === undefined ? [] : [[field, values]];
  });
}
