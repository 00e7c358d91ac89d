/**
 * A service into which a backup is restored: everything else is answered 503.
 */
import { isBeingRestored } from "../runtime/being-restored.ts";
import { newsroom } from "../runtime/stubs.ts";
import type { App, Middleware } from "./context.ts";
import type { Context as HonoContext } from "hono";
import { problem } from "./problem.ts";

export function beingRestored(c: HonoContext<App>): Response {
  return problem(c, {
    code: "being-restored",
    detail:
      "A backup is being restored into this service. If the restore was cut off, run it again, or empty the service with `restore --discard`.",
  });
}

/** A subscription that is not there may be among those that still come: the Newsroom says so. */
export function refuseWhileRestoring(): Middleware {
  return async function refuseWhileRestoringMiddleware(c, next) {
    await next();
    if (c.res.status !== 404) return;
    try {
      await newsroom(c.env).health();
    } catch (error) {
      if (!isBeingRestored(error)) throw error;
      c.res = beingRestored(c);
    }
  };
}
