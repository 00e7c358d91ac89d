/**
 * As recovery.test.ts, for what is the Newsroom's to finish: the read model, the fan-out, embargoes.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sharedBuild } from "../built/built-service.ts";
import { killOverEmbargo } from "./kill-over-embargo.ts";
import { killWhileFanningOut } from "./kill-while-fanning-out.ts";
import { killWhileProjecting } from "./kill-while-projecting.ts";
import { randomSeed, seededRandom } from "./seeded-random.ts";
import { Stage } from "./stage.ts";

const seed = Number(process.env["CHAOS_SEED"] ?? randomSeed());

describe(`the Newsroom of a service killed with SIGKILL (CHAOS_SEED=${seed})`, () => {
  const random = seededRandom(seed);
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set(await sharedBuild());
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  test("lets an embargo end at its time", async () => {
    expect(await killOverEmbargo(stage)).toMatchObject({ received: 1, acknowledged: 1 });
  });

  test("shows and tells all that was answered 2xx while it projected, gaplessly and in order", async () => {
    const outcome = await killWhileProjecting(stage, 0, random);
    expect(outcome.acknowledged).toBeGreaterThan(0);
  });

  test("tells every subscription, once, of all events of a batch that it was taking or handing out", async () => {
    const { acknowledged, received } = await killWhileFanningOut(stage, 0, random);
    expect(received).toBeGreaterThanOrEqual(acknowledged);
  });
});
