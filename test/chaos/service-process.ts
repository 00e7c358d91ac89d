/**
 * The service as real processes, killed like a power cut would: all at once and without shutdown. Either
 * `wrangler dev`, as `npm run dev` runs it, or the built Worker on workerd alone, which starts in a quarter of
 * the time. Both store data in the same way.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Build } from "../../src/cli/start/on-workerd.ts";
import { locationIn } from "../built/location.ts";
import type { Run } from "../built/service.ts";
import { freePort } from "../support/free-port.ts";
import { pollUntil } from "./poll-until.ts";
import { ProcessTree, PROJECT_ROOT } from "./process-tree.ts";
import { TemporaryFolder } from "./temporary-folder.ts";
import { WranglerProcess } from "./wrangler-process.ts";

const BUILT_SERVICE = join(PROJECT_ROOT, "test/built/service.ts");

/** In milliseconds. Bundling and starting two runtimes takes two or three seconds. */
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

  /** @param port the same after every restart, because another BASE_URL would re-render all documents */
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
   * @param vars for `wrangler dev --var`, including the secrets
   * @param build runs on workerd alone; by default, `wrangler dev` runs
   * @param onLine called with each line of output
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
   * Starts the service with the data on disk. Waits for its log to say "Ready" and sends no request,
   * because a request could wake an object that only its own alarm may wake.
   *
   * @param vars change from now on
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
    const outcome = await Promise.race([ready.promise, late.promise, started.ended]);
    clearTimeout(timer);
    if (outcome !== "ready") throw new Error(`The service did not start:\n${started.recentOutput()}`);
  }

  /** Sends SIGKILL to the whole tree before it returns; resolves when the port is free. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = undefined;
    await pollUntil("the port is free again", GONE_WITHIN_MS, async () =>
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
    const location = locationIn(this.#folder.path, Number(this.url.port));
    const run: Run = { build, bindings: this.#vars, location };
    await writeFile(this.#run, JSON.stringify(run), { mode: 0o600 });
  }

  #flags(): string[] {
    return [
      "dev",
      `--ip=${this.url.hostname}`,
      `--port=${this.url.port}`,
      // Otherwise wrangler picks a free port and binds it later; of two starts at once, one would fail.
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
 * The service runs from a copy. `wrangler dev` would restart when somebody edits a source, and would
 * read the secrets beside wrangler.toml. What a killed run leaves behind is removed with the folder.
 */
async function copyProject(to: string): Promise<void> {
  await mkdir(to);
  for (const name of ["src", "wrangler.toml", "package.json", "tsconfig.json"]) {
    await cp(join(PROJECT_ROOT, name), join(to, name), { recursive: true });
  }
  await symlink(join(PROJECT_ROOT, "node_modules"), join(to, "node_modules"));
}
