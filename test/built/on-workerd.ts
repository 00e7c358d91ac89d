/**
 * How a built Worker is run on workerd, with real KV, SQLite objects and alarms on disk.
 *
 * In the path of a request: our TCP connection, workerd, the Worker. Miniflare's entry, which adds
 * headers and a log line to each request, and the proxy and second runtime of `wrangler dev` are not:
 * a direct socket leads to the Worker itself. KV is Miniflare's own Worker in the same workerd, over
 * an object and a file for each value. A delivery leaves workerd for the receiver's port directly.
 */
import { join } from "node:path";
import { convertV4MiniflareOptions, type MiniflareOptions } from "miniflare";
import type { unstable_getMiniflareWorkerOptions } from "wrangler";

/** Of whichever Worker, in its own runtime. */
export const WORKER_NAME = "communique";

/** Can be written as JSON. */
export interface Build {
  /** The folder with its worker.js. */
  bundle: string;
  /** What its wrangler.toml says of it. */
  workerOptions: ReturnType<typeof unstable_getMiniflareWorkerOptions>["workerOptions"];
}

/** What a Worker is given beside what its wrangler.toml says. */
export interface Given {
  bindings: Record<string, unknown>;
  /** Bindings too, each an ArrayBuffer. */
  data?: Record<string, Uint8Array<ArrayBuffer>>;
  /** V8's inspector listens; it costs little, and is nothing for a measurement of time. */
  inspected?: boolean;
}

export interface Place {
  /** Where its state is kept, over a restart too. */
  folder: string;
  /** Of 127.0.0.1; 0 for any. */
  port: number;
}

/** @param onLog called with each line that the Worker logs */
export function onWorkerd(
  { bundle, workerOptions }: Build,
  { bindings, data = {}, inspected = false }: Given,
  { folder, port }: Place,
  onLog: (line: string) => void,
): MiniflareOptions {
  return convertV4MiniflareOptions({
    ...workerOptions,
    bindings: { ...(workerOptions.bindings as Record<string, unknown>), ...bindings } as never,
    dataBlobBindings: data,
    name: WORKER_NAME,
    ...(inspected ? { inspectorPort: 0 } : {}),
    rootPath: bundle,
    modules: [{ type: "ESModule", path: join(bundle, "worker.js") }],
    host: "127.0.0.1",
    port: 0,
    cf: false,
    resourcePersistencePath: join(folder, "state"),
    unsafeDirectSockets: [{ host: "127.0.0.1", port }],
    resourceTmpPath: join(folder, "tmp"),
    telemetry: { enabled: false },
    handleStructuredLogs: ({ message }) => onLog(message),
  });
}
