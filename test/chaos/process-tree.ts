/**
 * Runs a Node program and everything that it starts in a process group of its own. The group ends at the
 * latest with this process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

export const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
const DIE_WITH_PARENT = pathToFileURL(join(PROJECT_ROOT, "src/cli/start/die-with-parent.ts")).href;
/** Lines of output that are kept for error messages. */
const LINES_KEPT = 60;

interface Options {
  cwd: string;
  env?: Record<string, string>;
  /** Called with each line of output. Pass it for programs that do not end by themselves. */
  onLine?: ((line: string) => void) | undefined;
}

export class ProcessTree {
  /** Settles when the process has ended and its output is read; true for exit code 0. */
  readonly ended: Promise<boolean>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #killTree = () => this.#signalTree();

  /** @param args the path of a program and its arguments */
  constructor(args: readonly string[], { cwd, env, onLine }: Options) {
    // If SIGKILL ends this process, a program that does not end by itself must notice that.
    const dieWithParent = onLine === undefined ? [] : ["--import", DIE_WITH_PARENT];
    this.#child = spawn(process.execPath, [...dieWithParent, ...args], {
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
    // Runs before the removal of temporary folders at exit, so that no process writes into them any more.
    process.prependOnceListener("exit", this.#killTree);
    this.ended = once(this.#child, "close").then(
      () => this.#child.exitCode === 0,
      () => false,
    );
    void this.ended.then(() => process.off("exit", this.#killTree));
  }

  /** Sends SIGKILL to the whole tree before it returns; resolves when the output has ended. */
  async kill(): Promise<void> {
    this.#signalTree();
    await this.ended;
  }

  /** The last lines of output. */
  recentOutput(): string {
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
