/**
 * Progress of long work on stderr: a bar on a terminal, plain lines elsewhere.
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

export function startProgress(): Progress {
  // ora erases lines in an endless loop on a terminal of width 0, which some containers provide.
  if (!process.stderr.isTTY || process.stderr.columns === 0) {
    let last = "";
    return {
      show(text, part) {
        const line = part === undefined ? text : `${text}: ${part.done} of ${part.total}`;
        if (line !== last) report(line);
        last = line;
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
