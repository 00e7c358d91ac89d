import type { MiddlewareHandler } from "hono";

/** One wide line, JSON, for each request. */
export function requestLog(): MiddlewareHandler {
  return async function requestLogMiddleware(c, next) {
    const started = Date.now();
    await next();
    console.log(
      JSON.stringify({
        message: "request",
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        durationMs: Date.now() - started,
        userAgent: c.req.header("user-agent"),
      }),
    );
  };
}
