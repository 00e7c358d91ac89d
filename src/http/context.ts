/**
 * What middleware leaves in the context of a request for its handler.
 */
import type { Context as HonoContext, MiddlewareHandler } from "hono";
import type { Config } from "../config.ts";

export interface App {
  Bindings: Env;
  Variables: { config: Config };
}

export type Context = HonoContext<App>;
export type Middleware = MiddlewareHandler<App>;
