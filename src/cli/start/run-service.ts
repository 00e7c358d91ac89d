/**
 * The process that runs the service: the built Worker on workerd. Miniflare starts workerd, and keeps KV and the
 * objects in files. The process loads Miniflare at once, and waits for the message that says what to run.
 */
import { once } from "node:events";
import "./die-with-parent.ts";
import { Miniflare } from "miniflare";
import { defined } from "../../domain/defined.ts";
import { print, report } from "../output.ts";
import { onWorkerd } from "./on-workerd.ts";
import type { ServiceRun } from "./service-run.ts";

// The channel keeps the process alive until the message comes, and then no longer.
process.channel?.ref();
const [{ build, location, vars, verbose, entry }] = (await once(process, "message")) as [ServiceRun];
process.channel?.unref();

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
