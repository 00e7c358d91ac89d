/**
 * The stylesheet, the script and the icon of the pages.
 */
import type { Context } from "../context.ts";
import { COPY_SCRIPT, ICON } from "../../site/assets.ts";
import { stylesheet } from "../../site/stylesheet.ts";
import { ASSET_CACHE_SECONDS } from "../limits.ts";
import { siteOf } from "./site.ts";

/** In the colour of the site, whatever the address says. */
export async function getStylesheet(c: Context): Promise<Response> {
  return c.body(stylesheet(await siteOf(c)), 200, headers("text/css; charset=utf-8"));
}

export function getCopyScript(c: Context): Response {
  return c.body(COPY_SCRIPT, 200, headers("text/javascript; charset=utf-8"));
}

export function getIcon(c: Context): Response {
  return c.body(ICON, 200, headers("image/png"));
}

function headers(type: string): Record<string, string> {
  return {
    "content-type": type,
    "cache-control": `public, max-age=${ASSET_CACHE_SECONDS}`,
  };
}
