/**
 * SIGKILL after an embargoed text was taken, and a restart: at its time, and not before, it arrives
 * and is shown, by the Newsroom's alarm alone.
 */
import assert from "node:assert/strict";
import { acknowledged, assertDeliveredOnce } from "./delivered-once.ts";
import { type Outcome, elapsedMs } from "./outcome.ts";
import { newRelease } from "./press-office.ts";
import { untilShown } from "./shown-releases.ts";
import type { Stage } from "./stage.ts";
import { RECOVERED_WITHIN_MS } from "./waiting-times.ts";

/** Seconds from the publish to the embargo: a restart takes about three. */
const EMBARGO_SECONDS = 5;

export async function killOverEmbargo(stage: Stage): Promise<Outcome> {
  const { service, receiver, office } = stage;
  const embargo = new Date((Math.floor(Date.now() / 1000) + EMBARGO_SECONDS) * 1000);
  const release = newRelease("Under embargo", { embargo: embargo.toISOString() });
  const { status } = await office.publish(release);
  const answeredMs = performance.now();
  assert.equal(status, "embargoed");
  const killedAfterMs = elapsedMs(answeredMs, performance.now());
  await service.kill();
  await service.start();
  const readyMs = performance.now();

  const embargoMs = embargo.getTime() - performance.timeOrigin;
  await receiver.until(
    "the event arrives at its time",
    RECOVERED_WITHIN_MS,
    () => acknowledged(receiver.of(release.id)).length > 0,
  );
  const [arrival] = receiver.of(release.id);
  assert.ok(arrival !== undefined && arrival.atMs >= embargoMs, "nothing came before its time");
  await untilShown(service.url, new Map([[release.id, release.title]]));
  const recoveredMs = elapsedMs(Math.max(readyMs, embargoMs), performance.now());
  await assertDeliveredOnce(stage, release.id);
  return {
    scenario: "kill over an embargo",
    course: `embargo ${readyMs < embargoMs ? "after" : "before"} the restart`,
    killedAfterMs,
    recoveredMs,
    received: receiver.of(release.id).length,
    acknowledged: acknowledged(receiver.of(release.id)).length,
  };
}
