/**
 * Scripts of other sites may read what everybody may read, refusals included: without the header a browser shows
 * them a network error instead of what is wrong.
 */
import type { Middleware } from "./context.ts";

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
