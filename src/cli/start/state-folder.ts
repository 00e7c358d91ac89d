/**
 * The folder in which the service keeps its ledger on this machine. It holds texts under embargo, so only its
 * owner may look into it.
 */
import { chmod, mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PROJECT_ROOT } from "../paths.ts";

/** What the runtime keeps, in the folder. `wrangler dev` has the same name for it. */
const KEPT = "v3";

/**
 * Creates the folder with mode 0700, or sets that mode. A folder that also holds other things keeps its own.
 *
 * @param named relative to the project; by default that of `wrangler dev`
 */
export async function privateStateFolder(
  named = ".wrangler/state",
): Promise<{ state: string; temporary: string }> {
  const folder = resolve(PROJECT_ROOT, named);
  const state = join(folder, KEPT);
  await mkdir(state, { recursive: true, mode: 0o700 });
  await chmod(state, 0o700);
  // `--persist-to ~` must not shut others out of a home folder.
  if ((await readdir(folder)).every((name) => name === KEPT)) await chmod(folder, 0o700);
  return { state, temporary: join(state, "tmp") };
}
