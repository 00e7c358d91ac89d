/**
 * A few rounds of `npm run chaos`: real processes, SIGKILL, and calls that throw.
 */
import { expect, test } from "vitest";
import { faultyBuild } from "./faulty/build.ts";
import { runRounds } from "./rounds.ts";
import { randomSeed } from "./random.ts";

const seed = Number(process.env["CHAOS_SEED"] ?? randomSeed());
const KINDS = ["service killed", "endpoints hang", "objects throw"] as const;

test(`no event is lost, duplicated, reordered or wrongly signed in a few rounds of chaos (CHAOS_SEED=${seed})`, async () => {
  const build = await faultyBuild();
  const results = await runRounds({ rounds: KINDS.length, seed, kinds: KINDS, build });
  expect(results.flatMap(({ violations }) => violations)).toEqual([]);
  expect(results.map(({ trouble }) => trouble).toSorted()).toEqual(KINDS.toSorted());
  expect(results.every(({ events, deliveries }) => events > 0 && deliveries > 0)).toBe(true);
}, 180_000);
