/**
 * Runs a built Worker on workerd, with real KV, SQLite objects and alarms on disk.
 *
 * A request passes through our TCP connection, workerd and the Worker. A direct socket bypasses
 * Miniflare's entry, which adds headers and a log line to each request, and there is no proxy and second
 * runtime as in `wrangler dev`. KV is Miniflare's own Worker in the same workerd, with an object and a
 * file for each value. A delivery goes from workerd directly to the endpoint's port.
 */
import { join } from "node:path";
import { convertV4MiniflareOptions, type MiniflareOptions, type Request, type Response } from "miniflare";
import type { unstable_getMiniflareWorkerOptions } from "wrangler";

/** The name of any Worker, each in a runtime of its own. */
export const WORKER_NAME = "communique";

/** The folder of the manual, beside worker.js. */
export const MANUAL_FOLDER = "manual";

/** A build. It can be serialised as JSON. */
export interface Build {
  /** The folder that holds worker.js. */
  bundle: string;
  /** The options in its wrangler.toml. */
  workerOptions: ReturnType<typeof unstable_getMiniflareWorkerOptions>["workerOptions"];
}

/** As in wrangler.toml; a Worker for comparison has none. */
interface WithAssets {
  assets?: { binding: string };
}

/** Bindings beside those in wrangler.toml. */
export interface ExtraBindings {
  bindings: Record<string, unknown>;
  /** Bindings of type ArrayBuffer. */
  data?: Record<string, Uint8Array<ArrayBuffer>>;
  /** Starts V8's inspector, which costs a little time: not for measurements of time. */
  inspected?: boolean;
  /** Source of a module that wraps worker.js and is the entry in its place. */
  entry?: string;
  /** Answers every request that the Worker sends, so that none leaves this process. */
  outbound?: (request: Request) => Promise<Response>;
}

export interface Location {
  /** Folders for the state, also across restarts, and for temporary files. */
  state: string;
  temporary: string;
  /** Where the Worker listens: an address or a name; 127.0.0.1 if left out. */
  host?: string;
  /** 0 for any. */
  port: number;
  /** The port of 127.0.0.1 for Miniflare's entry, which passes requests on; 0 or left out: any. */
  entryPort?: number;
}

/** @param level "error", "warn", "info", "log" or "debug" */
export type OnLog = (line: string, level: string) => void;

/** @param onLog called with each line that the Worker logs */
export function onWorkerd(
  { bundle, workerOptions }: Build,
  { bindings, data = {}, inspected = false, entry, outbound }: ExtraBindings,
  { state, temporary, host = "127.0.0.1", port, entryPort = 0 }: Location,
  onLog: OnLog,
): MiniflareOptions {
  const { assets, ...options } = workerOptions as Record<string, unknown> & WithAssets;
  return convertV4MiniflareOptions({
    ...options,
    // Miniflare's assets put two Workers in front of each request. Ours asks for the files itself, so a folder will do.
    serviceBindings:
      assets === undefined
        ? {}
        : { [assets.binding]: { disk: { path: join(bundle, MANUAL_FOLDER), writable: false } } },
    bindings: { ...(workerOptions.bindings as Record<string, unknown>), ...bindings } as never,
    dataBlobBindings: data,
    name: WORKER_NAME,
    ...(inspected ? { inspectorPort: 0 } : {}),
    ...(outbound === undefined ? {} : { outboundService: outbound }),
    rootPath: bundle,
    modules: [
      ...(entry === undefined
        ? []
        : [{ type: "ESModule" as const, path: join(bundle, "entry.js"), contents: entry }]),
      { type: "ESModule", path: join(bundle, "worker.js") },
    ],
    host: "127.0.0.1",
    port: entryPort,
    cf: false,
    resourcePersistencePath: state,
    unsafeDirectSockets: [{ host, port }],
    resourceTmpPath: temporary,
    telemetry: { enabled: false },
    handleStructuredLogs: ({ message, level }) => onLog(message, level),
  });
}
