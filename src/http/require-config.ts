/**
 * A service that is not set up refuses to work, and says what is missing (CONTRACT 4).
 */
import type { MiddlewareHandler } from "hono";
import { missingSecrets, configOf } from "../config.ts";
import { problem } from "./problem.ts";

export function requireConfig(): MiddlewareHandler<{ Bindings: Env }> {
  return async function requireConfigMiddleware(c, next) {
    const missing = missingSecrets(c.env);
    if (missing.length > 0) {
      const commands = missing.map((name) => `wrangler secret put ${name}`).join("; ");
      return problem(c, { status: 503, title: "Not set up", detail: `Secrets are missing: ${commands}` });
    }
    try {
      configOf(c.env);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return problem(c, { status: 503, title: "Not set up", detail: error.message });
    }
    return next();
  };
}
