/**
 * SIGKILL while many events are being taken, or handed to several subscriptions in more steps than
 * one: after the restart each subscription gets each event, once, with nobody touching anything
 * (invariants 1 and 2). Nobody outside is told when a hand-over begins, so the kill comes blindly, and
 * may come before the batch is stored: then it was not answered, and nothing of it is there.
 */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { acknowledged, type Desk } from "./delivered-once.ts";
import { type Outcome, elapsedMs } from "./outcome.ts";
import { polled } from "./polled.ts";
import { newRelease, type Release } from "./press-office.ts";
import { type Arrival, Receiver } from "./receiver.ts";
import type { Runtime } from "./service-process.ts";
import { type Stage, subscribed } from "./stage.ts";
import { RECOVERED_WITHIN_MS } from "./waiting-times.ts";

const SUBSCRIPTIONS = 5;
/** Of one batch: several windows of the fan-out's sweep. */
const EVENTS = 80;
/**
 * After the start of the publish: about when the batch is stored, and when all has been handed over. It
 * cannot be seen when that is: the Worker answers nobody meanwhile.
 */
const KILL_MS: Record<Runtime, { earliest: number; latest: number }> = {
  "wrangler-dev": { earliest: 300, latest: 750 },
  workerd: { earliest: 150, latest: 320 },
};

export async function killWhileFanningOut(
  stage: Stage,
  _round: number,
  random: () => number,
): Promise<Outcome> {
  const { service, office } = stage;
  await using parts = new AsyncDisposableStack();
  const desks = await Promise.all(
    Array.from({ length: SUBSCRIPTIONS }, async (): Promise<Desk> => {
      const receiver = parts.use(await Receiver.open());
      const subscription = await subscribed(office, receiver);
      receiver.behave("hold");
      return { office, receiver, subscription };
    }),
  );

  const first = newRelease("Fanned out, the first of a batch");
  const batch = [
    first,
    ...Array.from({ length: EVENTS - 1 }, (_, index) => newRelease(`Fanned out, ${index}`)),
  ];
  const startedMs = performance.now();
  const answered = office.publishTogether(batch).then(
    () => true,
    () => false,
  );
  const { earliest, latest } = KILL_MS[service.runtime];
  await delay(earliest + random() * (latest - earliest));
  const killedAfterMs = elapsedMs(startedMs, performance.now());
  await service.kill();
  const killedAt = Date.now();

  for (const { receiver } of desks) receiver.behave("answer");
  await service.start();
  const restartedMs = performance.now();
  const isStored = (await answered) || (await isTold(desks, batch));
  if (isStored) await Promise.all(desks.map((desk) => untilAllTaken(desk, batch)));
  else assert.ok(!(await office.isPublished(first)), "what nobody was told of was not stored");
  const recoveredMs = isStored ? elapsedMs(restartedMs, performance.now()) : 0;

  const arrivals = desks.flatMap(({ receiver }) => about(batch, receiver));
  const byEvent = Map.groupBy(arrivals, ({ id }) => id);
  assert.equal(byEvent.size, isStored ? EVENTS : 0, "one webhook-id for an event, whoever is told");
  const counts = [...byEvent.values()].map((same) => acknowledged(same).length);
  assert.deepEqual(new Set(counts), new Set(isStored ? [SUBSCRIPTIONS] : []), "each was taken once by each");
  const later = await Promise.all(desks.map((desk) => rowsMadeSince(desk, killedAt)));
  await Promise.all(desks.map(({ subscription }) => office.unsubscribe(subscription)));
  return {
    scenario: "kill while fanning out",
    course: isStored
      ? `${SUBSCRIPTIONS} × ${EVENTS} events, ${later.reduce((all, some) => all + some)} handed over after the kill; ${(await answered) ? "answered" : "broken off"}`
      : "broken off before it was stored",
    killedAfterMs,
    recoveredMs,
    received: arrivals.length,
    acknowledged: acknowledged(arrivals).length,
  };
}

/** What came to a receiver of these releases. */
function about(releases: readonly Release[], receiver: Receiver): Arrival[] {
  return receiver.arrivals.filter(({ message }) =>
    releases.some(({ id }) => id === message.data.release?.id),
  );
}

/** Whether somebody is told of these releases, or has been. */
async function isTold(desks: readonly Desk[], batch: readonly Release[]): Promise<boolean> {
  const first = desks.map(({ receiver }) =>
    receiver.until("an event comes", RECOVERED_WITHIN_MS, () => about(batch, receiver).length > 0),
  );
  return Promise.any(first).then(
    () => true,
    () => false,
  );
}

async function untilAllTaken({ receiver, subscription }: Desk, batch: readonly Release[]): Promise<void> {
  await receiver.until(
    `all ${EVENTS} events come to ${subscription.id}`,
    RECOVERED_WITHIN_MS,
    () => new Set(acknowledged(about(batch, receiver)).map(({ id }) => id)).size === EVENTS,
  );
}

/**
 * Waits until a subscription's log says that every event is delivered and over.
 *
 * @returns how many of its rows were made after a time, in milliseconds since 1970
 */
async function rowsMadeSince({ office, subscription }: Desk, sinceMs: number): Promise<number> {
  const rows = await polled("the log says that all is delivered", RECOVERED_WITHIN_MS, async () => {
    const all = (await office.deliveries(subscription)).filter(({ sequence }) => sequence !== null);
    return all.every(({ nextAttempt }) => nextAttempt === null) ? all : undefined;
  });
  assert.ok(rows.every(({ state }) => state === "delivered"));
  assert.equal(new Set(rows.map(({ event }) => event)).size, rows.length, "one row for each event");
  return rows.filter(({ created }) => Date.parse(created) > sinceMs).length;
}
