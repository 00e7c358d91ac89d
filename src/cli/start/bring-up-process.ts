/**
 * The parent's side of the process that publishes the content folder (bring-up.ts).
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";
import { COMPILED, PROJECT_ROOT } from "../paths.ts";
import { ServiceFailure } from "./service-failure.ts";

const BRING_UP = join(import.meta.dirname, "bring-up.ts");

/** What the process needs to know. */
export interface BringUp {
  url: string;
  /** Absolute path of the content folder; left out: nothing is published. */
  folder?: string;
  /** LANGUAGES of this run, over those of wrangler.toml. */
  languages?: string;
  /** The admin token of this run, over the kept one. */
  token?: string;
}

/** How far the process has come. `counts` says in words what was published. A service that is being restored takes nothing. */
export interface Reached {
  state: "read" | "published" | "being-restored";
  counts?: string;
}

/** What the process tells. `lines` explain a failure; with `isOfService` the output of the service says more. */
export type BringUpReport = Reached | { state: "failed"; lines: string[]; isOfService: boolean };

export class BringUpProcess {
  readonly #child: ChildProcess;

  /** Reads and judges the content folder. */
  constructor(work: BringUp) {
    const env = { ...process.env, NODE_COMPILE_CACHE: COMPILED };
    this.#child = fork(BRING_UP, { cwd: PROJECT_ROOT, execArgv: ["--no-warnings"], env });
    this.#child.send(work);
  }

  /** Resolves when the content folder is judged, and nothing of it stops the start. @throws CliError with its faults */
  async read(): Promise<void> {
    await this.#nextReport();
  }

  /** Publishes. @throws CliError or ServiceFailure */
  async publish(): Promise<Reached> {
    const ended = once(this.#child, "exit");
    this.#child.send("started");
    const reached = await this.#nextReport();
    await ended;
    return reached;
  }

  end(): void {
    this.#child.kill();
  }

  async #nextReport(): Promise<Reached> {
    const ended = once(this.#child, "exit").then((): [BringUpReport] => {
      throw new CliError("The process that publishes the content ended before it was done.");
    });
    const [report] = (await Promise.race([once(this.#child, "message"), ended])) as [BringUpReport];
    if (report.state === "failed") {
      throw new (report.isOfService ? ServiceFailure : CliError)(report.lines.join("\n"));
    }
    return report;
  }
}
