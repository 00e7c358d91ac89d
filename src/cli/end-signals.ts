/**
 * Ctrl-C, an ordinary kill, a closed terminal, the end of npm, and that of whoever reads what is printed,
 * all alike.
 */
import { systemCode } from "./cli-error.ts";

export interface EndSignals {
  /** Aborts at the first signal: come to an end. */
  first: AbortSignal;
  /** Aborts at the second: at once. */
  second: AbortSignal;
}

/** Milliseconds between two looks at whether npm is still there. */
const PARENT_LOOK_MS = 250;

/** What has nothing to take back ends at once. */
let whenUnread = (): void => process.exit(0);

/** Whoever reads the first lines and goes, as `head` does, has got what he wanted: the command ends. */
export function endWhenUnread(): void {
  process.stdout.on("error", (error) => {
    if (systemCode(error) !== "EPIPE") throw error;
    whenUnread();
  });
}

/** From here on these signals end nothing by themselves. */
export function watchEndSignals(): EndSignals {
  const first = new AbortController();
  const second = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => (first.signal.aborted ? second : first).abort());
  }
  // Every further line fails as well: that is no second signal.
  whenUnread = () => first.abort();
  if (process.env.npm_lifecycle_event !== undefined) {
    // npm passes a signal on to the shell between it and us, which ends and tells us nothing.
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) first.abort();
    }, PARENT_LOOK_MS).unref();
  }
  return { first: first.signal, second: second.signal };
}

/** Settles when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve("aborted");
    else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
}
