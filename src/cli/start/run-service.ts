/**
 * The process that runs the service: the built Worker on workerd. Miniflare starts workerd, and keeps KV and the
 * objects in files.
 */
import "./die-with-parent.ts";
import { Miniflare } from "miniflare";
import { defined } from "../../domain/defined.ts";
import { print, report } from "../output.ts";
import { onWorkerd } from "./on-workerd.ts";
import { RUN_VARIABLE, type ServiceRun } from "./service-run.ts";

const { build, location, vars, verbose, entry } = JSON.parse(process.env[RUN_VARIABLE] ?? "{}") as ServiceRun;
// The runtime must not inherit the secrets.
delete process.env[RUN_VARIABLE];

try {
  const miniflare = new Miniflare(
    onWorkerd(build, { bindings: vars, ...defined({ entry }) }, location, (line, level) => {
      if (level === "error" || level === "warn") report(line);
      else if (verbose) print(line);
    }),
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void miniflare.dispose().finally(() => process.exit(0)));
  }
  await miniflare.ready;
} catch (error) {
  // The cause of Miniflare's own errors says more than they do.
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  report(`error: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exit(1);
}
