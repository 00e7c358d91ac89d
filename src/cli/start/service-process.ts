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
import { COMPILED, PROJECT_ROOT } from "../paths.ts";
import { report } from "../output.ts";
import { errorLinesIn } from "./error-lines.ts";
import type { ServiceRun } from "./service-run.ts";

const RUN_SERVICE = join(import.meta.dirname, "run-service.ts");
/** The process does little but wait: without these, V8 would leave it with 80 MB of garbage. */
const SMALL_HEAP = ["--max-semi-space-size=1", "--optimize-for-size"];
/** Lines of output kept to explain an unexpected end. */
const LINES_KEPT = 60;
/** Milliseconds for an orderly end. */
const END_MS = 5_000;

export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  /** Whether the service's warnings and errors are printed as they come. */
  showErrors = false;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;

  /** With `verbose`, all output is printed on stderr as it comes. The process waits for what it is to run. */
  constructor({ verbose } = { verbose: false }) {
    this.#child = spawn(process.execPath, ["--no-warnings", ...SMALL_HEAP, RUN_SERVICE], {
      cwd: PROJECT_ROOT,
      // Its own group: Ctrl-C reaches only this process, and one signal reaches the whole group.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
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

  run(run: ServiceRun): void {
    this.#child.send(run);
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
  if (/^\s*stack: /.test(plain)) return undefined;
  const [, reason] = /failed to lookup address information: (.+)$/.exec(plain) ?? [];
  return reason === undefined ? plain : `a host name could not be looked up: ${reason}`;
}
