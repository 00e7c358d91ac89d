/**
 * The process that runs the service: wrangler's development server, without its debugger. `wrangler dev` always opens
 * that one, on a port at which every program on the machine reads and changes the service without a token.
 */
import "./die-with-parent.ts";
import { unstable_startWorker as startWorker } from "wrangler";
import { report } from "../output.ts";
import { RUN_VARIABLE, type ServiceRun } from "./service-run.ts";

const { config, ip, port, stateFolder, vars } = JSON.parse(process.env[RUN_VARIABLE] ?? "{}") as ServiceRun;
// The runtime must not inherit the secrets.
delete process.env[RUN_VARIABLE];

try {
  const worker = await startWorker({
    config,
    bindings: Object.fromEntries(
      Object.entries(vars).map(([name, value]) => [name, { type: "plain_text", value, hidden: true }]),
    ),
    dev: { remote: false, inspector: false, server: { hostname: ip, port }, persist: stateFolder },
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void worker.dispose().finally(() => process.exit(0)));
  }
  await worker.ready;
} catch (error) {
  // Wrangler's own error says only that there was one.
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  report(`error: ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exit(1);
}
