/**
 * Where a test keeps the state of a built Worker.
 */
import { join } from "node:path";
import type { Location } from "../../src/cli/start/on-workerd.ts";

/** In one folder. @param port of 127.0.0.1; 0 for any */
export function locationIn(folder: string, port: number): Location {
  return { state: join(folder, "state"), temporary: join(folder, "tmp"), port };
}
