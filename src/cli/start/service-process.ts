/**
 * The running service: `wrangler dev` with all that it starts, in a process group of its own.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { PROJECT_ROOT } from "../paths.ts";
import { systemCode } from "../cli-error.ts";

const WRANGLER = join(PROJECT_ROOT, "node_modules/wrangler/bin/wrangler.js");
const DIE_WITH_PARENT = pathToFileURL(join(import.meta.dirname, "die-with-parent.ts")).href;
/** Lines of output kept to explain an end that nobody asked for. */
const LINES_KEPT = 60;
/** Milliseconds for an orderly end. */
const END_MS = 5_000;

export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  /** Whether the service's own warnings and errors are shown as they come. */
  showErrors = false;
  /** Settles when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;

  /** @param verbose shows all output on stderr as it comes */
  constructor(flags: readonly string[], verbose: boolean) {
    this.#child = spawn(process.execPath, ["--import", DIE_WITH_PARENT, WRANGLER, ...flags], {
      cwd: PROJECT_ROOT,
      // A group of its own: a Ctrl-C comes to us alone, and one signal reaches all of it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_SEND_METRICS: "false",
        // The banner asks the registry for a newer version.
        WRANGLER_HIDE_BANNER: "true",
      },
    });
    this.ended = once(this.#child, "close").then(
      () => undefined,
      () => undefined,
    );
    this.#follow(this.#child.stdout, () => verbose);
    this.#follow(this.#child.stderr, () => verbose || this.showErrors);
  }

  #follow(stream: Readable | null, isShown: () => boolean): void {
    if (stream === null) return;
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() === "") return;
      this.#lines.push(line);
      if (this.#lines.length > LINES_KEPT) this.#lines.shift();
      if (isShown()) process.stderr.write(`${line}\n`);
    });
  }

  /** The last lines of what the service said. */
  lastWords(): string {
    return this.#lines.join("\n");
  }

  /** Ends the whole group; at the latest after a few seconds, or at once if `now` aborts. */
  async end(now: AbortSignal): Promise<void> {
    this.#child.kill("SIGTERM");
    await Promise.race([
      this.ended,
      delay(END_MS, undefined, { signal: now, ref: false }).catch(() => undefined),
    ]);
    this.#killGroup();
    await this.ended;
  }

  #killGroup(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch (error) {
      if (systemCode(error) !== "ESRCH") throw error; // nobody is left
    }
  }
}
