/**
 * A built Worker on workerd: the service, or a Worker for comparison, run in the same way. Its log goes
 * through a pipe to this process, as it would to a log collector.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { buildOf } from "../built/build.ts";
import { locationIn } from "../built/location.ts";
import { type ExtraBindings, onWorkerd, WORKER_NAME } from "../../src/cli/start/on-workerd.ts";
import { TemporaryFolder } from "../chaos/temporary-folder.ts";
import { PROJECT_ROOT } from "../chaos/process-tree.ts";
import { childrenNamed } from "./process-usage.ts";

/** The Workers for comparison, by folder in `workers/`. */
const OTHER_WORKERS = ["constant", "rendering", "posting"] as const;
type OtherWorker = (typeof OTHER_WORKERS)[number];

type OnLog = (line: string) => void;
const ignoreLog: OnLog = () => undefined;

export class BuiltWorker implements AsyncDisposable {
  readonly url: URL;
  /** Process id of workerd; undefined without /proc. */
  readonly pid: number | undefined;
  /** The isolate's URL at V8's inspector, if requested. */
  readonly inspector: URL | undefined;
  readonly #miniflare: Miniflare;
  readonly #folder: TemporaryFolder;

  private constructor(
    at: { url: URL; pid: number | undefined; inspector: URL | undefined },
    miniflare: Miniflare,
    folder: TemporaryFolder,
  ) {
    this.url = at.url;
    this.pid = at.pid;
    this.inspector = at.inspector;
    this.#miniflare = miniflare;
    this.#folder = folder;
  }

  /**
   * Starts the service.
   *
   * @param vars override those of wrangler.toml; include the secrets
   * @param onLog called with each line of the log
   * @param port a port of 127.0.0.1; 0 for any
   */
  static async start(
    vars: Record<string, string>,
    onLog: OnLog = ignoreLog,
    inspected = false,
    port = 0,
  ): Promise<BuiltWorker> {
    const bindings = {
      LOCAL_TARGETS: "loopback",
      DNS_RESOLVER: "off",
      SIGNING_KEY: `whsk_${randomBytes(32).toString("base64")}`,
      ...vars,
    };
    return BuiltWorker.#run(PROJECT_ROOT, { bindings, inspected }, onLog, port);
  }

  /** Starts a Worker for comparison. */
  static async startOther(name: OtherWorker, given: ExtraBindings): Promise<BuiltWorker> {
    return BuiltWorker.#run(folderOf(name), given, ignoreLog, 0);
  }

  /** Builds all Workers concurrently, because a build mostly uses one thread. */
  static async buildAll(): Promise<void> {
    await Promise.all([PROJECT_ROOT, ...OTHER_WORKERS.map(folderOf)].map(buildOf));
  }

  static async #run(project: string, given: ExtraBindings, onLog: OnLog, port: number): Promise<BuiltWorker> {
    await using parts = new AsyncDisposableStack();
    const folder = parts.use(new TemporaryFolder());
    const build = await buildOf(project);
    const before = await childrenNamed("workerd");
    const miniflare = new Miniflare(onWorkerd(build, given, locationIn(folder.path, port), onLog));
    parts.defer(() => miniflare.dispose());
    await miniflare.ready;
    const pid = (await childrenNamed("workerd")).find((child) => !before.includes(child));
    const url = await miniflare.unsafeGetDirectURL();
    const inspector =
      given.inspected === true
        ? new URL(`./core:user:${WORKER_NAME}`, await miniflare.getInspectorURL())
        : undefined;
    parts.move();
    return new BuiltWorker({ url, pid, inspector }, miniflare, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#miniflare.dispose();
    this.#folder[Symbol.dispose]();
  }
}

function folderOf(name: OtherWorker): string {
  return join(import.meta.dirname, "workers", name);
}
