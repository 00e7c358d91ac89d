/**
 * Reads `dryRun`, and refuses it where there is none: a client that only wants to try must not withdraw, kill or
 * change anything.
 */
import { invalid as invalidResult, ok, type Result } from "../domain/issues.ts";
import type { Context, Middleware } from "./context.ts";
import { problem } from "./problem.ts";

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** The name of the parameter, in any case: a misspelt one must not act either. */
function isDryRun(name: string): boolean {
  return name.toLowerCase() === "dryrun";
}

/** For every write that has no dry run, whatever the parameter's value. */
export function refuseDryRun(): Middleware {
  return async function refuseDryRunMiddleware(c, next) {
    if (READS.has(c.req.method) || !Object.keys(c.req.query()).some(isDryRun)) return next();
    return problem(c, {
      code: "dry-run-unsupported",
      detail:
        "This call has no dry run: leave `dryRun` out to do it. Only PUT and POST of /api/v1/releases and PUT of /api/v1/site have one. Nothing was changed.",
    });
  };
}

/** `?dryRun=true` validates and answers, but stores nothing. Any other spelling is an issue, because a publish cannot be undone. */
export function parseDryRun(c: Context): Result<boolean> {
  const given = Object.keys(c.req.query()).filter(isDryRun);
  const values = given.flatMap((name) => c.req.queries(name) ?? []);
  if (given.every((name) => name === "dryRun") && values.length <= 1) {
    const [value = "false"] = values;
    if (value === "true" || value === "false") return ok(value === "true");
  }
  return invalidResult({ path: "/dryRun", message: "must be dryRun=true or dryRun=false, once" });
}
