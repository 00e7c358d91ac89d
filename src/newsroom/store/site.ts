/**
 * The site's identity in the ledger, beside the settings.
 */
import { type Site, type SiteIdentity, type SiteSettings, withDefaults } from "../../domain/site.ts";
import type { Sql } from "../../runtime/sql.ts";
import { getMeta, setMeta } from "./schema.ts";

export class SiteStore {
  readonly #sql: Sql;
  readonly #settings: SiteSettings;
  #json: string | undefined;
  #site: Site | undefined;

  constructor(sql: Sql, settings: SiteSettings) {
    this.#sql = sql;
    this.#settings = settings;
    this.reload();
  }

  /** Reads the stored identity, at the start and after a transaction that has changed it. */
  reload(): void {
    const json = getMeta(this.#sql, "site");
    this.#json = typeof json === "string" ? json : undefined;
    this.#site = undefined;
  }

  /** The settings with the identity; the same object until it changes. */
  get(): Site {
    if (this.#site !== undefined) return this.#site;
    const identity = this.#json === undefined ? undefined : (JSON.parse(this.#json) as SiteIdentity);
    return (this.#site = { ...this.#settings, ...withDefaults(identity, this.#settings) });
  }

  /** Whether {@link store} would change anything. */
  differs(identity: SiteIdentity): boolean {
    return JSON.stringify(identity) !== (this.#json ?? "{}");
  }

  /** Replaces the stored identity. The caller holds the transaction, and calls {@link reload} after it. */
  store(identity: SiteIdentity): void {
    setMeta(this.#sql, "site", JSON.stringify(identity));
  }
}
