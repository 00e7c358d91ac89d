/**
 * The built Worker on workerd, with real KV, SQLite objects and alarms on disk.
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

export class BuiltWorker implements AsyncDisposable {
  readonly url: URL;
  readonly #miniflare: Miniflare;
  readonly #folder: TemporaryFolder;

  private constructor(url: URL, miniflare: Miniflare, folder: TemporaryFolder) {
    this.url = url;
    this.#miniflare = miniflare;
    this.#folder = folder;
  }

  /**
   * @param vars over those of wrangler.toml; the secrets included
   * @param onLog each line that the Worker logs
   */
  static async start(
    vars: Record<string, string>,
    onLog: (line: string) => void = () => undefined,
  ): Promise<BuiltWorker> {
    await using parts = new AsyncDisposableStack();
    const folder = parts.use(new TemporaryFolder());
    const bundle = join(folder.path, "bundle");
    await build(folder, bundle);
    // A copy: beside the original may lie the secrets of `npm start`, which are none of ours.
    const configuration = join(folder.path, "wrangler.toml");
    await copyFile(join(PROJECT_ROOT, "wrangler.toml"), configuration);
    process.env["WRANGLER_LOG"] ??= "error"; // it would tell of the secrets that are not in the copy
    const { workerOptions } = workerOptionsOf(configuration);
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        ...workerOptions,
        bindings: {
          ...(workerOptions.bindings as Record<string, string>),
          LOCAL_TARGETS: "loopback",
          ...vars,
        },
        name: "communique",
        rootPath: bundle,
        modules: [{ type: "ESModule", path: join(bundle, "worker.js") }],
        host: "127.0.0.1",
        port: 0,
        cf: false,
        resourcePersistencePath: join(folder.path, "state"),
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        resourceTmpPath: join(folder.path, "tmp"),
        telemetry: { enabled: false },
        handleStructuredLogs: ({ message }) => onLog(message),
      }),
    );
    parts.defer(() => miniflare.dispose());
    await miniflare.ready;
    const url = await miniflare.unsafeGetDirectURL();
    parts.move();
    return new BuiltWorker(url, miniflare, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#miniflare.dispose();
    this.#folder[Symbol.dispose]();
  }
}

/** What a deployment would upload. */
async function build(folder: TemporaryFolder, bundle: string): Promise<void> {
  const building = new WranglerProcess(
    ["deploy", "--dry-run", "--outdir", bundle],
    PROJECT_ROOT,
    folder.path,
  );
  if (!(await building.ended)) throw new Error(`The Worker could not be built:\n${building.lastWords()}`);
}
