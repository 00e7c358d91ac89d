/**
 * A built Worker on workerd as a process that can be killed: `node service.ts FILE`, where FILE holds a
 * {@link Run} as JSON. Prints the log of the Worker and `Ready on URL`. Ends with its parent.
 */
import { readFile } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import { Miniflare } from "miniflare";
import { type Build, onWorkerd, type Location } from "../../src/cli/start/on-workerd.ts";

export interface Run {
  build: Build;
  bindings: Record<string, string>;
  location: Location;
}

const [, , file = ""] = process.argv;
const { build, bindings, location } = JSON.parse(await readFile(file, "utf8")) as Run;
const miniflare = new Miniflare(onWorkerd(build, { bindings }, location, (line) => console.log(line)));
await miniflare.ready;
console.log(`Ready on ${(await miniflare.unsafeGetDirectURL()).origin}`);
// Node writes the cache at exit, which SIGKILL prevents; each restart would compile everything again.
flushCompileCache();
