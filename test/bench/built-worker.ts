/**
 * A built Worker on workerd: ours, with real KV, SQLite objects and alarms on disk, or one to compare
 * it with, run in the same way.
 *
 * In the path of a request: our TCP connection, workerd, the Worker. Miniflare's entry, which adds
 * headers and a log line to each request, and the proxy and second runtime of `wrangler dev` are not:
 * a direct socket leads to the Worker itself. KV is Miniflare's own Worker in the same workerd, over
 * an object and a file for each value. A delivery leaves workerd for the receiver's port directly.
 * What the Worker logs goes through a pipe to this process, as it would to any log collector.
 */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import { TemporaryFolder } from "../chaos/temporary-folder.ts";
import { PROJECT_ROOT, WranglerProcess } from "../chaos/wrangler-process.ts";
import { childrenNamed } from "./process-usage.ts";

/** Of whichever Worker, in its own runtime. */
const NAME = "communique";
/** Folders of `workers/`. */
const OTHER_WORKERS = ["constant", "rendering"] as const;
type OtherWorker = (typeof OTHER_WORKERS)[number];

/** What a Worker is given beside what its wrangler.toml says. */
interface Given {
  bindings: Record<string, unknown>;
  /** Bindings too, each an ArrayBuffer. */
  data?: Record<string, Uint8Array<ArrayBuffer>>;
  /** Called with each line that the Worker logs. */
  onLog?: (line: string) => void;
  /** V8's inspector listens; it costs little, and is nothing for a measurement of time. */
  inspected?: boolean;
}

export class BuiltWorker implements AsyncDisposable {
  readonly url: URL;
  /** Of its workerd; undefined where there is no /proc. */
  readonly pid: number | undefined;
  /** Of its isolate at V8's inspector, where that was asked for. */
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
   * Ours.
   *
   * @param vars over those of wrangler.toml; the secrets included
   * @param onLog each line that the Worker logs
   */
  static async start(
    vars: Record<string, string>,
    onLog: (line: string) => void = () => undefined,
    inspected = false,
  ): Promise<BuiltWorker> {
    const bindings = { LOCAL_TARGETS: "loopback", ...vars };
    return BuiltWorker.#run(PROJECT_ROOT, { bindings, onLog, inspected });
  }

  /** One that ours is compared with. */
  static async startOther(name: OtherWorker, given: Given): Promise<BuiltWorker> {
    return BuiltWorker.#run(folderOf(name), given);
  }

  /** All of them at once, where each will be started: most of a build is one thread's. */
  static async buildAll(): Promise<void> {
    await Promise.all([PROJECT_ROOT, ...OTHER_WORKERS.map(folderOf)].map(bundleOf));
  }

  /** @param project the folder of a wrangler.toml whose `main` is some worker.ts */
  static async #run(
    project: string,
    { bindings, data = {}, onLog, inspected = false }: Given,
  ): Promise<BuiltWorker> {
    await using parts = new AsyncDisposableStack();
    const folder = parts.use(new TemporaryFolder());
    const bundle = await bundleOf(project);
    // A copy: beside the original may lie the secrets of `npm start`, which are none of ours.
    const configuration = join(folder.path, "wrangler.toml");
    await copyFile(join(project, "wrangler.toml"), configuration);
    process.env["WRANGLER_LOG"] ??= "error"; // it would tell of the secrets that are not in the copy
    const { workerOptions } = workerOptionsOf(configuration);
    const before = await childrenNamed("workerd");
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        ...workerOptions,
        bindings: { ...(workerOptions.bindings as Record<string, string>), ...bindings } as never,
        dataBlobBindings: data,
        name: NAME,
        ...(inspected ? { inspectorPort: 0 } : {}),
        rootPath: bundle,
        modules: [{ type: "ESModule", path: join(bundle, "worker.js") }],
        host: "127.0.0.1",
        port: 0,
        cf: false,
        resourcePersistencePath: join(folder.path, "state"),
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        resourceTmpPath: join(folder.path, "tmp"),
        telemetry: { enabled: false },
        handleStructuredLogs: ({ message }) => onLog?.(message),
      }),
    );
    parts.defer(() => miniflare.dispose());
    await miniflare.ready;
    const pid = (await childrenNamed("workerd")).find((child) => !before.includes(child));
    const url = await miniflare.unsafeGetDirectURL();
    const inspector = inspected
      ? new URL(`./core:user:${NAME}`, await miniflare.getInspectorURL())
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

/** Folders that are gone with this process. */
const bundles = new Map<string, Promise<string>>();

/** What a deployment would upload: built once, however many are run. */
async function bundleOf(project: string): Promise<string> {
  const known = bundles.get(project);
  if (known !== undefined) return known;
  const building = build(project, new TemporaryFolder().path);
  bundles.set(project, building);
  return building;
}

async function build(project: string, folder: string): Promise<string> {
  const bundle = join(folder, "bundle");
  const building = new WranglerProcess(["deploy", "--dry-run", "--outdir", bundle], project, folder);
  if (!(await building.ended)) throw new Error(`The Worker could not be built:\n${building.lastWords()}`);
  return bundle;
}
