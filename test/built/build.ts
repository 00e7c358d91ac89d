/**
 * Builds of Workers for tests and benchmarks, each once.
 */
import { buildWorker } from "../../src/cli/start/build-worker.ts";
import type { Build } from "../../src/cli/start/on-workerd.ts";
import { TemporaryFolder } from "../chaos/temporary-folder.ts";

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
  const building = buildWorker(project, new TemporaryFolder().path);
  builds.set(project, building);
  return building;
}
