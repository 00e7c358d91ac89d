/**
 * Gives every property test its seed, so that a run repeats the one before. fast-check prints the seed of a failure;
 * COMMUNIQUE_SEED gives all properties another one.
 */
import fc from "fast-check";
import { inject } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    seed: number;
    runs: number;
  }
}

fc.configureGlobal({ seed: inject("seed") });

/** The runs of a slow property, or their milliseconds: those of `npm test`, times COMMUNIQUE_RUNS. */
export function runs(short: number): number {
  return short * inject("runs");
}
