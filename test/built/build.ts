/**
 * A Worker as a deployment would upload it.
 */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import { TemporaryFolder } from "../chaos/temporary-folder.ts";
import { WranglerProcess } from "../chaos/wrangler-process.ts";
import type { Build } from "./on-workerd.ts";

/** By project; their folders are gone with this process. */
const builds = new Map<string, Promise<Build>>();

/**
 * Built once, however many are run.
 *
 * @param project the folder of a wrangler.toml whose `main` is some worker.ts
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
  if (!(await building.ended)) throw new Error(`The Worker could not be built:\n${building.lastWords()}`);
  // A copy: beside the original may lie the secrets of `npm start`, which are none of ours.
  const configuration = join(folder, "wrangler.toml");
  await copyFile(join(project, "wrangler.toml"), configuration);
  return { bundle, workerOptions: quietly(() => workerOptionsOf(configuration).workerOptions) };
}

/** Without wrangler's word on the secrets that are not in the copy. */
function quietly<T>(read: () => T): T {
  const { WRANGLER_LOG: before } = process.env;
  process.env["WRANGLER_LOG"] = before ?? "error";
  try {
    return read();
  } finally {
    if (before === undefined) delete process.env["WRANGLER_LOG"];
  }
}
