/**
 * A built Worker on workerd as a process of its own, to be killed: `node service.ts RUN`, where RUN is
 * a {@link Run} as JSON in a file. Says what the Worker logs, and `Ready on URL`; ends with its parent.
 */
import { readFile } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import { Miniflare } from "miniflare";
import { type Build, onWorkerd, type Place } from "./on-workerd.ts";

export interface Run {
  build: Build;
  bindings: Record<string, string>;
  place: Place;
}

const [, , file = ""] = process.argv;
const { build, bindings, place } = JSON.parse(await readFile(file, "utf8")) as Run;
const miniflare = new Miniflare(onWorkerd(build, { bindings }, place, (line) => console.log(line)));
await miniflare.ready;
console.log(`Ready on ${(await miniflare.unsafeGetDirectURL()).origin}`);
// Nobody who is killed writes it, and each restart would compile all anew.
flushCompileCache();
