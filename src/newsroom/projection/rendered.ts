/**
 * What documents are rendered from, and what rendering gives.
 */
import type { Config } from "../../config.ts";
import type { DocumentMetadata } from "../../documents/kv-store.ts";
import type { Instant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import type { SiteStore } from "../store/site.ts";
import type { Sql } from "../../runtime/sql.ts";
import { SEQUENCES_UNITS_MAX } from "../limits.ts";
import type { ListArchives } from "../lists/archives.ts";
import type { Lists } from "../lists/lists.ts";
import type { RegistryStore } from "../store/registry.ts";
import type { ReleaseViews } from "../store/release-views.ts";

export const HTML = "text/html; charset=utf-8";

export interface RenderedDocument extends Pick<
  DocumentMetadata,
  "type" | "status" | "location" | "sequences" | "relabelled" | "isArchive" | "goneFrom" | "release" | "file"
> {
  path: string;
  body: string;
  /** The latest sequence that the document covers: it makes the ETag differ even if the bytes return. */
  sequence?: number;
  /** From when the document must be rendered again although nothing has happened. */
  staleFrom?: Instant;
  /** In place of one made from the bytes. */
  etag?: string;
}

/** What documents are made from: the parts of the ledger, and the settings. */
export interface RenderSource {
  sql: Sql;
  views: ReleaseViews;
  lists: Lists;
  archives: ListArchives;
  registry: RegistryStore;
  site: SiteStore;
  config: Config;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** What the ETag is made from: mostly the bytes. */
export function identityOf({ body, status, location }: RenderedDocument): string {
  return status === undefined ? body : `${status} ${location ?? ""}\n${body}`;
}

/** The metadata in KV. Sequences that do not fit are left out: then clients get whole feeds, not deltas. */
export function metadataOf({
  path: _path,
  body: _body,
  sequence: _sequence,
  etag: _etag,
  staleFrom: _staleFrom,
  sequences,
  ...metadata
}: RenderedDocument): Omit<DocumentMetadata, "etag" | "modified"> {
  const fits = JSON.stringify(sequences ?? []).length <= SEQUENCES_UNITS_MAX;
  return { ...metadata, ...defined({ sequences: fits ? sequences : undefined }) };
}
