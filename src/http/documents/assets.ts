/**
 * The stylesheet and the icon of the pages, and robots.txt.
 */
import { indexNowKeyPath, NEWS_SITEMAP_PATH, SITEMAP_PATH } from "../../documents/paths.ts";
import type { Context } from "../context.ts";
import { ICON } from "../../site/icon.ts";
import { robotsText } from "../../site/robots.ts";
import { stylesheet } from "../../site/stylesheet.ts";
import { ASSET_CACHE_SECONDS } from "../limits.ts";
import { siteOf } from "./site.ts";

/** In the colour of the site, whatever the address says. */
export async function getStylesheet(c: Context): Promise<Response> {
  return c.body(stylesheet(await siteOf(c)), 200, headers("text/css; charset=utf-8"));
}

export async function getRobots(c: Context): Promise<Response> {
  return c.body(
    robotsText(await siteOf(c), [SITEMAP_PATH, NEWS_SITEMAP_PATH]),
    200,
    headers("text/plain; charset=utf-8"),
  );
}

/** The file that proves to search engines that the key is the site's. */
export async function getIndexNowKey(c: Context, next: () => Promise<void>): Promise<Response | void> {
  const { indexNowKey } = c.var.config;
  if (indexNowKey === undefined || c.req.path !== indexNowKeyPath(indexNowKey)) return next();
  return c.body(indexNowKey, 200, headers("text/plain; charset=utf-8"));
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
