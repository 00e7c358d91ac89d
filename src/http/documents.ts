/**
 * Pages and feeds as they are served.
 */
import type { Context } from "hono";
import type { StoredDocument } from "../documents.ts";
import { releaseJsonPath } from "../document-paths.ts";
import { formatHttpDate } from "../domain/instant.ts";
import { releaseId, type ReleaseView } from "../domain/release.ts";
import { CACHE_SECONDS, STALE_SECONDS } from "../limits.ts";
import { settingsOf } from "../settings.ts";
import { notFoundPage } from "../site/not-found-page.ts";
import { STYLESHEET } from "../site/stylesheet.ts";
import { isNotModified } from "./conditional.ts";
import { documentAt } from "./document-memo.ts";
import { parse } from "./json-body.ts";
import { notFound } from "./problem.ts";

type App = { Bindings: Env };

/** Nothing runs on our pages: whatever a text brings along, the browser refuses it. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A page, a feed or a release's JSON, from the read model. */
export async function getDocument(c: Context<App>): Promise<Response> {
  const { path } = c.req;
  if (path.length > 1 && path.endsWith("/")) return c.redirect(path.replace(/\/+$/, "") || "/", 301);
  const document = await documentAt(c.env, path);
  if (document === null) return path.startsWith("/api/") ? notFound(c) : pageNotFound(c);
  const headers = headersOf(document);
  // All headers of the 200 again: a cache updates what it has kept from them (RFC 9111, 3.2).
  if (isNotModified(c.req.raw.headers, document)) return c.body(null, 304, headers);
  return c.body(document.body, 200, headers);
}

/** `/r/ID`: to where the release now stands. */
export async function redirectToRelease(c: Context<App>): Promise<Response> {
  const id = parse(releaseId, c.req.param("id"));
  const document = id.ok ? await documentAt(c.env, releaseJsonPath(id.value)) : null;
  if (document === null) return pageNotFound(c);
  const { url } = JSON.parse(document.body) as ReleaseView; // our own JSON
  return c.body(null, 302, { location: url, "cache-control": `public, max-age=${CACHE_SECONDS}` });
}

export function getStylesheet(c: Context<App>): Response {
  return c.body(STYLESHEET, 200, {
    "content-type": "text/css; charset=utf-8",
    "cache-control": `public, max-age=${STALE_SECONDS}`,
  });
}

export function pageNotFound(c: Context<App>): Response {
  const { site } = settingsOf(c.env);
  return c.body(notFoundPage(c.req.path, site), 404, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
}

function headersOf(document: StoredDocument): Record<string, string> {
  return {
    "content-type": document.type,
    etag: document.etag,
    ...(document.modified === undefined ? {} : { "last-modified": formatHttpDate(document.modified) }),
    "cache-control": `public, max-age=${CACHE_SECONDS}, stale-while-revalidate=${STALE_SECONDS}`,
    "x-content-type-options": "nosniff",
    ...(document.type.startsWith("text/html")
      ? { "content-security-policy": PAGE_POLICY }
      : { "access-control-allow-origin": "*", "access-control-expose-headers": "ETag, Last-Modified, Link" }),
  };
}
