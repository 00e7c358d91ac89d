/**
 * Kill and recover, in its short form: real processes, real SIGKILL, and nobody touches anything
 * after the restart. `npm run chaos` does the same as often as asked.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sharedBuild } from "../built/built-service.ts";
import { killBeforeDelivery } from "./kill-before-delivery.ts";
import { receiverDown, receiverDownServiceKilled } from "./receiver-outage.ts";
import { randomSeed, seededRandom } from "./seeded-random.ts";
import { Stage } from "./stage.ts";

const KILL_ROUNDS = 5;
const seed = Number(process.env["CHAOS_SEED"] ?? randomSeed());

describe(`deliveries of a service killed with SIGKILL (CHAOS_SEED=${seed})`, () => {
  const random = seededRandom(seed);
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set(await sharedBuild());
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  test.each(Array.from({ length: KILL_ROUNDS }, (_, round) => round))(
    "what was answered 2xx right before arrives once and is shown, round %i",
    async (round) => {
      const outcome = await killBeforeDelivery(stage, round, random);
      expect(outcome.acknowledged).toBeGreaterThan(0);
    },
  );

  test("what a receiver missed three times arrives once, and the log shows each attempt", async () => {
    expect(await receiverDown(stage)).toMatchObject({ received: 1, acknowledged: 1 });
  });

  test("retries go on that the service was killed amid", async () => {
    expect(await receiverDownServiceKilled(stage)).toMatchObject({ received: 1, acknowledged: 1 });
  });
});
