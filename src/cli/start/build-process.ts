/**
 * A process of its own for a build: `node build-process.ts FOLDER`. Wrangler takes 150 MB, which `npm start` would
 * keep for as long as it runs. Writes the build into the folder.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT_ROOT } from "../paths.ts";
import { report } from "../output.ts";
import { buildWorker } from "./build-worker.ts";
import { BUILD_FILE } from "./kept-build.ts";

const [, , folder = ""] = process.argv;
try {
  const { workerOptions } = await buildWorker(PROJECT_ROOT, folder);
  await writeFile(join(folder, BUILD_FILE), JSON.stringify(workerOptions));
} catch (error) {
  const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
  report([stdout, stderr].some((output) => output !== "") ? `${stdout}\n${stderr}` : message);
  process.exitCode = 1;
}
