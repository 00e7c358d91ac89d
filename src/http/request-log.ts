import type { Context, Middleware } from "./context.ts";
import { log } from "../runtime/log.ts";

/** Logs one line for each request. Requests answered from memory are counted in lines of their own. */
export function requestLog(): Middleware {
  return async function requestLogMiddleware(c, next) {
    const started = Date.now();
    await next();
    log("info", "request", {
      method: c.req.method,
      path: loggedPath(c),
      status: c.res.status,
      durationMs: Date.now() - started,
      userAgent: c.req.header("user-agent"),
      ...costOf(c.req.raw),
    });
  };
}

/**
 * A request's path without the token of a confirm URL: readers of the log must not be able to use it. Spellings that
 * lead nowhere count too, because a proxy or a mistake may have made one of a confirm URL that works.
 */
export function loggedPath(c: Context): string {
  return c.req.path.replace(/(confirm(?:\/|%(?:25)*2f)).*$/is, "$1…").replace(/[A-Za-z0-9_-]{43,}/g, "…");
}

/** What a request cost, for its log line. */
export interface ReadCost {
  kvReads: number;
  objectCalls: number;
}

const costs = new WeakMap<Request, ReadCost>();

/** The cost of a request so far. Callers add to it. */
export function costOf(request: Request): ReadCost {
  const known = costs.get(request);
  if (known !== undefined) return known;
  const cost = { kvReads: 0, objectCalls: 0 };
  costs.set(request, cost);
  return cost;
}
