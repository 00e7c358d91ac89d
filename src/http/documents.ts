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
import { killedPage } from "../site/killed-page.ts";
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
  const { pathname, search } = new URL(c.req.url);
  // Never with two slashes in front: as a Location that would be another host.
  if (/^\/[^/].*\/$/.test(pathname)) return c.redirect(pathname.replace(/\/+$/, "") + search, 301);
  const document = await documentAt(c.env, c.req.path);
  return document === null ? missing(c) : served(c, document);
}

function missing(c: Context<App>): Response {
  return c.req.path.startsWith("/api/") ? notFound(c) : pageNotFound(c);
}

function served(c: Context<App>, document: StoredDocument): Response {
  if (document.status === 301) {
    return c.body(null, 301, {
      location: document.location ?? "/",
      "cache-control": headersOf(document)["cache-control"] ?? "",
    });
  }
  const headers = headersOf(document);
  // All headers of the 200 again: a cache updates what it has kept from them (RFC 9111, 3.2).
  const status = document.status ?? 200;
  if (status === 200 && isNotModified(c.req.raw.headers, document)) return c.body(null, 304, headers);
  return c.body(document.body, status, headers);
}

/** `/r/ID`: to where the release now stands. */
export async function redirectToRelease(c: Context<App>): Promise<Response> {
  const id = parse(releaseId, c.req.param("id"));
  const document = id.ok ? await documentAt(c.env, releaseJsonPath(id.value)) : null;
  if (document === null) return pageNotFound(c);
  const release = JSON.parse(document.body) as ReleaseView; // our own JSON
  if (release.status === "killed") {
    return c.body(killedPage(release, settingsOf(c.env).site), 410, pageHeaders("no-store"));
  }
  return c.body(null, 302, { location: release.url, "cache-control": `public, max-age=${CACHE_SECONDS}` });
}

/** Scripts elsewhere may read feeds conditionally: If-None-Match makes a browser ask first. */
export function answerPreflight(c: Context<App>): Response {
  return c.body(null, 204, {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "If-None-Match, If-Modified-Since",
    "access-control-max-age": String(STALE_SECONDS),
  });
}

export function getStylesheet(c: Context<App>): Response {
  return c.body(STYLESHEET, 200, {
    "content-type": "text/css; charset=utf-8",
    "cache-control": `public, max-age=${STALE_SECONDS}`,
  });
}

export function pageNotFound(c: Context<App>): Response {
  const { site } = settingsOf(c.env);
  return c.body(notFoundPage(c.req.path, site), 404, pageHeaders("no-store"));
}

function pageHeaders(cacheControl: string): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "cache-control": cacheControl,
  };
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
