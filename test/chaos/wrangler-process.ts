/**
 * One run of wrangler with all that it starts, in a process group of its own, which ends with ours at
 * the latest.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

export const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
const WRANGLER = join(PROJECT_ROOT, "node_modules/wrangler/bin/wrangler.js");
const DIE_WITH_PARENT = pathToFileURL(join(PROJECT_ROOT, "src/cli/start/die-with-parent.ts")).href;
/** Lines of output kept to explain what went wrong. */
const LINES_KEPT = 60;

export class WranglerProcess {
  /** Settles when the process has ended and its output is read; true if it ended well. */
  readonly ended: Promise<boolean>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #killTree = () => this.#signalTree();

  /**
   * @param project the folder with the configuration
   * @param folder where it may leave what it likes: its log and its temporary files
   * @param onLine called with each line of output of a run that would never end by itself
   */
  constructor(flags: readonly string[], project: string, folder: string, onLine?: (line: string) => void) {
    // Should we be killed with no time for a last word: what does not end by itself must notice.
    const noticing = onLine === undefined ? [] : ["--import", DIE_WITH_PARENT];
    this.#child = spawn(process.execPath, [...noticing, WRANGLER, ...flags], {
      cwd: project,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_HIDE_BANNER: "true",
        WRANGLER_LOG: "log", // says when it is ready
        WRANGLER_LOG_PATH: join(folder, "log"),
        TMPDIR: folder,
      },
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
