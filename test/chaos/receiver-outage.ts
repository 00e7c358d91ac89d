/**
 * The receiver is down for three attempts, then up again: the event arrives, once, and the log shows
 * each attempt. The same with the service killed amid the outage.
 */
import assert from "node:assert/strict";
import { acknowledged, assertDeliveredOnce } from "./delivered-once.ts";
import { type Outcome, elapsedMs } from "./outcome.ts";
import { polled } from "./polled.ts";
import { newRelease } from "./press-office.ts";
import type { Stage } from "./stage.ts";
import { RECOVERED_WITHIN_MS } from "./waiting-times.ts";

const ATTEMPTS_MISSED = 3;

/** Its port is closed. */
export async function receiverDown(stage: Stage): Promise<Outcome> {
  const { receiver, office, subscription } = stage;
  await receiver.down();
  const release = newRelease("The receiver was down");
  const { sequence } = await office.publish(release);
  await polled(`${ATTEMPTS_MISSED} attempts are in the log`, RECOVERED_WITHIN_MS, async () => {
    const delivery = (await office.deliveries(subscription)).find((row) => row.sequence === sequence);
    return delivery !== undefined && delivery.attempts >= ATTEMPTS_MISSED ? true : undefined;
  });
  await receiver.up();
  const upMs = performance.now();
  await receiver.until(
    "the event arrives after the outage",
    RECOVERED_WITHIN_MS,
    () => acknowledged(receiver.of(release.id)).length > 0,
  );
  const recoveredMs = elapsedMs(upMs, performance.now());
  const { log } = await assertDeliveredOnce(stage, release.id);
  assert.deepEqual(
    log.map(({ attempt, status }) => [attempt, status]),
    [...Array.from({ length: ATTEMPTS_MISSED }, (_, index) => [index + 1, null]), [ATTEMPTS_MISSED + 1, 200]],
  );
  return {
    scenario: "receiver down",
    course: `port closed for ${ATTEMPTS_MISSED} attempts`,
    killedAfterMs: null,
    recoveredMs,
    received: receiver.of(release.id).length,
    acknowledged: acknowledged(receiver.of(release.id)).length,
  };
}

/** It drops every connection, and the service is killed after the second; nobody reads the log meanwhile. */
export async function receiverDownServiceKilled(stage: Stage): Promise<Outcome> {
  const { service, receiver, office } = stage;
  receiver.behave("refuse");
  const release = newRelease("The receiver was down and the service was killed");
  const refusedBefore = receiver.refused;
  await office.publish(release);
  const answeredMs = performance.now();
  await receiver.until(
    "two attempts are refused",
    RECOVERED_WITHIN_MS,
    () => receiver.refused >= refusedBefore + 2,
  );
  const killedAfterMs = elapsedMs(answeredMs, performance.now());
  await service.kill();
  const refusedAtKill = receiver.refused;
  await service.start();
  await receiver.until(
    "an attempt is refused after the restart",
    RECOVERED_WITHIN_MS,
    () => receiver.refused > refusedAtKill,
  );
  receiver.behave("answer");
  const upMs = performance.now();
  await receiver.until(
    "the event arrives after the outage",
    RECOVERED_WITHIN_MS,
    () => acknowledged(receiver.of(release.id)).length > 0,
  );
  const recoveredMs = elapsedMs(upMs, performance.now());
  const { log } = await assertDeliveredOnce(stage, release.id);
  const failures = log.filter(({ reason }) => reason !== null);
  // All but the one that died with the service, if it did.
  assert.ok(failures.length >= receiver.refused - refusedBefore - 1, "attempts that failed are in the log");
  return {
    scenario: "receiver down, service killed",
    course: `connections dropped: ${refusedAtKill - refusedBefore} before the kill, ${receiver.refused - refusedAtKill} after; in the log ${failures.length}`,
    killedAfterMs,
    recoveredMs,
    received: receiver.of(release.id).length,
    acknowledged: acknowledged(receiver.of(release.id)).length,
  };
}
