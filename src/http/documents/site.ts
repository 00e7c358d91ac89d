/**
 * The site for what the Worker renders itself: its identity from the read model, and the settings.
 */
import { type StoredDocument, textOf } from "../../documents/kv-store.ts";
import { SITE_PATH } from "../../documents/paths.ts";
import type { Identity, Site } from "../../domain/site.ts";
import type { Context } from "../context.ts";
import { lookUp } from "./cache.ts";

const sites = new WeakMap<StoredDocument, Site>();

/** The settings alone, if the client has reached its rate limit and KV does not hold the identity of the site. */
export async function siteOf(c: Context): Promise<Site> {
  const settings = c.var.config.site;
  const lookup = await lookUp(c, SITE_PATH);
  if (lookup.kind !== "found") return settings;
  const { document } = lookup.servable;
  let site = sites.get(document);
  if (site === undefined) {
    site = { ...settings, ...(JSON.parse(textOf(document)) as Identity) }; // written by our renderer
    sites.set(document, site);
  }
  return site;
}
