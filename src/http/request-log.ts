import type { Context, MiddlewareHandler } from "hono";
import type { ReadCost } from "./documents/cache.ts";

/** One wide line, JSON, for each request; those answered from memory are counted in lines of their own. */
export function requestLog(): MiddlewareHandler {
  return async function requestLogMiddleware(c, next) {
    const started = Date.now();
    await next();
    console.log(
      JSON.stringify({
        message: "request",
        method: c.req.method,
        path: loggedPath(c),
        status: c.res.status,
        durationMs: Date.now() - started,
        userAgent: c.req.header("user-agent"),
        ...costOf(c.req.raw),
      }),
    );
  };
}

/** A request's path. A confirm URL opens something: who reads the log must not be able to. */
export function loggedPath(c: Context): string {
  return c.req.path.replace(/(\/confirm\/).*$/, "$1…");
}

// FOLDED: What a request has cost of the read model, for its log line.

const costs = new WeakMap<Request, ReadCost>();

/** To be added to. */
export function costOf(request: Request): ReadCost {
  const known = costs.get(request);
  if (known !== undefined) return known;
  const cost = { kvReads: 0, objectCalls: 0 };
  costs.set(request, cost);
  return cost;
}
