/**
 * SIGKILL while several texts are being published, projected and delivered at once. After the restart,
 * with nobody publishing, all feeds show every release whose publish was answered 2xx; sequences are
 * gapless; events of one release came in order (invariants 1 to 3).
 */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { acknowledged } from "./delivered-once.ts";
import { type Outcome, elapsedMs } from "./outcome.ts";
import { newRelease, type PressOffice, type PublishAnswer, type Release } from "./press-office.ts";
import { untilShown } from "./shown-releases.ts";
import type { Arrival } from "./receiver.ts";
import type { Stage } from "./stage.ts";
import { RECOVERED_WITHIN_MS } from "./waiting-times.ts";

/** Fewer than the attempts that the service has in flight for one subscription: a correction could be among them. */
const AUTHORS = 2;
/** Publishes answered before a kill may come, and the most milliseconds from then until it comes. */
const ANSWERED_BEFORE_KILL = 6;
const LATEST_KILL_MS = 500;

export async function killWhileProjecting(
  stage: Stage,
  round: number,
  random: () => number,
): Promise<Outcome> {
  const { service, receiver, office } = stage;
  // Events pile up, so that those of one release could overtake each other.
  receiver.behave("hold");
  const publishing = new Publishing(office, round);
  await publishing.answered(ANSWERED_BEFORE_KILL);
  const readyToKillMs = performance.now();
  await delay(Math.floor(random() * LATEST_KILL_MS));
  const killedAfterMs = elapsedMs(readyToKillMs, performance.now());
  await service.kill();
  const answers = await publishing.end();

  receiver.behave("answer");
  await service.start();
  const restartedMs = performance.now();
  await untilShown(service.url, publishing.titles());
  await receiver.until("every answered event arrives", RECOVERED_WITHIN_MS, () =>
    answers.every(({ sequence }) => taken(stage).has(sequence ?? 0)),
  );
  const recoveredMs = elapsedMs(restartedMs, performance.now());

  await assertGapless(stage, answers);
  return {
    scenario: "kill while projecting",
    course: `${answers.length} publishes answered, ${publishing.unanswered} broken off`,
    killedAfterMs,
    recoveredMs,
    received: receiver.arrivals.length,
    acknowledged: acknowledged(receiver.arrivals).length,
  };
}

/** Authors who publish a text, then correct it, then the next, until the service is gone. */
class Publishing {
  readonly #office: PressOffice;
  readonly #authors: Promise<void>[];
  readonly #answers: PublishAnswer[] = [];
  readonly #titles = new Map<string, string>();
  readonly #enough = Promise.withResolvers<void>();
  #enoughAt = Number.POSITIVE_INFINITY;
  unanswered = 0;

  constructor(office: PressOffice, round: number) {
    this.#office = office;
    this.#authors = Array.from({ length: AUTHORS }, (_, author) =>
      this.#write(`Round ${round}, author ${author}`),
    );
  }

  /** Resolves when so many publishes were answered 2xx. */
  async answered(count: number): Promise<void> {
    this.#enoughAt = count;
    if (this.#answers.length < count) await Promise.race([this.#enough.promise, this.end()]);
  }

  /** Resolves when every author has found the service gone; with what was answered before. */
  async end(): Promise<PublishAnswer[]> {
    await Promise.all(this.#authors);
    return this.#answers;
  }

  /** The title that each release must show at least: of its latest edition that was answered. */
  titles(): Map<string, string> {
    return this.#titles;
  }

  async #write(name: string): Promise<void> {
    for (let text = 1; ; text += 1) {
      const release = newRelease(`${name}, text ${text}, edition 1`);
      if (!(await this.#publish(release))) return;
      const title = `${name}, text ${text}, edition 2`;
      if (!(await this.#publish({ ...release, title, change: "major", note: "The title." }))) return;
    }
  }

  /** @returns false when the service is gone */
  async #publish(release: Release): Promise<boolean> {
    try {
      this.#answers.push(await this.#office.publish(release));
    } catch (error) {
      // fetch says so when there is no complete answer; all else is the service's fault.
      if (!(error instanceof TypeError)) throw error;
      this.unanswered += 1;
      return false;
    }
    this.#titles.set(release.id, release.title);
    if (this.#answers.length >= this.#enoughAt) this.#enough.resolve();
    return true;
  }
}

/** Sequences that the receiver has taken. */
function taken({ receiver }: Stage): Set<number> {
  return new Set(acknowledged(receiver.arrivals).flatMap(({ message }) => message.data.sequence ?? []));
}

async function assertGapless(stage: Stage, answers: readonly PublishAnswer[]): Promise<void> {
  const { receiver, office } = stage;
  const given = answers.map(({ sequence }) => sequence);
  assert.equal(new Set(given).size, given.length, "no sequence was given out twice");

  const { sequence: last } = await office.publish(newRelease("After the kill"));
  assert.ok(last !== null && last > Math.max(...given.map(Number)), "sequences go on growing");
  await receiver.until(
    `sequences 1 to ${last} have all arrived`,
    RECOVERED_WITHIN_MS,
    () => taken(stage).size === last,
  );
  assert.deepEqual(
    [...taken(stage)].toSorted((a, b) => a - b),
    Array.from({ length: last }, (_, index) => index + 1),
  );
  assert.deepEqual(receiver.distrusted, [], "every signature was right");

  assertOrder(receiver.arrivals);
}

/** An event has one webhook-id, and comes only when those of its release before it have been taken. */
function assertOrder(arrivals: readonly Arrival[]): void {
  for (const same of Map.groupBy(arrivals, ({ message }) => message.data.sequence).values()) {
    assert.equal(new Set(same.map(({ id }) => id)).size, 1, "one webhook-id for an event");
  }
  for (const ofRelease of Map.groupBy(arrivals, ({ message }) => message.data.release?.id).values()) {
    const takenMs = new Map<number, number>();
    for (const { message, acknowledgedMs = Infinity } of ofRelease) {
      const { sequence = 0 } = message.data;
      takenMs.set(sequence, Math.min(acknowledgedMs, takenMs.get(sequence) ?? Infinity));
    }
    for (const { message, atMs } of ofRelease) {
      const { sequence = 0 } = message.data;
      const overtaken = [...takenMs].filter(([earlier, ms]) => earlier < sequence && ms > atMs);
      assert.deepEqual(overtaken, [], `event ${sequence} overtook none of its release`);
    }
  }
}
