/**
 * The registry as the ledger keeps it.
 */
import type { Sql } from "./metered-sql.ts";
import type { Fault } from "../domain/fault.ts";
import { FACET_FIELDS } from "../domain/filter.ts";
import { knownTypes, type Registry } from "../domain/registry.ts";
import { type Facet, FACETS } from "../domain/release.ts";
import { readMark, writeMark } from "./ledger-schema.ts";

const FIELD_OF = Object.fromEntries(
  Object.entries(FACET_FIELDS).map(([field, facet]) => [facet, field]),
) as Record<Facet, string>;

export class RegistryStore {
  readonly #sql: Sql;
  #known: { json: string; registry: Registry } | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
    const json = readMark(sql, "registry");
    if (typeof json === "string") this.#known = { json, registry: JSON.parse(json) as Registry };
  }

  /** Undefined as long as no office has sent one: then every slug is as good as another. */
  present(): Registry | undefined {
    return this.#known?.registry;
  }

  /** @returns whether anything changed, or the values that releases use and it leaves out */
  set(registry: Registry): "changed" | "unchanged" | Fault[] {
    const json = JSON.stringify(registry);
    if (json === this.#known?.json) return "unchanged";
    const faults = this.#missing(registry);
    if (faults.length > 0) return faults;
    writeMark(this.#sql, "registry", json);
    this.#known = { json, registry };
    return "changed";
  }

  #missing(registry: Registry): Fault[] {
    const faults = FACETS.flatMap((facet) =>
      this.#used(FIELD_OF[facet])
        .filter((used) => !registry[facet].some((value) => value.slug === used))
        .map((used) => ({ path: `/${facet}`, message: `must hold ${used}: releases are filed under it` })),
    );
    const types = knownTypes(registry);
    const lost = this.#used("type").filter((used) => !types.includes(used));
    return [
      ...faults,
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
