/**
 * The build of the Worker that `npm start` runs. It is kept until a source changes, so that a later start takes no
 * time for it.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { CliError, readIfPresent } from "../cli-error.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { errorLinesIn } from "./error-lines.ts";
import type { Build } from "./on-workerd.ts";

/** The options of the Worker, in the folder of a build. */
export const BUILD_FILE = "build.json";
const BUILDS = join(PROJECT_ROOT, ".wrangler/build");
const BUILD_PROCESS = join(import.meta.dirname, "build-process.ts");
/** What a build depends on beside `src`: the configuration, and the versions of all packages. */
const OTHER_SOURCES = ["wrangler.toml", "package.json", "package-lock.json", "tsconfig.json"];

/** @throws CliError with the errors of a Worker that cannot be built */
export async function keptBuild(): Promise<Build> {
  const key = await sourcesHash();
  const kept = await readBuild(join(BUILDS, key));
  if (kept !== undefined) return kept;
  await mkdir(BUILDS, { recursive: true });
  const folder = await mkdtemp(join(BUILDS, "new-"));
  try {
    await promisify(execFile)(process.execPath, ["--no-warnings", BUILD_PROCESS, folder]).catch(
      ({ stderr = "" }: { stderr?: string }) => {
        throw new CliError(["The Worker cannot be built.", ...errorLinesIn(stderr.split("\n"))].join("\n"));
      },
    );
    await keepOnly(folder, key);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const build = await readBuild(join(BUILDS, key));
  if (build === undefined) throw new CliError("The Worker was built, but its files have gone: start again.");
  return build;
}

async function readBuild(folder: string): Promise<Build | undefined> {
  const options = await readIfPresent(join(folder, BUILD_FILE));
  if (options === undefined) return undefined;
  return {
    bundle: join(folder, "bundle"),
    workerOptions: JSON.parse(String(options)) as Build["workerOptions"],
  };
}

/** Gives a finished build its name and removes the builds of earlier sources, but not those that others write now. */
async function keepOnly(folder: string, key: string): Promise<void> {
  // Another start may have built the same meanwhile.
  await rename(folder, join(BUILDS, key)).catch(() => undefined);
  const earlier = (await readdir(BUILDS)).filter((name) => name !== key && !name.startsWith("new-"));
  await Promise.all(earlier.map((name) => rm(join(BUILDS, name), { recursive: true, force: true })));
}

async function sourcesHash(): Promise<string> {
  const entries = await readdir(join(PROJECT_ROOT, "src"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const others = OTHER_SOURCES.map((name) => join(PROJECT_ROOT, name));
  const hash = createHash("sha256");
  for (const file of [...files.sort(), ...others]) hash.update(`${file}\0`).update(await readFile(file));
  return hash.digest("hex").slice(0, 32);
}
