/**
 * Work on files that a signal must not cut in two.
 */

import { CliError } from "./cli-error.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does the work for one item after the other. A signal ends the command after the item in progress.
 *
 * @throws CliError instead if the command watches signals itself
 */
export async function eachUncut<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let received: NodeJS.Signals | undefined;
  const hold = (signal: NodeJS.Signals): void => {
    received = signal;
  };
  for (const signal of SIGNALS) process.on(signal, hold);
  try {
    for (const item of items) {
      await work(item);
      if (received !== undefined) break;
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, hold);
  }
  if (received === undefined) return;
  // Without another listener this ends the process.
  process.kill(process.pid, received);
  throw new CliError("Interrupted: nothing was sent.");
}
