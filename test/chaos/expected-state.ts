/**
 * The state that follows from the calls: those that were answered, those whose outcome is unknown, and the
 * events that the service lists.
 */
import type { ReleaseEventType } from "../../src/domain/event.ts";
import { type Filterable, searchableWords } from "../../src/domain/filter.ts";
import type { PublishAnswer, Release } from "./api-client.ts";

/** A change of one release by one call. */
export interface Step {
  type: ReleaseEventType;
  /** The edition that the call adds. */
  edition?: Release;
  /** End of the embargo, in milliseconds since 1970. */
  embargoMs?: number;
}

export interface KnownRelease {
  id: string;
  author: number;
  editions: Release[];
  status: "none" | "embargoed" | "published" | "withdrawn" | "killed";
  embargoMs: number | undefined;
  /** A call without an answer. The release stays unchanged until the outcome is known. */
  uncertain: { step: Step; batch: readonly KnownRelease[] } | undefined;
}

/** An event as `GET /api/v1/events` returns it. */
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

export class ExpectedState {
  readonly releases = new Map<string, KnownRelease>();
  /** The changes that the service has confirmed, by sequence. */
  readonly answered = new Map<number, Answered>();
  /** All events in order of sequence, from 1 on. */
  readonly events: LedgerEvent[] = [];
  /** Descriptions of contradictions. */
  readonly violations: string[] = [];

  #answer = Promise.withResolvers<void>();

  /** Resolves when the service confirms the next change. */
  nextAnswer(): Promise<void> {
    return this.#answer.promise;
  }

  byAuthor(author: number): KnownRelease[] {
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

  /** Records a change that the service has confirmed. */
  confirm(release: KnownRelease, requested: Step, answer: PublishAnswer & { changed: boolean }): void {
    this.#answer.resolve();
    this.#answer = Promise.withResolvers();
    // If the call took until the end of the embargo, the release is published at once.
    const { embargoMs, ...unembargoed } = requested;
    const isLate = answer.status === "published" && Date.now() >= (embargoMs ?? Infinity);
    const step = isLate ? unembargoed : requested;
    apply(release, step);
    if (!answer.changed) this.violations.push(`${step.type} of ${release.id} was answered "changed": false`);
    if (answer.status !== release.status)
      this.violations.push(
        `the answer says that ${release.id} is ${answer.status}; expected: ${release.status}`,
      );
    if (release.status === "embargoed") return;
    const { sequence } = answer;
    if (sequence === null || this.answered.has(sequence)) {
      this.violations.push(`${step.type} of ${release.id} was answered with sequence ${sequence}`);
      return;
    }
    this.answered.set(sequence, { release: release.id, type: step.type, edition: release.editions.length });
  }

  /** Adds the next event and checks that a call explains it. */
  addEvent(event: LedgerEvent): void {
    const { id, sequence } = event.data;
    if (sequence !== this.events.length + 1)
      this.violations.push(`sequence ${sequence} follows ${this.events.length}`);
    if (this.events.some(({ data }) => data.id === id)) this.violations.push(`event id ${id} occurs twice`);
    this.events.push(event);
    const wrong = this.#explain(event);
    if (wrong !== undefined) this.violations.push(`event ${sequence} (${event.type}): ${wrong}`);
  }

  /** Resolves an embargoed release whose call had no answer, by whether the release exists. */
  resolveEmbargoed(release: KnownRelease, exists: boolean): void {
    const { uncertain } = release;
    if (exists && uncertain !== undefined) apply(release, uncertain.step);
    release.uncertain = undefined;
  }

  /** Call this when all events are known: checks that every confirmed change is among them, and drops uncertain ones. */
  resolveUncertain(): void {
    for (const [sequence, { type, release }] of this.answered) {
      if (sequence > this.events.length)
        this.violations.push(
          `${type} of ${release} was answered with sequence ${sequence}, but the event is missing`,
        );
    }
    for (const release of this.releases.values()) {
      const { uncertain } = release;
      if (uncertain === undefined) continue;
      const others = uncertain.batch.filter((other) => other.uncertain === undefined);
      if (others.length > 0) this.violations.push(`only part of a batch was applied, without ${release.id}`);
    }
    for (const release of this.releases.values()) release.uncertain = undefined;
  }

  /** The fields that filters match, of the edition that an event is about. */
  indexTermsOf({ data }: LedgerEvent): Filterable | undefined {
    const edition = this.releases.get(data.release.id)?.editions[data.release.edition - 1];
    return edition && toIndexTerms(edition);
  }

  #explain({ type, timestamp, data }: LedgerEvent): string | undefined {
    const release = this.releases.get(data.release.id);
    if (release === undefined) return `no call published ${data.release.id}`;
    const answered = this.answered.get(data.sequence);
    if (answered !== undefined) {
      const { edition } = data.release;
      const isSame =
        answered.release === release.id && answered.type === type && answered.edition === edition;
      return isSame ? undefined : `differs from the answer: ${JSON.stringify(answered)}`;
    }
    if (release.uncertain?.step.type === type) {
      apply(release, release.uncertain.step);
      release.uncertain = undefined;
      if (release.status === "embargoed") release.status = "published";
    } else if (type === "release.published" && release.status === "embargoed") release.status = "published";
    else return `no call explains this change of ${release.id}`;
    const isEarly = type === "release.published" && Date.parse(timestamp) < (release.embargoMs ?? 0);
    if (isEarly) return `of ${release.id} precedes the end of the embargo`;
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
