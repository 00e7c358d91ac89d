/**
 * Renders releases before they are published, and checks files. Markdown of 30 kB takes tens of milliseconds, and so
 * does the hash of a large file: a request of a Worker on the free plan has ten, an object has thirty seconds, and the
 * Newsroom must not spend its own. Renderers store nothing of their own.
 */
import { DurableObject } from "cloudflare:workers";
import type { ReleaseInput } from "../domain/release.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { storeFile, type StoreResult } from "./store-file.ts";

export class Renderer extends DurableObject<Env> {
  /** Renders each release, in order. @param baseUrl of the service */
  async prepare(inputs: readonly ReleaseInput[], baseUrl: string): Promise<Prepared[]> {
    return Promise.all(inputs.map((input) => prepare(input, baseUrl)));
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
