/**
 * Scripts of other sites may read what everybody may read, refusals included: without the header a browser shows
 * them a network error instead of what is wrong.
 */
import type { Context, Middleware } from "./context.ts";
import { ASSET_CACHE_SECONDS } from "./limits.ts";

/** The reads of the API that need no token. */
export const PUBLIC_READS = [
  "/releases",
  "/releases/:id",
  "/releases/:id/editions",
  "/releases/:id/editions/:edition",
  "/releases/:id/editions/:edition/diff/:other",
  "/events",
  "/events/stream",
  "/events/sample",
  "/registry",
  "/site",
] as const;

const PUBLIC_PATH = /^\/api\/v1\/(?:releases|events|registry|site)(?:\/|$)/;

export function openToEveryOrigin(): Middleware {
  return async function openToEveryOriginMiddleware(c, next) {
    await next();
    const isRead = c.req.method === "GET" || c.req.method === "HEAD" || c.req.method === "OPTIONS";
    // What only the admin reads is for no other site.
    const isPrivate = c.res.headers.get("cache-control")?.includes("private") === true;
    if (!isRead || isPrivate || !PUBLIC_PATH.test(c.req.path)) return;
    c.res.headers.set("access-control-allow-origin", "*");
  };
}

/** For a route whose every answer is for scripts of other sites. */
export function openAllAnswers(): Middleware {
  return async function openAllAnswersMiddleware(c, next) {
    await next();
    c.res.headers.set("access-control-allow-origin", "*");
  };
}

/** Scripts of other sites may read feeds conditionally: If-None-Match makes a browser ask first. */
export function answerPreflight(c: Context): Response {
  const headers = "If-None-Match, If-Modified-Since, If-Range, Range, A-IM, Last-Event-ID";
  return allowCrossOrigin(c, "GET, HEAD", headers);
}

/** Lets scripts of other sites send these methods and headers. */
export function allowCrossOrigin(c: Context, methods: string, headers: string): Response {
  return c.body(null, 204, {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": methods,
    "access-control-allow-headers": headers,
    "access-control-max-age": String(ASSET_CACHE_SECONDS),
  });
}
