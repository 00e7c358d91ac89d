/**
 * The registry as the ledger keeps it.
 */
import type { Sql } from "../../runtime/sql.ts";
import type { Issue } from "../../domain/issues.ts";
import { type Conditions, FACET_FIELDS, type Filter, FILTER_FIELDS } from "../../domain/filter.ts";
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
import { type Facet, FACETS } from "../../domain/release.ts";
import { getMeta, setMeta } from "./schema.ts";

const FIELD_OF = Object.fromEntries(
  Object.entries(FACET_FIELDS).map(([field, facet]) => [facet, field]),
) as Record<Facet, string>;

/** Whether what a filter asks for is, was, or never was. */
export type FilterStatus =
  | { kind: "known" }
  | { kind: "retired"; at: Instant }
  | { kind: "unknown"; issues: Issue[] };

const FACET_OF = { ...FACET_FIELDS, type: "types" } as const;
type FacetField = keyof typeof FACET_OF;

export class RegistryStore {
  readonly #sql: Sql;
  #known: { json: string; registry: Registry } | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
    const json = getMeta(sql, "registry");
    if (typeof json === "string") this.#known = { json, registry: JSON.parse(json) as Registry };
  }

  /** Undefined as long as no office has sent one: then every slug is as good as another. */
  present(): Registry | undefined {
    return this.#known?.registry;
  }

  /** @returns whether anything changed, or the values that releases use and it leaves out */
  set(registry: Registry, now: Instant): "changed" | "unchanged" | Issue[] {
    const json = JSON.stringify(registry);
    if (json === this.#known?.json) return "unchanged";
    const issues = this.#missing(registry);
    if (issues.length > 0) return issues;
    this.#retire(registry, now);
    setMeta(this.#sql, "registry", json);
    this.#known = { json, registry };
    return "changed";
  }

  /** With the values that were retired, for the names of what they were. */
  everKnown(): Registry | undefined {
    const retired = this.#sql
      .exec<{ facet: RegistryFacet; value: string }>("SELECT facet, value FROM retired_values")
      .toArray();
    const present = this.present();
    if (present === undefined || retired.length === 0) return present;
    const values = (facet: RegistryFacet) =>
      retired.flatMap((row) => (row.facet === facet ? [JSON.parse(row.value) as RegistryValue] : []));
    return Object.fromEntries(
      REGISTRY_FACETS.map((facet) => [facet, [...present[facet], ...values(facet)]]),
    ) as Registry;
  }

  /** Of a list: known, or retired when all values of one of its fields are. */
  filterStatus(filter: Filter): FilterStatus {
    const issues = validateFilter(filter, this.everKnown());
    const unfiled = this.present() === undefined ? this.#unfiled(filter) : [];
    if (issues.length > 0 || unfiled.length > 0) return { kind: "unknown", issues: [...issues, ...unfiled] };
    const { not: _not, ...conditions } = filter;
    const since = facetConditions(conditions).flatMap(([field, values]) => {
      const ends = values.map((value) => this.#retiredAt(FACET_OF[field], value));
      return ends.every((at) => at !== undefined) ? [Math.max(...ends)] : [];
    });
    return since.length === 0 ? { kind: "known" } : { kind: "retired", at: Math.min(...since) };
  }

  /** Where no registry says what there is, there is what releases are filed under. */
  #unfiled({ not: _not, ...conditions }: Filter): Issue[] {
    return facetConditions(conditions)
      .filter(([field]) => field !== "type")
      .flatMap(([field, values]) =>
        values
          .filter(
            (value) =>
              this.#sql
                .exec("SELECT 1 FROM filings WHERE field = ? AND value = ? LIMIT 1", field, value)
                .toArray().length === 0,
          )
          .map((value) => ({ path: `/${field}`, message: `nothing is filed under ${value}` })),
      );
  }

  #retiredAt(facet: RegistryFacet, slug: string): Instant | undefined {
    const [row] = this.#sql.exec<{ at: number }>(
      "SELECT at FROM retired_values WHERE facet = ? AND slug = ?",
      facet,
      slug,
    );
    return row?.at;
  }

  #retire(next: Registry, now: Instant): void {
    const before = this.present() ?? EMPTY_REGISTRY;
    for (const facet of REGISTRY_FACETS) {
      const stays = new Set(facet === "types" ? knownTypes(next) : next[facet].map(({ slug }) => slug));
      for (const value of before[facet].filter(({ slug }) => !stays.has(slug))) {
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
        JSON.stringify([...stays]),
      );
    }
  }

  #missing(registry: Registry): Issue[] {
    const issues = FACETS.flatMap((facet) =>
      this.#used(FIELD_OF[facet])
        .filter((used) => !registry[facet].some((value) => value.slug === used))
        .map((used) => ({ path: `/${facet}`, message: `must hold ${used}: releases are filed under it` })),
    );
    const types = knownTypes(registry);
    const lost = this.#used("type").filter((used) => !types.includes(used));
    return [
      ...issues,
      ...lost.map((used) => ({ path: "/types", message: `must hold ${used}: releases have it` })),
    ];
  }

  /** By releases in lists, and by those that may come back into them: embargoed and killed ones. */
  #used(field: string): string[] {
    return this.#sql
      .exec<{ value: string }>(
        `SELECT value FROM filings WHERE field = ?1
         UNION SELECT j.value FROM releases r
           JOIN editions e ON e.release = r.id AND e.edition = r.edition, json_each(e.content, ?2) AS j
         WHERE r.embargo IS NOT NULL OR r.status = 'killed'
         ORDER BY value`,
        field,
        field === "type" ? "$.type" : `$.${FACET_FIELDS[field as keyof typeof FACET_FIELDS]}`,
      )
      .toArray()
      .map(({ value }) => value);
  }
}

/** The fields of a filter that name values of facets, types included. */
function facetConditions(conditions: Conditions): [field: FacetField, values: readonly string[]][] {
  return FILTER_FIELDS.flatMap((field): [FacetField, readonly string[]][] => {
    if (field === "q" || field === "lang") return [];
    const values = conditions[field];
    return values === undefined ? [] : [[field, values]];
  });
}
