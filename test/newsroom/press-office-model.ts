/**
 * A small model of what an office does and what the world may then see: no SQL, no KV, no alarms.
 * Time is in whole seconds.
 */
import fc from "fast-check";

export interface ModelRelease {
  id: string;
  lang: string;
  group: string;
  slug: string;
  /** Addresses that it had when it was seen. */
  retired: string[];
  /** A word that only this edition has. */
  word: string;
  /** Makes its place in lists: later is newer. */
  date: string;
  edition: number;
  status: "embargoed" | "published" | "withdrawn" | "killed";
  embargo: number | null;
  seen: boolean;
  reason: string | null;
  note: string | null;
  stale: boolean;
}

/** What an office can do; `which` picks one of the releases that are there. */
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

export class OfficeModel {
  readonly releases: ModelRelease[] = [];
  /** Of each event its type and release, in order. */
  readonly events: { type: string; id: string }[] = [];

  /** A new text; undefined embargo is none. */
  add(
    release: Omit<ModelRelease, "retired" | "edition" | "status" | "seen" | "reason" | "note" | "stale">,
  ): ModelRelease {
    const whole: ModelRelease = {
      ...release,
      retired: [],
      edition: 1,
      status: "embargoed",
      seen: false,
      reason: null,
      note: null,
      stale: false,
    };
    this.releases.push(whole);
    if (whole.embargo === null) this.#goOut(whole);
    return whole;
  }

  /** Another edition of a release that is embargoed or published. */
  edit(
    release: ModelRelease,
    fields: Partial<Pick<ModelRelease, "word" | "slug" | "embargo">>,
    change: "major" | "minor",
    note: string | null,
  ): void {
    if (fields.slug !== undefined && release.seen) release.retired.push(release.slug);
    Object.assign(release, fields);
    release.edition += 1;
    const follows = release.stale;
    release.stale = false;
    if (!release.seen) {
      if (release.embargo === null) this.#goOut(release);
      return;
    }
    this.events.push({ type: change === "major" ? "release.corrected" : "release.revised", id: release.id });
    if (change === "minor") return;
    release.note = note;
    if (follows) return;
    for (const sibling of this.#siblings(release)) sibling.stale = true;
  }

  /** @returns whether the service should take it */
  act(
    action: "withdraw" | "kill" | "reinstate",
    release: ModelRelease,
    reason: string,
    now: number,
    embargoOfEdition: number | null,
  ): boolean {
    if (!release.seen) {
      if (action === "withdraw") return false;
      if (action === "kill") Object.assign(release, { status: "killed", embargo: null });
      else if (release.status === "killed") {
        Object.assign(release, { status: "embargoed", embargo: embargoOfEdition });
        if (embargoOfEdition === null || embargoOfEdition <= now) this.#goOut(release);
      }
      return true;
    }
    const next = ({ withdraw: "withdrawn", kill: "killed", reinstate: "published" } as const)[action];
    if (action === "withdraw" && release.status === "killed") return false;
    const same = release.status === next && (next === "published" || release.reason === reason);
    if (same) return true;
    Object.assign(release, { status: next, reason: next === "published" ? null : reason });
    this.events.push({
      type: action === "reinstate" ? "release.reinstated" : `release.${next}`,
      id: release.id,
    });
    return true;
  }

  /** Lets go out what is due, in the order of its embargoes. */
  pass(now: number): void {
    const due = this.releases.filter(({ embargo }) => embargo !== null && embargo <= now);
    due.sort((a, b) => (a.embargo ?? 0) - (b.embargo ?? 0) || (a.id < b.id ? -1 : 1));
    for (const release of due) this.#goOut(release);
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

  #goOut(release: ModelRelease): void {
    Object.assign(release, { status: "published", embargo: null, seen: true });
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
