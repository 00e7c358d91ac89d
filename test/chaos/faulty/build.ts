/**
 * The test build: wrangler.toml with another `main`, so that neither `src` nor a deployment holds the fault hook.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildOf } from "../../built/build.ts";
import type { Build } from "../../../src/cli/start/on-workerd.ts";
import { PROJECT_ROOT } from "../process-tree.ts";
import { TemporaryFolder } from "../temporary-folder.ts";

const MAIN = 'main = "src/worker.ts"';
/** The manual is built in the project, and chaos reads none. */
const OF_THE_MANUAL = /^\[(?:build|assets)\]\n[^[]*/gm;

/** Builds once in this process. */
export function faultyBuild(): Promise<Build> {
  return (building ??= build());
}

let building: Promise<Build> | undefined;

async function build(): Promise<Build> {
  const { path } = new TemporaryFolder();
  const configuration = await readFile(join(PROJECT_ROOT, "wrangler.toml"), "utf8");
  if (!configuration.includes(MAIN)) throw new Error(`wrangler.toml lacks ${MAIN}`);
  const entry = join(import.meta.dirname, "worker.ts");
  await writeFile(
    join(path, "wrangler.toml"),
    configuration.replace(MAIN, `main = ${JSON.stringify(entry)}`).replaceAll(OF_THE_MANUAL, ""),
  );
  return buildOf(path);
}
