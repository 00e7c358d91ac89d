/**
 * The running service: `wrangler dev` and its children, in a process group of their own.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { systemCode } from "../cli-error.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { report } from "../output.ts";

const WRANGLER = join(PROJECT_ROOT, "node_modules/wrangler/bin/wrangler.js");
const DIE_WITH_PARENT = pathToFileURL(join(import.meta.dirname, "die-with-parent.ts")).href;
/** Lines of output kept to explain an unexpected end. */
const LINES_KEPT = 60;
/** Lines shown where none looks like an error. */
const LAST_LINES = 5;
/** Milliseconds for an orderly end. */
const END_MS = 5_000;
const ERROR_LINE = /✘|\berror\b/i;

export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  /** Whether the service's warnings and errors are printed as they come. */
  showErrors = false;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;

  /** @param verbose prints all output on stderr as it comes */
  constructor(flags: readonly string[], verbose: boolean) {
    this.#child = spawn(process.execPath, ["--import", DIE_WITH_PARENT, WRANGLER, ...flags], {
      cwd: PROJECT_ROOT,
      // Its own group: Ctrl-C reaches only this process, and one signal reaches the whole group.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_SEND_METRICS: "false",
        // The banner would ask the npm registry for a newer version.
        WRANGLER_HIDE_BANNER: "true",
        // It would let every program on this machine read and change the ledger without a token.
        X_LOCAL_EXPLORER: "false",
        // Being found by other `wrangler dev` opens a port at which any program may call both objects.
        WRANGLER_REGISTRY_PATH: "",
        // These would keep requests and logs, with the tokens in confirm URLs, in files.
        X_LOCAL_OBSERVABILITY: "false",
        WRANGLER_WRITE_LOGS: "false",
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
      if (isShown()) report(stripVTControlCharacters(line));
    });
  }

  /** The lines of the last output that explain why the service failed. */
  errorLines(): string[] {
    return errorLinesIn(this.#lines);
  }

  /** Ends the whole group: in good order within a few seconds, or at once when `now` aborts. */
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
      if (systemCode(error) !== "ESRCH") throw error; // the group has ended
    }
  }
}

/** The lines that report errors, each once and without colours; if there are none, the last lines. */
export function errorLinesIn(output: readonly string[]): string[] {
  const lines = [...new Set(output.map((line) => stripVTControlCharacters(line).trim()))];
  const errors = lines.filter((line) => ERROR_LINE.test(line));
  return errors.length > 0 ? errors : lines.slice(-LAST_LINES);
}
