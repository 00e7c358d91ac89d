/**
 * Gives every property test its seed, so that a run repeats the one before. fast-check prints the seed of a failure;
 * COMMUNIQUE_SEED gives all properties another one.
 */
import fc from "fast-check";
import { inject } from "vitest";

fc.configureGlobal({ seed: inject("seed") });
