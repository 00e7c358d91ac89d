/**
 * One author of the office, who publishes, corrects, takes back and puts back texts of his own.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Book, KnownRelease, Step } from "./expected-state.ts";
import type { Chance } from "./random.ts";
import type { PublishAnswer, Release } from "./press-office.ts";
import type { Outcome, ServiceCalls } from "./service-calls.ts";

/** Texts of one author: beyond these he works on those that are there. */
const RELEASES_MAX = 50;
const BATCH_MAX = 12;
const ACTIONS = { least: 4, most: 8 };
const PAUSE_MS = 600;
const EMBARGO_SECONDS = { least: 1, most: 3 };

const LANGUAGES = ["en", "en", "hy", "fr"];
const TYPES = ["press-release", "statement", "speech"];
export const TOPICS = ["alpha", "beta", "gamma"];
const WORDS = ["treaty", "summit", "visit", "budget"];

type Answer = PublishAnswer & { changed: boolean };

interface Surroundings {
  book: Book;
  calls: ServiceCalls;
  /** Resolves when the service is not known to be down. */
  up: () => Promise<void>;
}

export class Author {
  readonly #number: number;
  readonly #around: Surroundings;

  constructor(number: number, around: Surroundings) {
    this.#number = number;
    this.#around = around;
  }

  /** @param isSilent he goes home when a call breaks off */
  async work(chance: Chance, isSilent: boolean): Promise<void> {
    const actions = chance.whole(ACTIONS.least, ACTIONS.most);
    for (let done = 0; done < actions; done += 1) {
      await delay(chance.between(0, PAUSE_MS));
      await this.#around.up();
      const isKnown = chance.happens(0.15)
        ? await this.#publishTogether(chance)
        : await this.#actOnOne(chance);
      if (!isKnown && isSilent) return;
    }
  }

  /** @returns whether it is known what came of it */
  async #actOnOne(chance: Chance): Promise<boolean> {
    const { calls } = this.#around;
    const release = this.#chosen(chance);
    if (release === undefined) return true;
    const step = stepFor(release, chance);
    const { edition } = step;
    const outcome =
      edition === undefined
        ? await calls.call<Answer>(
            "POST",
            `/api/v1/releases/${release.id}/${verbOf(step)}`,
            calls.adminToken,
            {
              reason: `It had to be (${chance.whole(0, 1_000_000)}).`,
            },
          )
        : await calls.call<Answer>("PUT", `/api/v1/releases/${release.id}`, calls.adminToken, edition);
    return this.#note(
      [release],
      [step],
      outcome.kind === "answered" ? { ...outcome, answer: [outcome.answer] } : outcome,
    );
  }

  /** All of them or none. */
  async #publishTogether(chance: Chance): Promise<boolean> {
    const { calls } = this.#around;
    const chosen = new Set<KnownRelease>();
    for (let left = chance.whole(2, BATCH_MAX); left > 0; left -= 1) {
      const release = this.#chosen(chance);
      if (release?.status === "none" || release?.status === "published") chosen.add(release);
    }
    const releases = [...chosen];
    const steps = releases.map((release) => editionFor(release, chance));
    if (releases.length === 0) return true;
    const outcome = await calls.call<{ data: Answer[] }>("POST", "/api/v1/releases", calls.adminToken, {
      releases: steps.map(({ edition }) => edition),
    });
    return this.#note(
      releases,
      steps,
      outcome.kind === "answered" ? { ...outcome, answer: outcome.answer.data } : outcome,
    );
  }

  #note(releases: readonly KnownRelease[], steps: readonly Step[], outcome: Outcome<Answer[]>): boolean {
    const { book } = this.#around;
    for (const [index, release] of releases.entries()) {
      const step = steps[index];
      if (step === undefined) continue;
      if (outcome.kind === "unknown") release.uncertain = { step, batch: releases };
      else if (outcome.kind === "refused")
        book.violations.push(`${step.type} of ${release.id} was refused: ${outcome.status} ${outcome.text}`);
      else {
        const answer = outcome.answer.find(({ id }) => id === release.id);
        if (answer === undefined) book.violations.push(`${release.id} is missing in the answer`);
        else book.confirm(release, step, answer);
      }
    }
    return outcome.kind !== "unknown";
  }

  /** One of whose state he is sure; a new one as long as there may be more. */
  #chosen(chance: Chance): KnownRelease | undefined {
    const { book } = this.#around;
    const own = book.of(this.#number);
    const isNew = chance.happens(own.length < 3 ? 1 : 0.12);
    const id = uuidOf(chance);
    if (isNew && own.length < RELEASES_MAX) return book.add(id, this.#number);
    const sure = own.filter(({ uncertain, status }) => uncertain === undefined && status !== "embargoed");
    return sure.length === 0 ? undefined : chance.pick(sure);
  }
}

/** What can be done with a release as it stands. */
function stepFor(release: KnownRelease, chance: Chance): Step {
  switch (release.status) {
    case "none":
      return editionFor(release, chance, chance.happens(0.35));
    case "embargoed":
    case "published":
      if (chance.happens(0.65)) return editionFor(release, chance);
      return { type: chance.happens(0.5) ? "release.withdrawn" : "release.killed" };
    case "withdrawn":
      return { type: chance.happens(0.6) ? "release.reinstated" : "release.killed" };
    case "killed":
      return { type: "release.reinstated" };
  }
}

function editionFor({ id, editions }: KnownRelease, chance: Chance, isEmbargoed = false): Step {
  const before = editions.at(-1);
  const number = editions.length + 1;
  const isMajor = chance.happens(0.6);
  const isFiledAnew = before === undefined || chance.happens(0.3);
  const word = chance.pick(WORDS);
  // Far enough behind the present second that the call does not come too late.
  const embargoMs =
    (Math.floor(Date.now() / 1000) + chance.whole(EMBARGO_SECONDS.least, EMBARGO_SECONDS.most) + 1) * 1000;
  const edition: Release = {
    id,
    slug: `release-${id}`,
    lang: before?.lang ?? chance.pick(LANGUAGES),
    type: isFiledAnew ? chance.pick(TYPES) : before.type,
    topics: isFiledAnew ? TOPICS.filter(() => chance.happens(0.4)) : (before.topics ?? []),
    title: `Of a ${word}, edition ${number}`,
    summary: `Edition ${number} tells of a ${word}.`,
    date: before?.date ?? "2020-12-01",
    body: `This is edition ${number}, number ${chance.whole(0, 1_000_000_000)}, which tells of a ${word}.`,
    ...(before === undefined ? {} : { change: isMajor ? "major" : "minor", note: `Edition ${number}.` }),
    ...(isEmbargoed ? { embargo: new Date(embargoMs).toISOString() } : {}),
  };
  if (before !== undefined) return { type: isMajor ? "release.corrected" : "release.revised", edition };
  return { type: "release.published", edition, ...(isEmbargoed ? { embargoMs } : {}) };
}

function verbOf({ type }: Step): string {
  if (type === "release.withdrawn") return "withdraw";
  return type === "release.killed" ? "kill" : "reinstate";
}

/** A UUID, version 4, by chance that can be had again. */
function uuidOf(chance: Chance): string {
  const hex = Array.from({ length: 32 }, () => chance.whole(0, 15).toString(16)).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}
