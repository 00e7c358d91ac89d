/**
 * What rendering takes, and what it gives.
 */
import type { DocumentMetadata } from "../../documents/kv-store.ts";
import type { ListArchives } from "../lists/archives.ts";
import type { RegistryStore } from "../store/registry.ts";
import type { Lists } from "../lists/lists.ts";
import type { TermCount } from "../lists/release-index.ts";
import type { ReleaseViews } from "../store/release-views.ts";

export const HTML = "text/html; charset=utf-8";

export interface RenderedDocument extends Pick<
  DocumentMetadata,
  "type" | "status" | "location" | "sequences" | "isArchive" | "goneFrom"
> {
  path: string;
  body: string;
  /** The latest sequence that it tells of: with it even a text put back as it was is another document. */
  sequence?: number;
}

/** What documents are made from. */
export interface RenderSource {
  views: ReleaseViews;
  lists: Lists;
  archives: ListArchives;
  registry: RegistryStore;
  counts: () => TermCount[];
}
