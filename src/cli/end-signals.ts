/**
 * Ctrl-C, an ordinary kill, a closed terminal and the end of npm, all alike.
 */

export interface EndSignals {
  /** Aborts at the first signal: come to an end. */
  first: AbortSignal;
  /** Aborts at the second: at once. */
  second: AbortSignal;
}

/** Milliseconds between two looks at whether npm is still there. */
const PARENT_LOOK_MS = 250;

/** From here on these signals end nothing by themselves. */
export function watchEndSignals(): EndSignals {
  const first = new AbortController();
  const second = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => (first.signal.aborted ? second : first).abort());
  }
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
