/**
 * Long work made visible: a bar on a terminal, plain lines elsewhere. All of it goes to stderr.
 */
import ora from "ora";

export interface Progress {
  /** How far the work is; without a total it is of unknown length. */
  show(text: string, part?: { done: number; total: number }): void;
  /** Takes the bar away. */
  end(): void;
}

const BAR_CELLS = 24;

/** ora leaves the keyboard alone when told to, so that Ctrl-C stays with us, as other bars do not. */
export function startProgress(): Progress {
  // A terminal without a width, as some containers give one, keeps ora erasing lines for ever.
  if (!process.stderr.isTTY || process.stderr.columns === 0) {
    let last = "";
    return {
      show(text, part) {
        const line = part === undefined ? text : `${text}: ${part.done} of ${part.total}`;
        if (line !== last) process.stderr.write(`${line}\n`);
        last = line;
      },
      end() {},
    };
  }
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
