/**
 * How releases come before the world and leave it: each step changes rows, records an event and marks
 * what must be rendered again. Callers hold the transaction.
 */
import type { Sql } from "../../runtime/sql.ts";
import type { Change, ReleaseEventType } from "../../domain/event.ts";
import { type Day, type Instant, parseReleaseDate, startOfDay } from "../../domain/dates.ts";
import type { ReleaseInput } from "../../domain/release.ts";
import { changedFields, contentJson, parseContent } from "../store/editions.ts";
import type { EventDetails } from "../store/events.ts";
import type { ReleaseIndex } from "../lists/release-index.ts";
import { isListed, type ReleaseRow, type ReleaseRows } from "../store/releases.ts";
import type { IndexedRelease, Lists } from "../lists/lists.ts";
import { toIndexTerms, type ReleaseViews } from "../store/release-views.ts";
import type { StaleDocuments } from "../store/stale-documents.ts";

const SECONDS_PER_DAY = 86_400;

export class Lifecycle {
  readonly #sql: Sql;
  readonly #rows: ReleaseRows;
  readonly #views: ReleaseViews;
  readonly #releaseIndex: ReleaseIndex;
  readonly #lists: Lists;
  readonly #stale: StaleDocuments;
  readonly #timeZone: string;

  constructor(
    sql: Sql,
    rows: ReleaseRows,
    views: ReleaseViews,
    releaseIndex: ReleaseIndex,
    lists: Lists,
    stale: StaleDocuments,
    timeZone: string,
  ) {
    this.#sql = sql;
    this.#rows = rows;
    this.#views = views;
    this.#releaseIndex = releaseIndex;
    this.#lists = lists;
    this.#stale = stale;
    this.#timeZone = timeZone;
  }

  /** A release is seen for the first time: now, and not before, it gets its place in the order. */
  makePublic(id: string, now: Instant): void {
    const row = this.#required(id);
    const published = this.#freeInstant(parseContent(row.content).date);
    this.#rows.update(id, {
      status: "published",
      firstSeen: row.edition,
      embargo: null,
      published,
      updated: published,
    });
    this.#recordChange("release.published", row, null, now);
  }

  /** A further edition of a release that is seen. */
  addPublicEdition(input: ReleaseInput, before: ReleaseRow, now: Instant): void {
    const kind = input.change ?? "minor";
    if (kind === "major") {
      this.#rows.update(input.id, { updated: nextUpdated(before, now), readersNote: input.note ?? null });
    }
    const change: Change = {
      kind,
      ...(input.note === undefined ? {} : { note: input.note }),
      previous: before.edition,
      fields: changedFields(parseContent(before.content), parseContent(contentJson(input))),
    };
    this.#recordChange(kind === "major" ? "release.corrected" : "release.revised", before, change, now);
    // One that follows a correction is none that others have to follow.
    if (kind === "major" && before.stale === 0) {
      const siblings = this.#rows.markSiblingsStale(input.id, input.group ?? input.id);
      for (const sibling of siblings) this.#markRelatedStale(sibling, now);
    }
  }

  /** Taken back, removed, or put back: readers are told why. */
  setStatus(
    status: "withdrawn" | "killed" | "published",
    row: ReleaseRow,
    reason: string,
    now: Instant,
  ): void {
    this.#rows.update(row.id, {
      status,
      reason: status === "published" ? null : reason,
      updated: nextUpdated(row, now),
    });
    const type = status === "published" ? "release.reinstated" : (`release.${status}` as const);
    this.#recordChange(type, row, null, now, reason);
  }

  #recordChange(
    type: ReleaseEventType,
    before: ReleaseRow,
    change: Change | null,
    now: Instant,
    reason?: string,
  ): void {
    const { id } = before;
    const after = this.#required(id);
    if (this.#releaseIndex.reindex(after)) this.#stale.add([{ kind: "directory" }]);
    this.#record(type, id, change, now, reason);
    this.#lists.onMembershipChanged(toIndexedRelease(before), toIndexedRelease(after), now * 1000);
    this.#stale.add([{ kind: "release", id }]);
    // The siblings link it, those of a group that it has left did.
    for (const group of new Set([before.group, after.group])) {
      for (const sibling of this.#views.translations(id, group)) this.#markRelatedStale(sibling.id, now);
    }
  }

  /** Its documents say something else, because a sibling is new, gone or corrected. */
  #markRelatedStale(id: string, now: Instant): void {
    this.#stale.add([{ kind: "release", id }]);
    const filing = toIndexedRelease(this.#required(id));
    if (filing !== undefined) this.#lists.onContentChanged(filing, now * 1000);
  }

  #record(type: ReleaseEventType, id: string, change: Change | null, now: Instant, reason?: string): void {
    const row = this.#required(id);
    const standing = this.#views.state(id);
    const details: EventDetails = {
      ...standing,
      translations: this.#views.translations(id, row.group),
      change,
      ...(reason === undefined ? {} : { eventReason: reason }),
    };
    this.#sql.exec(
      "INSERT INTO events (sequence, id, type, at, release, edition, details) VALUES (?, ?, ?, ?, ?, ?, ?)",
      this.#views.lastSequence() + 1,
      `evt_${crypto.randomUUID().replaceAll("-", "")}`,
      type,
      now,
      id,
      row.edition,
      JSON.stringify(details),
    );
  }

  /** Midnight and one second for each release that has the day already; or the exact instant; or the next free one. */
  #freeInstant(date: string): Instant {
    const parsed = parseReleaseDate(date);
    if (parsed === undefined) throw new RangeError(`not a date: ${date}`);
    let candidate = parsed.precision === "day" ? this.#placeInDay(parsed.day) : parsed.instant;
    while (this.#rows.isTaken(candidate)) candidate += 1;
    return candidate;
  }

  #placeInDay(day: Day): Instant {
    const midnight = startOfDay(day, this.#timeZone);
    return midnight + this.#rows.countBetween(midnight, midnight + SECONDS_PER_DAY);
  }

  #required(id: string): ReleaseRow {
    const row = this.#rows.get(id);
    if (row === undefined) throw new TypeError(`no release ${id}`);
    return row;
  }
}

/** What lists see of it; undefined where they do not. */
function toIndexedRelease(row: ReleaseRow): IndexedRelease | undefined {
  if (!isListed(row) || row.published === null) return undefined;
  return Object.assign(toIndexTerms(parseContent(row.content), row), {
    id: row.id,
    published: row.published,
  });
}

/** Two changes within a second are two: `updated` moves with each. */
function nextUpdated(row: ReleaseRow, now: Instant): Instant {
  return Math.max(now, (row.updated ?? 0) + 1);
}
