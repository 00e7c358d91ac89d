/**
 * Renders releases before they are published. Markdown of 30 kB takes tens of milliseconds: a request of a
 * Worker on the free plan has ten, an object has thirty seconds, and the Newsroom must not spend its own.
 * Renderers store nothing.
 */
import { DurableObject } from "cloudflare:workers";
import type { ReleaseInput } from "../domain/release.ts";
import { type Prepared, prepare } from "./prepare.ts";

export class Renderer extends DurableObject<Env> {
  /** Renders each release, in order. @param baseUrl of the service */
  async prepare(inputs: readonly ReleaseInput[], baseUrl: string): Promise<Prepared[]> {
    return Promise.all(inputs.map((input) => prepare(input, baseUrl)));
  }
}
