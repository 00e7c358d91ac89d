/**
 * Builds a Worker as a deployment would upload it.
 */
import { execFile } from "node:child_process";
import { copyFile, cp } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { PROJECT_ROOT } from "../paths.ts";
import { type Build, MANUAL_FOLDER } from "./on-workerd.ts";

/** Where the build command of wrangler.toml writes the manual, in the project. */
const BUILT_MANUAL = ".wrangler/manual";
const WRANGLER = join(PROJECT_ROOT, "node_modules/wrangler/bin/wrangler.js");

/**
 * @param project the folder of a wrangler.toml whose `main` is named worker.ts
 * @param folder an existing folder, which gets the build
 * @throws the error of wrangler, with its output
 */
export async function buildWorker(project: string, folder: string): Promise<Build> {
  const bundle = join(folder, "bundle");
  const [workerOptions] = await Promise.all([
    readOptions(project, folder),
    bundleWorker(project, bundle, folder),
  ]);
  // With the bundle: the next build of the project replaces it.
  if (workerOptions.assets !== undefined) {
    await cp(join(project, BUILT_MANUAL), join(bundle, MANUAL_FOLDER), { recursive: true });
  }
  return { bundle, workerOptions };
}

async function bundleWorker(project: string, bundle: string, folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, [WRANGLER, "deploy", "--dry-run", "--outdir", bundle], {
    cwd: project,
    env: {
      ...process.env,
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_LOG_PATH: join(folder, "log"),
    },
  });
}

/** The bindings and settings of wrangler.toml, without secrets. */
async function readOptions(project: string, folder: string): Promise<Build["workerOptions"]> {
  // A copy, because wrangler would also read the secrets of `npm start` beside the original.
  const configuration = join(folder, "wrangler.toml");
  await copyFile(join(project, "wrangler.toml"), configuration);
  // Half of wrangler's start: it is loaded only where there is something to build.
  const { unstable_getMiniflareWorkerOptions: optionsOf } = await import("wrangler");
  return quietly(() => optionsOf(configuration).workerOptions);
}

/** Hides wrangler's warning about the secrets that the copy lacks. */
function quietly<T>(read: () => T): T {
  const { WRANGLER_LOG: previous } = process.env;
  process.env["WRANGLER_LOG"] = previous ?? "error";
  try {
    return read();
  } finally {
    if (previous === undefined) delete process.env["WRANGLER_LOG"];
    else process.env["WRANGLER_LOG"] = previous;
  }
}
