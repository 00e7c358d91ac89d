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
import type { Stage } from "./stage.ts";
import { RECOVERED_WITHIN_MS } from "./waiting-times.ts";

const AUTHORS = 4;
/** Publishes answered before a kill may come, and the most milliseconds from then until it comes. */
const ANSWERED_BEFORE_KILL = 6;
const LATEST_KILL_MS = 500;

export async function killWhileProjecting(
  stage: Stage,
  round: number,
  random: () => number,
): Promise<Outcome> {
  const { service, receiver, office } = stage;
  const publishing = new Publishing(office, round);
  await publishing.answered(ANSWERED_BEFORE_KILL);
  const readyToKillMs = performance.now();
  await delay(Math.floor(random() * LATEST_KILL_MS));
  const killedAfterMs = elapsedMs(readyToKillMs, performance.now());
  await service.kill();
  const answers = await publishing.end();

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

  const latest = new Map<string, number>();
  const ids = new Map<number, string>();
  for (const { id, message } of receiver.arrivals) {
    const { sequence, release } = message.data;
    if (sequence === undefined || release === undefined) continue;
    assert.equal(ids.get(sequence) ?? id, id, `event ${sequence} has one webhook-id`);
    ids.set(sequence, id);
    assert.ok(sequence >= (latest.get(release.id) ?? 0), `event ${sequence} was not overtaken`);
    latest.set(release.id, sequence);
  }
}
