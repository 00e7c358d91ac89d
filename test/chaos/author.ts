/**
 * One author, who publishes, corrects, withdraws, kills and reinstates releases of their own.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ExpectedState, KnownRelease, Step } from "./expected-state.ts";
import type { Random } from "./random.ts";
import type { PublishAnswer, Release } from "./api-client.ts";
import type { Outcome, ServiceCalls } from "./service-calls.ts";

/** Limit of releases for each author. At the limit, authors only change existing ones. */
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

interface Dependencies {
  expectedState: ExpectedState;
  calls: ServiceCalls;
  /** Resolves when the service runs again after a kill. */
  whenUp: () => Promise<void>;
}

export class Author {
  readonly #number: number;
  readonly #dependencies: Dependencies;

  constructor(number: number, dependencies: Dependencies) {
    this.#number = number;
    this.#dependencies = dependencies;
  }

  /** @param isSilent true: stop after the first call without an answer */
  async work(random: Random, isSilent: boolean): Promise<void> {
    const actions = random.integer(ACTIONS.least, ACTIONS.most);
    for (let done = 0; done < actions; done += 1) {
      await delay(random.between(0, PAUSE_MS));
      await this.#dependencies.whenUp();
      const hasOutcome = random.chance(0.15)
        ? await this.#publishBatch(random)
        : await this.#actOnOne(random);
      if (!hasOutcome && isSilent) return;
    }
  }

  /** @returns false if the outcome of the call is unknown */
  async #actOnOne(random: Random): Promise<boolean> {
    const { calls } = this.#dependencies;
    const release = this.#pickRelease(random);
    if (release === undefined) return true;
    const step = stepFor(release, random);
    const { edition } = step;
    const outcome =
      edition === undefined
        ? await calls.call<Answer>(
            "POST",
            `/api/v1/releases/${release.id}/${verbOf(step)}`,
            calls.adminToken,
            {
              reason: `Reason (${random.integer(0, 1_000_000)}).`,
            },
          )
        : await calls.call<Answer>("PUT", `/api/v1/releases/${release.id}`, calls.adminToken, edition);
    return this.#recordOutcome(
      [release],
      [step],
      outcome.kind === "answered" ? { ...outcome, answer: [outcome.answer] } : outcome,
    );
  }

  /** Publishes several releases in one transaction. */
  async #publishBatch(random: Random): Promise<boolean> {
    const { calls } = this.#dependencies;
    const chosen = new Set<KnownRelease>();
    for (let left = random.integer(2, BATCH_MAX); left > 0; left -= 1) {
      const release = this.#pickRelease(random);
      if (release?.status === "none" || release?.status === "published") chosen.add(release);
    }
    const releases = [...chosen];
    const steps = releases.map((release) => editionFor(release, random));
    if (releases.length === 0) return true;
    const outcome = await calls.call<{ data: Answer[] }>("POST", "/api/v1/releases", calls.adminToken, {
      releases: steps.map(({ edition }) => edition),
    });
    return this.#recordOutcome(
      releases,
      steps,
      outcome.kind === "answered" ? { ...outcome, answer: outcome.answer.data } : outcome,
    );
  }

  #recordOutcome(
    releases: readonly KnownRelease[],
    steps: readonly Step[],
    outcome: Outcome<Answer[]>,
  ): boolean {
    const { expectedState } = this.#dependencies;
    for (const [index, release] of releases.entries()) {
      const step = steps[index];
      if (step === undefined) continue;
      if (outcome.kind === "unknown") release.uncertain = { step, batch: releases };
      else if (outcome.kind === "refused")
        expectedState.violations.push(
          `${step.type} of ${release.id} was refused: ${outcome.status} ${outcome.text}`,
        );
      else {
        const answer = outcome.answer.find(({ id }) => id === release.id);
        if (answer === undefined) expectedState.violations.push(`the answer lacks ${release.id}`);
        else expectedState.confirm(release, step, answer);
      }
    }
    return outcome.kind !== "unknown";
  }

  /** Picks a new release, or one whose state is certain. Undefined if there is none. */
  #pickRelease(random: Random): KnownRelease | undefined {
    const { expectedState } = this.#dependencies;
    const own = expectedState.byAuthor(this.#number);
    const isNew = random.chance(own.length < 3 ? 1 : 0.12);
    const id = uuidOf(random);
    if (isNew && own.length < RELEASES_MAX) return expectedState.add(id, this.#number);
    const certain = own.filter(({ uncertain, status }) => uncertain === undefined && status !== "embargoed");
    return certain.length === 0 ? undefined : random.pick(certain);
  }
}

/** A change that the status of the release allows. */
function stepFor(release: KnownRelease, random: Random): Step {
  switch (release.status) {
    case "none":
      return editionFor(release, random, random.chance(0.35));
    case "embargoed":
    case "published":
      if (random.chance(0.65)) return editionFor(release, random);
      return { type: random.chance(0.5) ? "release.withdrawn" : "release.killed" };
    case "withdrawn":
      return { type: random.chance(0.6) ? "release.reinstated" : "release.killed" };
    case "killed":
      return { type: "release.reinstated" };
  }
}

function editionFor({ id, editions }: KnownRelease, random: Random, isEmbargoed = false): Step {
  const before = editions.at(-1);
  const number = editions.length + 1;
  const isMajor = random.chance(0.6);
  const hasNewTerms = before === undefined || random.chance(0.3);
  const word = random.pick(WORDS);
  // One second more, so that the embargo is still in the future when the call arrives.
  const embargoMs =
    (Math.floor(Date.now() / 1000) + random.integer(EMBARGO_SECONDS.least, EMBARGO_SECONDS.most) + 1) * 1000;
  const edition: Release = {
    id,
    slug: `release-${id}`,
    lang: before?.lang ?? random.pick(LANGUAGES),
    type: hasNewTerms ? random.pick(TYPES) : before.type,
    topics: hasNewTerms ? TOPICS.filter(() => random.chance(0.4)) : (before.topics ?? []),
    title: `About a ${word}, edition ${number}`,
    summary: `Edition ${number} is about a ${word}.`,
    date: before?.date ?? "2020-12-01",
    body: `This is edition ${number}, number ${random.integer(0, 1_000_000_000)}, which is about a ${word}.`,
    ...(before === undefined ? {} : editionKind(isMajor, number)),
    ...(isEmbargoed ? { embargo: new Date(embargoMs).toISOString() } : {}),
  };
  if (before !== undefined) return { type: isMajor ? "release.corrected" : "release.revised", edition };
  return { type: "release.published", edition, ...(isEmbargoed ? { embargoMs } : {}) };
}

/** Each edition changes numbers in its title. */
function editionKind(isMajor: boolean, number: number): Partial<Release> {
  const note = `Edition ${number}.`;
  return isMajor ? { change: "major", note } : { change: "minor", reallyMinor: true, note };
}

function verbOf({ type }: Step): string {
  if (type === "release.withdrawn") return "withdraw";
  return type === "release.killed" ? "kill" : "reinstate";
}

/** A reproducible UUID of version 4. */
function uuidOf(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.integer(0, 15).toString(16)).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}
