/**
 * Refuses `dryRun` where there is none: a client that only wants to try must not withdraw, kill or change anything.
 */
import type { Middleware } from "./context.ts";
import { problem } from "./problem.ts";

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** The name of the parameter, in any case: a misspelt one must not act either. */
export function isDryRun(name: string): boolean {
  return name.toLowerCase() === "dryrun";
}

/** For every write that has no dry run, whatever the parameter's value. */
export function refuseDryRun(): Middleware {
  return async function refuseDryRunMiddleware(c, next) {
    if (READS.has(c.req.method) || !Object.keys(c.req.query()).some(isDryRun)) return next();
    return problem(c, {
      code: "dry-run-unsupported",
      detail:
        "This call has no dry run: leave `dryRun` out to do it. Only PUT and POST of /api/v1/releases have one. Nothing was changed.",
    });
  };
}
