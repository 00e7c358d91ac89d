/**
 * Renders releases before they are published, and checks files. Markdown of 30 kB takes tens of milliseconds, and so
 * does the hash of a large file: a request of a Worker on the free plan has ten, an object has thirty seconds, and the
 * Newsroom must not spend its own. Renderers store nothing of their own.
 */
import { DurableObject } from "cloudflare:workers";
import type { Site } from "../domain/site.ts";
import type { ReleaseInput } from "../domain/release.ts";
import { newsroom } from "../runtime/stubs.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { storeFile, type StoreResult } from "./store-file.ts";

export class Renderer extends DurableObject<Env> {
  /** Renders each release, in order, with the phrases that the site has now: KV may have older ones. */
  async prepare(inputs: readonly ReleaseInput[]): Promise<Prepared[]> {
    const site = (await newsroom(this.env).site()) as Site;
    return Promise.all(inputs.map((input) => prepare(input, site)));
  }

  /** Stores the bytes of a file in KV, if they have this hash. */
  async storeFile(
    sha256: string,
    body: ReadableStream<Uint8Array>,
    announced: number | undefined,
  ): Promise<StoreResult> {
    return storeFile(this.env.DOCUMENTS, sha256, body, announced);
  }
}
