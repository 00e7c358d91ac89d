/**
 * Documents depend on the settings: if those changed since the last start, all documents are stale.
 */
import { RENDERER_VERSION } from "./projection/render.ts";
import { getMeta, setMeta } from "./store/schema.ts";
import { relabelAll } from "./store/stale-documents.ts";
import type { Deps, NewsroomParts } from "./wiring.ts";

export function applySettings(
  { storage, sql, config }: Pick<Deps, "storage" | "sql" | "config">,
  { lists, combinations }: Pick<NewsroomParts, "lists" | "combinations">,
  nowMs: number,
): void {
  const { site, feedItems } = config;
  const settings = JSON.stringify({ site, feedItems, renderers: RENDERER_VERSION });
  if (getMeta(sql, "settings") === settings) return;
  storage.transactionSync(() => {
    lists.ensurePermanentLists(nowMs);
    combinations.endAll("all");
    relabelAll(sql);
    setMeta(sql, "settings", settings);
  });
}
