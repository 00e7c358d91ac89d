/**
 * What rendering takes, and what it gives.
 */
import type { DocumentMetadata } from "../../documents/kv-store.ts";
import type { ListDivision } from "../lists/archives.ts";
import type { RegistryStore } from "../store/registry.ts";
import type { ReleaseLists } from "../lists/lists.ts";
import type { FilingCount } from "../lists/release-index.ts";
import type { ReleaseViews } from "../store/release-views.ts";

export const HTML = "text/html; charset=utf-8";

export interface Rendered extends Pick<
  DocumentMetadata,
  "type" | "status" | "location" | "sequences" | "isArchive" | "goneFrom"
> {
  path: string;
  body: string;
  /** The latest sequence that it tells of: with it even a text put back as it was is another document. */
  sequence?: number;
}

/** What documents are made from. */
export interface Readable {
  views: ReleaseViews;
  lists: ReleaseLists;
  division: ListDivision;
  registry: RegistryStore;
  counts: () => FilingCount[];
}
