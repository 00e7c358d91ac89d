/**
 * The service as real processes, which can be killed as a power cut would: all at once, with no word
 * said. Either `wrangler dev` with its runtimes and its bundler, as `npm start` runs it; or the built
 * Worker on workerd alone, which is up again in a quarter of the time. What keeps the data is the same.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Build } from "../built/on-workerd.ts";
import type { Run } from "../built/service.ts";
import { freePort } from "../support/free-port.ts";
import { polled } from "./polled.ts";
import { ProcessTree, PROJECT_ROOT } from "./process-tree.ts";
import { TemporaryFolder } from "./temporary-folder.ts";
import { WranglerProcess } from "./wrangler-process.ts";

const BUILT_SERVICE = join(PROJECT_ROOT, "test/built/service.ts");

/** Milliseconds; bundling and two runtimes take two or three seconds. */
const READY_WITHIN_MS = 30_000;
const GONE_WITHIN_MS = 5_000;

export class ServiceProcess implements AsyncDisposable {
  readonly url: URL;
  readonly #folder = new TemporaryFolder();
  readonly #project = join(this.#folder.path, "project");
  readonly #run = join(this.#folder.path, "run.json");
  readonly #vars: Record<string, string>;
  readonly #build: Build | undefined;
  readonly #onLine: (line: string) => void;
  #process: ProcessTree | undefined;

  /** @param port the same after every restart, or documents would be made anew for another BASE_URL */
  private constructor(
    port: number,
    vars: Record<string, string>,
    build: Build | undefined,
    onLine: (line: string) => void,
  ) {
    this.url = new URL(`http://127.0.0.1:${port}`);
    this.#vars = {
      BASE_URL: this.url.origin,
      LOCAL_TARGETS: "loopback",
      DNS_RESOLVER: "off",
      SIGNING_KEY: `whsk_${randomBytes(32).toString("base64")}`,
      ...vars,
    };
    this.#build = build;
    this.#onLine = onLine;
  }

  /**
   * @param vars what `wrangler dev --var` takes, the secrets included
   * @param build what is run on workerd alone; `wrangler dev` is run if none is given
   * @param onLine called with each line that it says
   */
  static async start(
    vars: Record<string, string>,
    build?: Build,
    onLine: (line: string) => void = () => undefined,
  ): Promise<ServiceProcess> {
    const service = new ServiceProcess(await freePort(), vars, build, onLine);
    try {
      if (build === undefined) await copyProject(service.#project);
      await service.start();
      return service;
    } catch (error) {
      await service[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Starts it on what it had stored. Ready is what its log says: no request is sent, since one could
   * wake an object that nobody but its own alarm may wake.
   *
   * @param vars that are others from now on
   */
  async start(vars: Record<string, string> = {}): Promise<void> {
    Object.assign(this.#vars, vars);
    if (this.#build !== undefined) await this.#writeRun(this.#build);
    const ready = Promise.withResolvers<"ready">();
    const started = this.#spawn((line) => {
      this.#onLine(line);
      if (line.includes("Ready on")) ready.resolve("ready");
    });
    this.#process = started;
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), READY_WITHIN_MS);
    const came = await Promise.race([ready.promise, late.promise, started.ended]);
    clearTimeout(timer);
    if (came !== "ready") throw new Error(`The service did not start:\n${started.lastWords()}`);
  }

  /** SIGKILL to the whole tree, sent before this returns; back when nothing of it is left. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
    await polled("the port is free again", GONE_WITHIN_MS, async () =>
      (await isOpen(this.url)) ? undefined : true,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }

  #spawn(onLine: (line: string) => void): ProcessTree {
    const folder = this.#folder.path;
    return this.#build === undefined
      ? new WranglerProcess(this.#flags(), this.#project, folder, onLine)
      : new ProcessTree([BUILT_SERVICE, this.#run], { cwd: folder, env: { TMPDIR: folder }, onLine });
  }

  async #writeRun(build: Build): Promise<void> {
    const place = { folder: this.#folder.path, port: Number(this.url.port) };
    const run: Run = { build, bindings: this.#vars, place };
    await writeFile(this.#run, JSON.stringify(run), { mode: 0o600 });
  }

  #flags(): string[] {
    return [
      "dev",
      `--ip=${this.url.hostname}`,
      `--port=${this.url.port}`,
      // Or wrangler would look for a free one and take it later: of two that start at once, one fails.
      "--inspector-port=0",
      `--persist-to=${join(this.#folder.path, "state")}`,
      "--show-interactive-dev-session=false",
      ...Object.entries(this.#vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ];
  }
}

async function isOpen(url: URL): Promise<boolean> {
  const socket = connect(Number(url.port), url.hostname);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * The service is run from a copy: `wrangler dev` starts anew when a source changes, which somebody at
 * work on it would do to us; it takes secrets from beside its configuration; and what a killed run
 * leaves behind is in the folder that is removed.
 */
async function copyProject(to: string): Promise<void> {
  await mkdir(to);
  for (const name of ["src", "wrangler.toml", "package.json", "tsconfig.json"]) {
    await cp(join(PROJECT_ROOT, name), join(to, name), { recursive: true });
  }
  await symlink(join(PROJECT_ROOT, "node_modules"), join(to, "node_modules"));
}
