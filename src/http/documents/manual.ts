/**
 * The manual: `/openapi.json` and the pages of `/docs`. src/manual makes the files before the Worker is built. The scripts of
 * pages and their words are among them, so that the Worker need not hold them.
 */
import { SUBSCRIPTION_FILES } from "../../site/subscription-page.ts";
import type { Context } from "../context.ts";
import { ASSET_CACHE_SECONDS } from "../limits.ts";
import { getDocument, pageNotFound } from "./get-document.ts";
import { isNotModified } from "./negotiation.ts";
import { FOR_EVERY_ORIGIN } from "./response.ts";

export const OPENAPI_PATH = "/openapi.json";
/** The address of the service in the files. */
export const PLACEHOLDER_URL = "https://press.example";

/** The pages have one script, their search, and ask no other site for anything. */
const MANUAL_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
};

/** A file of the manual, or a script of pages, with the address of this service. */
export async function getManual(c: Context): Promise<Response> {
  const { path } = c.req;
  if (path.endsWith("/")) return getDocument(c); // which leads to the address without it
  const file = path.includes(".") ? path : `${path}.html`;
  const type = TYPES[file.slice(file.lastIndexOf(".") + 1)];
  // A page has one address, without its ending.
  if (type === undefined || path.endsWith(".html")) return pageNotFound(c);
  const found = await c.env.MANUAL.fetch(new URL(file, PLACEHOLDER_URL));
  if (!found.ok) return pageNotFound(c);
  const text = (await found.text()).replaceAll(PLACEHOLDER_URL, c.var.config.site.baseUrl);
  const etag = `W/"${await hashOf(text)}"`;
  const headers = {
    etag,
    "content-type": type,
    // The modules of a script and their words belong together, also after a deploy.
    "cache-control": path.startsWith(SUBSCRIPTION_FILES)
      ? "no-cache"
      : `public, max-age=${ASSET_CACHE_SECONDS}`,
    ...(file.endsWith(".html") ? { "content-security-policy": MANUAL_POLICY } : {}),
    ...(path === OPENAPI_PATH ? FOR_EVERY_ORIGIN : {}),
  };
  if (isNotModified(c.req.raw.headers, { etag })) return c.body(null, 304, headers);
  return c.body(text, 200, headers);
}

async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash, 0, 12).toHex();
}
