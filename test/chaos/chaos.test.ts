/**
 * A few rounds of `npm run chaos`: real processes, real SIGKILL, calls that throw.
 */
import { expect, test } from "vitest";
import { faultyBuild } from "./faulty/build.ts";
import { runRounds } from "./rounds.ts";
import { randomSeed } from "./seeded-random.ts";

const seed = Number(process.env["CHAOS_SEED"] ?? randomSeed());
const KINDS = ["service killed", "receivers hang", "objects throw"] as const;

test(`nothing is lost, doubled, overtaken or wrongly signed in a few rounds of chaos (CHAOS_SEED=${seed})`, async () => {
  const build = await faultyBuild();
  const results = await runRounds({ rounds: KINDS.length, seed, kinds: KINDS, build });
  expect(results.flatMap(({ violations }) => violations)).toEqual([]);
  expect(results.map(({ trouble }) => trouble).toSorted()).toEqual(KINDS.toSorted());
  expect(results.every(({ events, deliveries }) => events > 0 && deliveries > 0)).toBe(true);
}, 180_000);
