/**
 * Progress of long work on stderr: a bar on a terminal, and elsewhere a plain line now and then.
 */
import ora from "ora";
import { report } from "./output.ts";

export interface Progress {
  /** Shows how much is done; without `part`, the length of the work is unknown. */
  show(text: string, part?: { done: number; total: number }): void;
  /** Removes the bar. */
  end(): void;
}

const BAR_CELLS = 24;
/** Milliseconds between two plain lines: work that is done by then says only what it did. */
const LINE_INTERVAL_MS = 10_000;

export function startProgress(): Progress {
  // ora erases lines in an endless loop on a terminal of width 0, which some containers provide.
  if (!process.stderr.isTTY || process.stderr.columns === 0) {
    let lastMs = Date.now();
    return {
      show(text, part) {
        if (Date.now() - lastMs < LINE_INTERVAL_MS) return;
        lastMs = Date.now();
        report(part === undefined ? text : `${text}: ${part.done} of ${part.total}`);
      },
      end() {},
    };
  }
  // With `discardStdin` ora would take over the keyboard, and Ctrl-C would not reach this process.
  const spinner = ora({ stream: process.stderr, discardStdin: false });
  return {
    show(text, part) {
      spinner.text =
        part === undefined ? text : `${bar(part.done / part.total)} ${text}: ${part.done} of ${part.total}`;
      if (!spinner.isSpinning) spinner.start();
    },
    end() {
      spinner.stop();
    },
  };
}

function bar(share: number): string {
  const full = Math.round(share * BAR_CELLS);
  return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
}
