/**
 * The running service: its process (run-service.ts) and the runtime below it, in a process group of their own.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { systemCode } from "../cli-error.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { report } from "../output.ts";
import { RUN_VARIABLE, type ServiceRun } from "./service-run.ts";

const RUN_SERVICE = join(import.meta.dirname, "run-service.ts");
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
  constructor(run: ServiceRun, verbose: boolean) {
    this.#child = spawn(process.execPath, ["--no-warnings", RUN_SERVICE], {
      cwd: PROJECT_ROOT,
      // Its own group: Ctrl-C reaches only this process, and one signal reaches the whole group.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        [RUN_VARIABLE]: JSON.stringify(run),
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_SEND_METRICS: "false",
        // It would let every program on this machine read and change the ledger without a token.
        X_LOCAL_EXPLORER: "false",
        // These would keep requests and logs, with the tokens in confirm URLs, in files.
        X_LOCAL_OBSERVABILITY: "false",
        WRANGLER_WRITE_LOGS: "false",
      },
    });
    this.ended = once(this.#child, "close").then(
      () => undefined,
      () => undefined,
    );
    this.#follow(this.#child.stdout, { verbose, isError: false });
    this.#follow(this.#child.stderr, { verbose, isError: true });
  }

  #follow(stream: Readable | null, { verbose, isError }: { verbose: boolean; isError: boolean }): void {
    if (stream === null) return;
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() === "") return;
      this.#lines.push(line);
      if (this.#lines.length > LINES_KEPT) this.#lines.shift();
      if (verbose) report(stripVTControlCharacters(line));
      else if (this.showErrors && isError) report(plainLine(line) ?? "");
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

/**
 * A line for people; undefined if it says nothing to them. The runtime takes a host name that it cannot look up for
 * a fault of its own and adds a stack; the log of the subscription says which delivery failed.
 */
export function plainLine(line: string): string | undefined {
  const plain = stripVTControlCharacters(line);
  if (/^\s+stack: /.test(plain)) return undefined;
  const [, reason] = /failed to lookup address information: (.+)$/.exec(plain) ?? [];
  return reason === undefined ? plain : `a host name could not be looked up: ${reason}`;
}

/** The lines that report errors, each once and without colours; if there are none, the last lines. */
export function errorLinesIn(output: readonly string[]): string[] {
  const lines = [...new Set(output.map((line) => stripVTControlCharacters(line).trim()))];
  const errors = lines.filter((line) => ERROR_LINE.test(line));
  return errors.length > 0 ? errors : lines.slice(-LAST_LINES);
}
