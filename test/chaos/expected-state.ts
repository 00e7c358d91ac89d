/**
 * What the office knows of its releases: each call that was answered, each of which it does not know
 * what became, and the events as the service tells them.
 */
import type { ReleaseEventType } from "../../src/domain/event.ts";
import { type Filterable, searchableWords } from "../../src/domain/filter.ts";
import type { PublishAnswer, Release } from "./press-office.ts";

/** What one call does to one release. */
export interface Step {
  type: ReleaseEventType;
  /** The edition that it adds. */
  edition?: Release;
  /** Milliseconds since 1970 before which nobody is told. */
  embargoMs?: number;
}

export interface KnownRelease {
  id: string;
  author: number;
  editions: Release[];
  status: "none" | "embargoed" | "published" | "withdrawn" | "killed";
  embargoMs: number | undefined;
  /** Its call was broken off; nothing is done with it until it is known what came of that. */
  uncertain: { step: Step; batch: readonly KnownRelease[] } | undefined;
}

/** An event as `GET /api/v1/events` tells it. */
export interface LedgerEvent {
  type: ReleaseEventType;
  timestamp: string;
  data: { id: string; sequence: number; release: { id: string; edition: number; status: string } };
}

interface Answered {
  release: string;
  type: ReleaseEventType;
  edition: number;
}

export class Book {
  readonly releases = new Map<string, KnownRelease>();
  /** By sequence, all that the service has answered with. */
  readonly answered = new Map<number, Answered>();
  /** In order, from sequence 1 on. */
  readonly events: LedgerEvent[] = [];
  /** What contradicts itself, in words. */
  readonly violations: string[] = [];

  #answer = Promise.withResolvers<void>();

  /** Resolves when the service says of the next call that it is done. */
  nextAnswer(): Promise<void> {
    return this.#answer.promise;
  }

  of(author: number): KnownRelease[] {
    return [...this.releases.values()].filter((release) => release.author === author);
  }

  add(id: string, author: number): KnownRelease {
    const release: KnownRelease = {
      id,
      author,
      editions: [],
      status: "none",
      embargoMs: undefined,
      uncertain: undefined,
    };
    this.releases.set(id, release);
    return release;
  }

  /** The service says that it is done. */
  confirm(release: KnownRelease, asked: Step, answer: PublishAnswer & { changed: boolean }): void {
    this.#answer.resolve();
    this.#answer = Promise.withResolvers();
    // The call took so long that its embargo was over.
    const { embargoMs, ...unembargoed } = asked;
    const isLate = answer.status === "published" && Date.now() >= (embargoMs ?? Infinity);
    const step = isLate ? unembargoed : asked;
    apply(release, step);
    if (!answer.changed) this.violations.push(`${step.type} of ${release.id} was answered "changed": false`);
    if (answer.status !== release.status)
      this.violations.push(`${release.id} was answered to be ${answer.status}, and is ${release.status}`);
    if (release.status === "embargoed") return;
    const { sequence } = answer;
    if (sequence === null || this.answered.has(sequence)) {
      this.violations.push(`${step.type} of ${release.id} was answered with sequence ${sequence}`);
      return;
    }
    this.answered.set(sequence, { release: release.id, type: step.type, edition: release.editions.length });
  }

  /** Takes in further events, in order. Each must have been caused by somebody. */
  take(event: LedgerEvent): void {
    const { id, sequence } = event.data;
    if (sequence !== this.events.length + 1)
      this.violations.push(`sequence ${sequence} follows ${this.events.length}`);
    if (this.events.some(({ data }) => data.id === id)) this.violations.push(`${id} is there twice`);
    this.events.push(event);
    const wrong = this.#explain(event);
    if (wrong !== undefined) this.violations.push(`event ${sequence} (${event.type}): ${wrong}`);
  }

  /** An embargoed text whose call broke off: there it is, or it is not. */
  resolveEmbargoed(release: KnownRelease, isThere: boolean): void {
    const { uncertain } = release;
    if (isThere && uncertain !== undefined) apply(release, uncertain.step);
    release.uncertain = undefined;
  }

  /** Now that all events are known: what was answered is among them, what is not has not happened. */
  settle(): void {
    for (const [sequence, { type, release }] of this.answered) {
      if (sequence > this.events.length)
        this.violations.push(`${type} of ${release} was answered with sequence ${sequence}, and is lost`);
    }
    for (const release of this.releases.values()) {
      const { uncertain } = release;
      if (uncertain === undefined) continue;
      const others = uncertain.batch.filter((other) => other.uncertain === undefined);
      if (others.length > 0) this.violations.push(`only part of a batch was taken, without ${release.id}`);
    }
    for (const release of this.releases.values()) release.uncertain = undefined;
  }

  /** What filters look at, in the edition that an event is about. */
  filed({ data }: LedgerEvent): Filterable | undefined {
    const edition = this.releases.get(data.release.id)?.editions[data.release.edition - 1];
    return edition && toIndexTerms(edition);
  }

  #explain({ type, timestamp, data }: LedgerEvent): string | undefined {
    const release = this.releases.get(data.release.id);
    if (release === undefined) return `nobody published ${data.release.id}`;
    const answered = this.answered.get(data.sequence);
    if (answered !== undefined) {
      const { edition } = data.release;
      const isSame =
        answered.release === release.id && answered.type === type && answered.edition === edition;
      return isSame ? undefined : `is not what was answered: ${JSON.stringify(answered)}`;
    }
    if (release.uncertain?.step.type === type) {
      apply(release, release.uncertain.step);
      release.uncertain = undefined;
      if (release.status === "embargoed") release.status = "published";
    } else if (type === "release.published" && release.status === "embargoed") release.status = "published";
    else return `nobody did this to ${release.id}`;
    const isEarly = type === "release.published" && Date.parse(timestamp) < (release.embargoMs ?? 0);
    if (isEarly) return `of ${release.id} came before its embargo`;
    return data.release.edition === release.editions.length ? undefined : "is about another edition";
  }
}

export function toIndexTerms(edition: Release): Filterable {
  return {
    lang: edition.lang,
    type: edition.type,
    topics: edition.topics ?? [],
    people: [],
    organisations: [],
    places: [],
    words: searchableWords({ title: edition.title, summary: edition.summary ?? "", text: edition.body }),
  };
}

function apply(release: KnownRelease, { type, edition, embargoMs }: Step): void {
  if (edition !== undefined) release.editions.push(edition);
  if (embargoMs !== undefined) release.embargoMs = embargoMs;
  switch (type) {
    case "release.published":
      release.status = embargoMs === undefined ? "published" : "embargoed";
      return;
    case "release.corrected":
    case "release.revised":
      return;
    case "release.withdrawn":
      release.status = "withdrawn";
      return;
    case "release.killed":
      release.status = "killed";
      return;
    case "release.reinstated":
      release.status = "published";
      return;
  }
}
