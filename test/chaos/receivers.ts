/**
 * The receivers of receivers-process.ts as a run deals with them: told how to behave, killed, started
 * again on the same ports, and read.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../support/free-port.ts";
import { ProcessTree } from "./process-tree.ts";
import { ReceiverFile } from "./receiver-file.ts";
import type { Conduct, Place, Told } from "./receivers-process.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

const PROGRAM = join(import.meta.dirname, "receivers-process.ts");

export class Receivers implements AsyncDisposable {
  readonly urls: readonly string[];
  /** What came to each. */
  readonly files: readonly ReceiverFile[];
  readonly #place: Place;
  readonly #folder: TemporaryFolder;
  #process: ProcessTree | undefined;

  private constructor(place: Place, folder: TemporaryFolder) {
    this.#place = place;
    this.#folder = folder;
    this.urls = place.receivers.map(({ port }) => `http://127.0.0.1:${port}/`);
    this.files = place.receivers.map(({ file }) => new ReceiverFile(file));
  }

  /** @param lateMs milliseconds after which those answer that answer too late */
  static async open(count: number, lateMs: number): Promise<Receivers> {
    const folder = new TemporaryFolder();
    const ports: number[] = [];
    while (ports.length <= count) ports.push(await freePort());
    const [controlPort = 0, ...others] = ports;
    const receivers = new Receivers(
      {
        controlPort,
        lateMs,
        receivers: others.map((port, index) => ({ port, file: join(folder.path, `${index}.jsonl`) })),
      },
      folder,
    );
    await writeFile(receivers.#placeFile, JSON.stringify(receivers.#place));
    await receivers.start();
    return receivers;
  }

  /** They answer from the start. */
  async start(): Promise<void> {
    const ready = Promise.withResolvers<"ready">();
    this.#process = new ProcessTree([PROGRAM, this.#placeFile], {
      cwd: this.#folder.path,
      onLine: (line) => {
        if (line === "Ready") ready.resolve("ready");
      },
    });
    if ((await Promise.race([ready.promise, this.#process.ended])) !== "ready") {
      throw new Error(`The receivers did not start:\n${this.#process.lastWords()}`);
    }
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** Some of them, or all; while they are killed nobody hears it. */
  async behave(conduct: Conduct, receivers = this.urls.map((_, index) => index)): Promise<void> {
    if (this.#process === undefined) return;
    const told: Told = { conduct, receivers };
    await fetch(`http://127.0.0.1:${this.#place.controlPort}/`, {
      method: "PUT",
      body: JSON.stringify(told),
    }).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }

  get #placeFile(): string {
    return join(this.#folder.path, "place.json");
  }
}
