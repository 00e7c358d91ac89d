/**
 * A model of the press office: what it does, and what readers may see then. No SQL, KV or alarms. Time is in
 * whole seconds.
 */
import fc from "fast-check";

export interface ModelRelease {
  id: string;
  lang: string;
  group: string;
  slug: string;
  /** Earlier addresses, from when the release was public. */
  retired: string[];
  /** A word that no other edition has. */
  word: string;
  /** Decides the order in lists. */
  date: string;
  edition: number;
  status: "embargoed" | "published" | "withdrawn" | "killed";
  embargo: number | null;
  seen: boolean;
  reason: string | null;
  note: string | null;
  /** The corrected translation that this one has not followed. */
  behind: string | null;
}

/** `which` picks one of the existing releases. */
export type Step =
  | { do: "publish"; lang: string; embargoIn: number | null }
  | { do: "translate"; which: number }
  | { do: "correct"; which: number; change: "major" | "minor" }
  | { do: "move"; which: number }
  | { do: "embargo"; which: number; embargoIn: number | null }
  | { do: "withdraw" | "kill" | "reinstate"; which: number; reason: string }
  | { do: "wait"; seconds: number }
  | { do: "restart" };

const which = fc.nat({ max: 20 });
const embargoIn = fc.option(fc.integer({ min: 5, max: 60 }), { nil: null });

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("publish" as const),
        lang: fc.constantFrom("en", "ru"),
        embargoIn,
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("translate" as const), which }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("correct" as const),
        which,
        change: fc.constantFrom("major" as const, "minor" as const),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("move" as const), which }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("embargo" as const), which, embargoIn }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom("withdraw" as const, "kill" as const, "reinstate" as const),
        which,
        reason: fc.constantFrom("Wrong", "Unfounded"),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 40 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  ),
  { minLength: 1, maxLength: 25 },
);

export class PressOfficeModel {
  readonly releases: ModelRelease[] = [];
  /** The type and the release of each event, in order. */
  readonly events: { type: string; id: string }[] = [];

  /** Publishes a new release. An embargo of null is none. */
  add(
    release: Omit<ModelRelease, "retired" | "edition" | "status" | "seen" | "reason" | "note" | "behind">,
  ): ModelRelease {
    const whole: ModelRelease = {
      ...release,
      retired: [],
      edition: 1,
      status: "embargoed",
      seen: false,
      reason: null,
      note: null,
      behind: null,
    };
    this.releases.push(whole);
    if (whole.embargo === null) this.#makePublic(whole);
    return whole;
  }

  /** Publishes another edition of an embargoed or published release. */
  edit(
    release: ModelRelease,
    fields: Partial<Pick<ModelRelease, "word" | "slug" | "embargo">>,
    change: "major" | "minor",
    note: string | null,
  ): void {
    if (fields.slug !== undefined && release.seen) release.retired.push(release.slug);
    Object.assign(release, fields);
    release.edition += 1;
    const isCatchingUp = release.behind !== null;
    if (!release.seen) {
      if (release.embargo === null) this.#makePublic(release);
      return;
    }
    this.events.push({ type: change === "major" ? "release.corrected" : "release.revised", id: release.id });
    if (change === "minor") return;
    release.note = note;
    release.behind = null;
    if (isCatchingUp) return;
    for (const sibling of this.#siblings(release)) sibling.behind = release.id;
  }

  /** Whether another release of a group has a language. */
  hasRival({ id, group, lang }: Pick<ModelRelease, "id" | "group" | "lang">): boolean {
    return this.releases.some(
      (other) => other.id !== id && other.group === group && other.lang === lang && other.status !== "killed",
    );
  }

  /** @returns whether the service should accept the action */
  act(
    action: "withdraw" | "kill" | "reinstate",
    release: ModelRelease,
    reason: string,
    now: number,
    embargoOfEdition: number | null,
  ): boolean {
    if (action === "reinstate" && release.status === "killed" && this.hasRival(release)) return false;
    if (!release.seen) {
      if (action === "withdraw") return false;
      if (action === "kill") Object.assign(release, { status: "killed", embargo: null });
      else if (release.status === "killed") {
        Object.assign(release, { status: "embargoed", embargo: embargoOfEdition });
        if (embargoOfEdition === null || embargoOfEdition <= now) this.#makePublic(release);
      }
      return true;
    }
    const next = ({ withdraw: "withdrawn", kill: "killed", reinstate: "published" } as const)[action];
    if (action === "withdraw" && release.status === "killed") return false;
    const same = release.status === next && (next === "published" || release.reason === reason);
    if (same) return true;
    if (next === "killed") {
      for (const other of this.releases.filter(({ behind }) => behind === release.id)) other.behind = null;
    }
    Object.assign(release, { status: next, reason: next === "published" ? null : reason });
    this.events.push({
      type: action === "reinstate" ? "release.reinstated" : `release.${next}`,
      id: release.id,
    });
    return true;
  }

  /** Publishes releases whose embargo has ended, oldest embargo first. */
  pass(now: number): void {
    const due = this.releases.filter(({ embargo }) => embargo !== null && embargo <= now);
    due.sort((a, b) => (a.embargo ?? 0) - (b.embargo ?? 0) || (a.id < b.id ? -1 : 1));
    for (const release of due) this.#makePublic(release);
  }

  /** What lists show, newest first. */
  listed(lang?: string): ModelRelease[] {
    return this.releases
      .filter(
        (release) =>
          (release.status === "published" || release.status === "withdrawn") &&
          (lang === undefined || release.lang === lang),
      )
      .sort((a, b) => (a.date < b.date ? 1 : -1));
  }

  #makePublic(release: ModelRelease): void {
    // Readers count editions from the first public one.
    Object.assign(release, { status: "published", embargo: null, seen: true, edition: 1 });
    this.events.push({ type: "release.published", id: release.id });
  }

  #siblings(release: ModelRelease): ModelRelease[] {
    return this.releases.filter(
      (other) =>
        other.group === release.group &&
        other.id !== release.id &&
        (other.status === "published" || other.status === "withdrawn"),
    );
  }
}
