/**
 * The site's identity in the ledger, beside the settings.
 */
import { type Site, type SiteIdentity, type SiteSettings, withDefaults } from "../../domain/site.ts";
import { defined } from "../../domain/defined.ts";
import { parseFileReference } from "../../domain/file.ts";
import type { Issue } from "../../domain/issues.ts";
import type { Sql } from "../../runtime/sql.ts";
import { findFile, logoView, replaceUses, servedType, SITE_OWNER } from "./files.ts";
import { markStale, type Target } from "./stale-documents.ts";
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
    const logoImage = logoView(this.#sql, this.#settings.baseUrl, identity?.logo);
    const given = withDefaults(identity, this.#settings);
    return (this.#site = { ...this.#settings, ...given, ...defined({ logoImage }) });
  }

  /** Whether {@link store} would change anything. */
  differs(identity: SiteIdentity): boolean {
    return JSON.stringify(identity) !== (this.#json ?? "{}");
  }

  /** Why the ledger refuses an identity: its logo must be an image that the service holds. */
  validate({ logo }: SiteIdentity): Issue[] {
    const reference = logo === undefined ? undefined : parseFileReference(logo);
    if (reference === undefined) return [];
    const stored = findFile(this.#sql, reference.sha256);
    if (stored === undefined) {
      return [
        {
          path: "/logo",
          message: `is no file that the service holds: PUT it to /api/v1/files/${reference.sha256}`,
        },
      ];
    }
    const type = servedType(stored, reference.name);
    if (type.startsWith("image/")) return [];
    return [{ path: "/logo", message: `must be an image, such as an SVG or a PNG, not ${type}` }];
  }

  /** Replaces the stored identity. The caller holds the transaction, and calls {@link reload} after it. */
  store(identity: SiteIdentity): void {
    setMeta(this.#sql, "site", JSON.stringify(identity));
    const logo = identity.logo === undefined ? undefined : parseFileReference(identity.logo);
    const files = replaceUses(this.#sql, SITE_OWNER, logo === undefined ? [] : [logo]);
    markStale(
      this.#sql,
      files.map((file): Target => ({ kind: "file", ...file })),
    );
  }
}
