/**
 * SIGKILL between the 2xx of a publish and its delivery; a restart; nobody touches anything; the
 * event arrives, once, and the feeds show the release (invariants 1 and 2).
 */
import { setTimeout as delay } from "node:timers/promises";
import { acknowledged, assertDeliveredOnce } from "./delivered-once.ts";
import { type Outcome, elapsedMs } from "./outcome.ts";
import { newRelease } from "./press-office.ts";
import { untilShown } from "./shown-releases.ts";
import type { Stage } from "./stage.ts";
import { RECOVERED_WITHIN_MS } from "./waiting-times.ts";

/** How the receiver is at the time. `open` lets the kill fall before, in or after the delivery. */
const RECEIVER_STATES = ["hold", "down", "open"] as const;
/** Most kills come at once; the latest after so many milliseconds. */
const LATEST_KILL_MS = 300;

export async function killBeforeDelivery(
  stage: Stage,
  round: number,
  random: () => number,
): Promise<Outcome> {
  const { service, receiver, office } = stage;
  const state = RECEIVER_STATES[round % RECEIVER_STATES.length] ?? "hold";
  const killAfterMs = Math.floor(random() ** 3 * LATEST_KILL_MS);
  if (state === "hold") receiver.behave("hold");
  if (state === "down") await receiver.down();

  const release = newRelease(`Killed before delivery, round ${round}`);
  await office.publish(release);
  const answeredMs = performance.now();
  if (killAfterMs > 0) await delay(killAfterMs);
  const killedMs = performance.now();
  await service.kill();
  const deadMs = performance.now();
  const receivedBefore = receiver.of(release.id).length;
  const takenBefore = acknowledged(receiver.of(release.id)).length;

  receiver.behave("answer");
  if (state === "down") await receiver.up();
  await service.start();
  const restartedMs = performance.now();
  await receiver.until(
    "the event arrives after the restart",
    RECOVERED_WITHIN_MS,
    () => acknowledged(receiver.of(release.id)).length > 0,
  );
  const arrivals = receiver.of(release.id);
  const last = acknowledged(arrivals).at(-1)?.acknowledgedMs ?? restartedMs;
  await untilShown(service.url, new Map([[release.id, release.title]]));
  await assertDeliveredOnce(stage, release.id, state === "open" ? deadMs : undefined);
  return {
    scenario: "kill before delivery",
    course: `receiver ${state}; when killed, ${receivedBefore} had come and ${takenBefore} was taken`,
    killedAfterMs: elapsedMs(answeredMs, killedMs),
    recoveredMs: elapsedMs(restartedMs, last),
    received: receiver.of(release.id).length,
    acknowledged: acknowledged(receiver.of(release.id)).length,
  };
}
