/**
 * Headers that every answer has, whatever it is.
 */
import { HSTS_SECONDS } from "./limits.ts";
import type { Middleware } from "./context.ts";

/**
 * `nosniff`: a body is what its Content-Type says, also where a release's text looks like a script.
 * Referrer-Policy: another site learns that a link is on this site, but not which page or search it is on.
 *
 * @param baseUrl of the service
 */
export function securityHeaders(baseUrl: string): Record<string, string> {
  return {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    // Not for subdomains: other sites below the same name may have no certificate.
    ...(baseUrl.startsWith("https:") ? { "strict-transport-security": `max-age=${HSTS_SECONDS}` } : {}),
  };
}

const NOT_LISTED = /^\/(?:api\/|subscriptions\/|docs(?:\/|$)|openapi\.json$|mcp$)|\?/;

/**
 * X-Robots-Tag for what search engines should not list: the API, also for agents, and its manual, pages of subscriptions, and
 * lists that somebody has put together, such as searches. They may still read them, and follow their links.
 *
 * @param path the path with its query, in its canonical form
 */
export function indexingHeaders(path: string): Record<string, string> {
  return NOT_LISTED.test(path) ? { "x-robots-tag": "noindex" } : {};
}

/** Adds the headers. A document has them already: they are made once for all its answers. */
export function addSecurityHeaders(): Middleware {
  return async function addSecurityHeadersMiddleware(c, next) {
    await next();
    const { headers } = c.res;
    if (headers.has("referrer-policy")) return;
    const added = { ...securityHeaders(c.env.BASE_URL), ...indexingHeaders(c.req.path) };
    for (const [name, value] of Object.entries(added)) headers.set(name, value);
  };
}
