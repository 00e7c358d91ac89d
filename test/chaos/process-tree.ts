/**
 * One run of a Node program with all that it starts, in a process group of its own, which ends with
 * ours at the latest.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

export const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
const DIE_WITH_PARENT = pathToFileURL(join(PROJECT_ROOT, "src/cli/start/die-with-parent.ts")).href;
/** Lines of output kept to explain what went wrong. */
const LINES_KEPT = 60;

interface Options {
  cwd: string;
  env?: Record<string, string>;
  /** Called with each line of output of a run that would never end by itself. */
  onLine?: ((line: string) => void) | undefined;
}

export class ProcessTree {
  /** Settles when the process has ended and its output is read; true if it ended well. */
  readonly ended: Promise<boolean>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #killTree = () => this.#signalTree();

  /** @param args a program with what it is given */
  constructor(args: readonly string[], { cwd, env, onLine }: Options) {
    // Should we be killed with no time for a last word: what does not end by itself must notice.
    const noticing = onLine === undefined ? [] : ["--import", DIE_WITH_PARENT];
    this.#child = spawn(process.execPath, [...noticing, ...args], {
      cwd,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null)) {
      createInterface({ input: stream }).on("line", (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
        onLine?.(line);
      });
    }
    // Before any folder is removed at exit, or the processes would go on writing into it.
    process.prependOnceListener("exit", this.#killTree);
    this.ended = once(this.#child, "close").then(
      () => this.#child.exitCode === 0,
      () => false,
    );
    void this.ended.then(() => process.off("exit", this.#killTree));
  }

  /** SIGKILL to the whole tree, sent before this returns; back when its output has ended. */
  async kill(): Promise<void> {
    this.#signalTree();
    await this.ended;
  }

  /** What it said last. */
  lastWords(): string {
    return this.#lines.join("\n");
  }

  #signalTree(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}
