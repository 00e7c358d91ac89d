/**
 * Builds a Worker as a deployment would upload it.
 */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import { TemporaryFolder } from "../chaos/temporary-folder.ts";
import { WranglerProcess } from "../chaos/wrangler-process.ts";
import type { Build } from "./on-workerd.ts";

/** By project. The folders are removed at the end of this process. */
const builds = new Map<string, Promise<Build>>();

/**
 * Builds each project once in this process.
 *
 * @param project the folder of a wrangler.toml whose `main` is named worker.ts
 */
export function buildOf(project: string): Promise<Build> {
  const known = builds.get(project);
  if (known !== undefined) return known;
  const building = build(project, new TemporaryFolder().path);
  builds.set(project, building);
  return building;
}

async function build(project: string, folder: string): Promise<Build> {
  const bundle = join(folder, "bundle");
  const building = new WranglerProcess(["deploy", "--dry-run", "--outdir", bundle], project, folder);
  if (!(await building.ended)) throw new Error(`The Worker could not be built:\n${building.recentOutput()}`);
  // A copy, because wrangler would also read the secrets of `npm start` beside the original.
  const configuration = join(folder, "wrangler.toml");
  await copyFile(join(project, "wrangler.toml"), configuration);
  return { bundle, workerOptions: quietly(() => workerOptionsOf(configuration).workerOptions) };
}

/** Hides wrangler's warning about the secrets that the copy lacks. */
function quietly<T>(read: () => T): T {
  const { WRANGLER_LOG: previous } = process.env;
  process.env["WRANGLER_LOG"] = previous ?? "error";
  try {
    return read();
  } finally {
    if (previous === undefined) delete process.env["WRANGLER_LOG"];
  }
}
