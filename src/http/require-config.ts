/**
 * The service's settings, resolved once for each request.
 */
import { configOf, missingSecrets } from "../config.ts";
import type { Middleware } from "./context.ts";
import { problem } from "./problem.ts";

/** Leaves the config in `c.var.config`. Answers 503 and names what is missing if the service is not set up. */
export function requireConfig(): Middleware {
  return async function requireConfigMiddleware(c, next) {
    const missing = missingSecrets(c.env);
    if (missing.length > 0) {
      const commands = missing.map((name) => `wrangler secret put ${name}`).join("; ");
      return problem(c, { code: "not-configured", detail: `Secrets are missing: ${commands}` });
    }
    try {
      c.set("config", configOf(c.env));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return problem(c, { code: "not-configured", detail: error.message });
    }
    return next();
  };
}
