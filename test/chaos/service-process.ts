/**
 * The service as real processes: `wrangler dev` with its runtime and its bundler, in a process group
 * of their own, which can be killed as a power cut would: all at once, with no word said.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { polled } from "./polled.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
const WRANGLER = join(PROJECT_ROOT, "node_modules/wrangler/bin/wrangler.js");
const DIE_WITH_PARENT = pathToFileURL(join(PROJECT_ROOT, "src/cli/start/die-with-parent.ts")).href;
/** Milliseconds; bundling and two runtimes take two or three seconds. */
const READY_WITHIN_MS = 30_000;
const GONE_WITHIN_MS = 5_000;
/** Lines of output kept to explain a start that failed. */
const LINES_KEPT = 60;

export class ServiceProcess implements AsyncDisposable {
  readonly url: URL;
  readonly #folder = new TemporaryFolder();
  readonly #vars: Record<string, string>;
  readonly #killTree = () => this.#signalTree();
  #child: ChildProcess | undefined;
  #lines: string[] = [];

  /** @param port the same after every restart, or documents would be made anew for another BASE_URL */
  private constructor(port: number, vars: Record<string, string>) {
    this.url = new URL(`http://127.0.0.1:${port}`);
    this.#vars = { BASE_URL: this.url.origin, LOCAL_TARGETS: "loopback", ...vars };
    process.once("exit", this.#killTree);
  }

  /** @param vars what `wrangler dev --var` takes, the secrets included */
  static async start(vars: Record<string, string>): Promise<ServiceProcess> {
    const service = new ServiceProcess(await freePort(), vars);
    try {
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
   */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ["--import", DIE_WITH_PARENT, WRANGLER, ...this.#flags()], {
      cwd: PROJECT_ROOT,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_HIDE_BANNER: "true",
        WRANGLER_LOG: "log", // says when it is ready
        WRANGLER_LOG_PATH: join(this.#folder.path, "log"),
        TMPDIR: this.#folder.path,
      },
    });
    this.#child = child;
    this.#lines = [];
    const ready = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr].filter((stream) => stream !== null)) {
      createInterface({ input: stream }).on("line", (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
        if (line.includes("Ready on")) ready.resolve();
      });
    }
    const over = new AbortController();
    const late = AbortSignal.any([over.signal, AbortSignal.timeout(READY_WITHIN_MS)]);
    const ended = once(child, "close", { signal: late });
    try {
      await Promise.race([ready.promise, ended.then(() => Promise.reject(new Error("it ended")))]);
    } catch (error) {
      throw new Error(`The service did not start (${String(error)}):\n${this.#lines.join("\n")}`, {
        cause: error,
      });
    } finally {
      over.abort();
      await ended.catch(() => undefined);
    }
  }

  /** SIGKILL to the whole tree; back when nothing of it is left. The signal is sent before this returns. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const closed = child.exitCode === null && child.signalCode === null ? once(child, "close") : undefined;
    this.#signalTree();
    await closed;
    this.#child = undefined;
    await polled("the port is free again", GONE_WITHIN_MS, async () =>
      (await isOpen(this.url)) ? undefined : true,
    );
  }

  /** What it said last. */
  lastWords(): string {
    return this.#lines.join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    process.off("exit", this.#killTree);
    this.#folder[Symbol.dispose]();
  }

  #signalTree(): void {
    if (this.#child?.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }

  #flags(): string[] {
    return [
      "dev",
      `--ip=${this.url.hostname}`,
      `--port=${this.url.port}`,
      `--persist-to=${join(this.#folder.path, "state")}`,
      "--show-interactive-dev-session=false",
      ...Object.entries(this.#vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ];
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port could be had");
  return address.port;
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
