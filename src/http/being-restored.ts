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

/**
 * Answers 503 in place of 404 while a backup is restored: the subscription may be among those that have not arrived.
 * The handler runs first. `health` throws while the Newsroom is being restored.
 */
export function replaceNotFoundWhileRestoring(): Middleware {
  return async function replaceNotFoundWhileRestoringMiddleware(c, next) {
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
