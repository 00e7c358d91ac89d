/**
 * Starts, kills, restarts and controls the process of the endpoints, and reads their files.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../support/free-port.ts";
import { ProcessTree } from "./process-tree.ts";
import { EndpointFile } from "./endpoint-file.ts";
import type { Behaviour, EndpointsConfig, BehaviourRequest } from "./endpoints-process.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

const PROGRAM = join(import.meta.dirname, "endpoints-process.ts");

export class Endpoints implements AsyncDisposable {
  readonly urls: readonly string[];
  /** The file of each endpoint. */
  readonly files: readonly EndpointFile[];
  readonly #config: EndpointsConfig;
  readonly #folder: TemporaryFolder;
  #process: ProcessTree | undefined;

  private constructor(config: EndpointsConfig, folder: TemporaryFolder) {
    this.#config = config;
    this.#folder = folder;
    this.urls = config.endpoints.map(({ port }) => `http://127.0.0.1:${port}/`);
    this.files = config.endpoints.map(({ file }) => new EndpointFile(file));
  }

  /** @param lateMs delay of `late` answers in milliseconds */
  static async open(count: number, lateMs: number): Promise<Endpoints> {
    const folder = new TemporaryFolder();
    const ports: number[] = [];
    while (ports.length <= count) ports.push(await freePort());
    const [controlPort = 0, ...others] = ports;
    const endpoints = new Endpoints(
      {
        controlPort,
        lateMs,
        endpoints: others.map((port, index) => ({ port, file: join(folder.path, `${index}.jsonl`) })),
      },
      folder,
    );
    await writeFile(endpoints.#configFile, JSON.stringify(endpoints.#config));
    await endpoints.start();
    return endpoints;
  }

  /** Starts the process; the endpoints answer 200. */
  async start(): Promise<void> {
    const ready = Promise.withResolvers<"ready">();
    this.#process = new ProcessTree([PROGRAM, this.#configFile], {
      cwd: this.#folder.path,
      onLine: (line) => {
        if (line === "Ready") ready.resolve("ready");
      },
    });
    if ((await Promise.race([ready.promise, this.#process.ended])) !== "ready") {
      throw new Error(`The endpoints did not start:\n${this.#process.recentOutput()}`);
    }
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
  }

  /** Changes the behaviour of some endpoints, or of all. Has no effect while they are killed. */
  async behave(behaviour: Behaviour, endpoints = this.urls.map((_, index) => index)): Promise<void> {
    if (this.#process === undefined) return;
    const request: BehaviourRequest = { behaviour, endpoints };
    await fetch(`http://127.0.0.1:${this.#config.controlPort}/`, {
      method: "PUT",
      body: JSON.stringify(request),
    }).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }

  get #configFile(): string {
    return join(this.#folder.path, "endpoints.json");
  }
}
