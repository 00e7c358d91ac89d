/**
 * Everything that ends a long-running command: Ctrl-C, SIGTERM, a closed terminal, the end of npm, and a
 * closed pipe on stdout.
 */
import { systemCode } from "./cli-error.ts";

export interface EndSignals {
  /** Aborts at the first signal: end in good order. */
  first: AbortSignal;
  /** Aborts at the second signal: end at once. */
  second: AbortSignal;
}

/** Milliseconds between two checks that npm still runs. */
const PARENT_CHECK_MS = 250;

/** A command that has nothing to clean up ends at once. */
let onClosedPipe = (): void => process.exit(0);

/** Ends the command when the reader of stdout has gone, such as `head`. */
export function endOnClosedPipe(): void {
  process.stdout.on("error", (error) => {
    if (systemCode(error) !== "EPIPE") throw error;
    onClosedPipe();
  });
}

/** From here on the signals abort these two, and no longer end the process themselves. */
export function watchEndSignals(): EndSignals {
  const first = new AbortController();
  const second = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => (first.signal.aborted ? second : first).abort());
  }
  // Each further line fails with EPIPE too, so this never counts as the second signal.
  onClosedPipe = () => first.abort();
  if (process.env.npm_lifecycle_event !== undefined) {
    // npm forwards a signal to the shell between npm and this process; the shell ends without forwarding it.
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) first.abort();
    }, PARENT_CHECK_MS).unref();
  }
  return { first: first.signal, second: second.signal };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("aborted");
    else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
}
