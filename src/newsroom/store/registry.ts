/**
 * The registry in the ledger, and the values that were removed from it. The admin uses all of it; for
 * strangers only its seen values exist (seen-values.ts).
 */
import type { Issue } from "../../domain/issues.ts";
import {
  type Conditions,
  FACET_OF,
  type FacetField,
  type Filter,
  FILTER_FIELDS,
} from "../../domain/filter.ts";
import type { Instant } from "../../domain/dates.ts";
import {
  EMPTY_REGISTRY,
  isBuiltInType,
  knownTypes,
  type Registry,
  REGISTRY_FACETS,
  type RegistryFacet,
  type RegistryValue,
  type UnknownValue,
  unknownValues,
} from "../../domain/registry.ts";
import { all, column, first, type Sql } from "../../runtime/sql.ts";
import { FIELDS_AND_FACETS } from "./index-terms.ts";
import { getMeta, setMeta } from "./schema.ts";
import { isSeen, readSeen } from "./seen-values.ts";

/** For strangers: whether the values that a filter names are known, were in the registry, or never were. */
export type FilterStatus =
  | { kind: "known" }
  | { kind: "retired"; at: Instant }
  | { kind: "unknown"; values: UnknownValue[] };

/** The registry in memory: most calls need it, and parsing it takes milliseconds. */
interface Stored {
  json: string;
  registry: Registry;
  slugs: Record<RegistryFacet, ReadonlySet<string>>;
}

/** A filter names values that do not exist for strangers. */
export interface UnknownFilter {
  kind: "unknown";
  values: UnknownValue[];
}

export class RegistryStore {
  readonly #sql: Sql;
  #stored: Stored | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.reload();
  }

  /** Reads the stored registry, at the start and after a transaction that was rolled back. */
  reload(): void {
    const json = getMeta(this.#sql, "registry");
    this.#stored = typeof json === "string" ? toStored(json, JSON.parse(json) as Registry) : undefined;
  }

  /** Undefined as long as nobody has published a registry: then releases may have any value. */
  get(): Registry | undefined {
    return this.#stored?.registry;
  }

  /** The registry as strangers see it: its seen values. */
  getPublic(): Registry {
    const registry = this.get();
    if (registry === undefined) return EMPTY_REGISTRY;
    const wasSeen = readSeen(this.#sql);
    return mapFacets((facet) => registry[facet].filter(({ slug }) => wasSeen(facet, slug)));
  }

  /**
   * @returns whether anything changed that strangers see, or an issue for each value that is missing and in
   *   use; then nothing changed
   */
  set(registry: Registry, now: Instant): boolean | Issue[] {
    const json = JSON.stringify(registry);
    if (json === this.#stored?.json) return false;
    const issues = this.#missingValues(registry);
    if (issues.length > 0) return issues;
    // The first registry always counts as a change: strangers no longer know the values that it leaves out.
    const before = this.#stored && JSON.stringify(this.getPublic());
    this.#retireValues(registry, now);
    setMeta(this.#sql, "registry", json);
    this.#stored = toStored(json, registry);
    return before !== JSON.stringify(this.getPublic());
  }

  /** The registry with its retired values, so that they keep their names. */
  getWithRetired(): Registry | undefined {
    const query = "SELECT facet, value FROM retired_values";
    const retired = all<{ facet: RegistryFacet; value: string }>(this.#sql, query);
    const registry = this.get();
    if (registry === undefined || retired.length === 0) return registry;
    return mapFacets((facet) => [
      ...registry[facet],
      ...retired.flatMap((row) => (row.facet === facet ? [JSON.parse(row.value) as RegistryValue] : [])),
    ]);
  }

  /** The status of a list's filter. It is retired when all values of one of its fields are. */
  filterStatus(filter: Filter): FilterStatus {
    const unknown = unknownValues(filter, (facet, slug) => this.#isListed(facet, slug));
    if (unknown.length > 0) return { kind: "unknown", values: unknown };
    const { not: _not, ...conditions } = filter;
    const retirements = facetConditions(conditions).flatMap(([field, values]) => {
      const times = values.map((value) => this.#retiredAt(FACET_OF[field], value));
      return times.every((at) => at !== undefined) ? [Math.max(...times)] : [];
    });
    return retirements.length === 0 ? { kind: "known" } : { kind: "retired", at: Math.min(...retirements) };
  }

  /**
   * The values that a new filter of a subscription must not name. Without a registry it may name any.
   *
   * @param isAdmin the admin may also name values that were not seen yet
   */
  unknownToSubscriber(filter: Filter, isAdmin: boolean): UnknownValue[] {
    return unknownValues(
      filter,
      (facet, slug) => this.#has(facet, slug) && (isAdmin || this.#isPublic(facet, slug)),
    );
  }

  /**
   * The answer to a reader whose filter names values that do not exist for strangers; undefined if it names
   * none. Without a registry it may name any.
   */
  refuseUnknown(filter: Filter): UnknownFilter | undefined {
    if (this.#stored === undefined) return undefined;
    const values = unknownValues(filter, (facet, slug) => this.#isListed(facet, slug));
    return values.length === 0 ? undefined : { kind: "unknown", values };
  }

  /** Whether a filter names a value that does not exist for strangers. */
  isSecret(filter: Filter): boolean {
    return unknownValues(filter, (facet, slug) => this.#isPublic(facet, slug)).length > 0;
  }

  /** Whether a list may name the value: it was seen, and the registry has it or had it. */
  #isListed(facet: RegistryFacet, slug: string): boolean {
    if (!isSeen(this.#sql, facet, slug)) return false;
    return this.#has(facet, slug) || this.#retiredAt(facet, slug) !== undefined;
  }

  /** Without a registry nobody names values in advance, so none is a secret. */
  #isPublic(facet: RegistryFacet, slug: string): boolean {
    return this.#stored === undefined || isSeen(this.#sql, facet, slug);
  }

  /** Without a registry, every value but a type is allowed. */
  #has(facet: RegistryFacet, slug: string): boolean {
    if (facet === "types" && isBuiltInType(slug)) return true;
    return this.#stored === undefined ? facet !== "types" : this.#stored.slugs[facet].has(slug);
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
      const left = before[facet].filter(({ slug }) => !kept.has(slug));
      // Of a value that was never seen, nothing may remain.
      for (const value of left.filter(({ slug }) => isSeen(this.#sql, facet, slug))) {
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

function toStored(json: string, registry: Registry): Stored {
  const slugsOf = (facet: RegistryFacet) => new Set(registry[facet].map(({ slug }) => slug));
  return { json, registry, slugs: mapFacets(slugsOf) };
}

function mapFacets<T>(valueOf: (facet: RegistryFacet) => T): Record<RegistryFacet, T> {
  return Object.fromEntries(REGISTRY_FACETS.map((facet) => [facet, valueOf(facet)])) as Record<
    RegistryFacet,
    T
  >;
}
