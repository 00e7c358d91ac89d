/**
 * The folder in which the service keeps its ledger on this machine. It holds texts under embargo, so only its
 * owner may look into it.
 */
import { chmod, mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PROJECT_ROOT } from "../paths.ts";

/** What wrangler makes in the folder; everything that it keeps is below. */
const WRANGLER_FOLDER = "v3";

/** The folder that `--persist-to` names, relative to the project, or wrangler's default. */
export function stateFolder(named = ".wrangler/state"): string {
  return resolve(PROJECT_ROOT, named);
}

/** Creates the folder with mode 0700, or sets that mode. A folder that also holds other things keeps its own. */
export async function makePrivate(folder: string): Promise<void> {
  const inside = join(folder, WRANGLER_FOLDER);
  await mkdir(inside, { recursive: true, mode: 0o700 });
  await chmod(inside, 0o700);
  // `--persist-to ~` must not shut others out of a home folder.
  if ((await readdir(folder)).every((name) => name === WRANGLER_FOLDER)) await chmod(folder, 0o700);
}
