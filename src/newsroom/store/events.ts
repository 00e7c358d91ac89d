/**
 * Events: appending them, and reading them with the content of their release as it may be shown now.
 */
import { newEventId } from "../../crypto/ids.ts";
import { defined } from "../../domain/defined.ts";
import type { Change, ReleaseEvent, ReleaseEventType } from "../../domain/event.ts";
import type { Filterable } from "../../domain/filter.ts";
import type { Instant } from "../../domain/dates.ts";
import type { Status } from "../../domain/release.ts";
import { all, column, type Sql, value } from "../../runtime/sql.ts";
import { parseContent, publicNumber } from "./editions.ts";
import type { EditionKey } from "./edition-words.ts";
import { toIndexTerms } from "./index-terms.ts";
import {
  type EditionRow,
  type ReleaseState,
  type ReleaseViews,
  stateOf,
  type TranslationRow,
  translationsOf,
} from "./release-views.ts";

/** What an event stores of its moment, as JSON: the names of the fields are fixed. */
interface EventDetails extends ReleaseState {
  translations: TranslationRow[];
  change: Change | null;
  /** Why the release was withdrawn, killed or reinstated. */
  eventReason?: string;
}

/** The facts that decide which subscriptions are sent an event. */
export interface EventTerms {
  sequence: number;
  type: ReleaseEventType;
  /** What filters compare: of a killed release, the content that it had. */
  terms: Filterable;
  /** The release is killed now, whatever its status was at the event. */
  isKilledNow: boolean;
  /** The release was withdrawn or killed before this service had it: no subscription asks for that. */
  isTakenIn: boolean;
}

export interface IndexedEvent extends EventTerms {
  event: ReleaseEvent;
}

type TermsRow = EditionKey & {
  content: string;
  sequence: number;
  type: ReleaseEventType;
  now: Status;
  isTakenIn: number;
};
type EventRow = EditionRow &
  TermsRow & { event: string; at: number; details: string; reasonNow: string | null };

const IS_TAKEN_IN = `
  v.type IN ('release.withdrawn', 'release.killed') AND NOT EXISTS (
    SELECT 1 FROM events b WHERE b.release = v.release AND b.sequence < v.sequence) AS "isTakenIn"`;
const FROM_EVENTS = `
  FROM events v JOIN editions e ON e.release = v.release AND e.edition = v.edition
  JOIN releases r ON r.id = v.release`;

/** Reads events whole. Queries that need only rows are functions of this module. */
export class EventReader {
  readonly #deps: { sql: Sql; views: ReleaseViews };

  constructor(deps: { sql: Sql; views: ReleaseViews }) {
    this.#deps = deps;
  }

  /** Events `first` to `last`, in order. */
  list(first: number, last: number): IndexedEvent[] {
    return [...this.each(first, last)];
  }

  /** Events `first` to `last`, in order, read one by one. */
  *each(first: number, last: number): Generator<IndexedEvent> {
    const rows = this.#deps.sql.exec<EventRow>(
      `SELECT v.sequence, v.id AS event, v.type, v.at, v.details, r.status AS now, r.reason AS "reasonNow", ${IS_TAKEN_IN},
         v.release, v.edition, r.first_seen AS "firstSeen", e.content, e.html, e.text, e.summary
       ${FROM_EVENTS} WHERE v.sequence BETWEEN ? AND ? ORDER BY v.sequence`,
      first,
      last,
    );
    for (const row of rows) yield this.#toEvent(row);
  }

  /** The events after a sequence of a release that is withdrawn or killed now; none of any other release. */
  ofRetracted(release: string, after: number): IndexedEvent[] {
    return column<number>(
      this.#deps.sql,
      `SELECT v.sequence FROM events v JOIN releases r ON r.id = v.release
       WHERE v.release = ? AND v.sequence > ? AND r.status IN ('withdrawn', 'killed') ORDER BY v.sequence`,
      release,
      after,
    ).flatMap((sequence) => this.list(sequence, sequence));
  }

  /**
   * Content that is killed now is not shown, whatever the event was; a kill never shows it. Nor are former reasons: an
   * office that replaces the reason of a kill wants the former one gone.
   */
  #toEvent(row: EventRow): IndexedEvent {
    const { sql, views } = this.#deps;
    const { change, translations, eventReason, ...state } = JSON.parse(row.details) as EventDetails;
    const shownReason = <T extends string | null | undefined>(then: T) =>
      row.now === "killed" && then ? (row.reasonNow ?? undefined) : (then ?? undefined);
    const view = views.compose({ ...state, reason: shownReason(state.reason) ?? null }, row, translations);
    const isShown = row.now !== "killed" && state.status !== "killed";
    return {
      ...toTerms(sql, row),
      event: {
        id: row.event,
        sequence: row.sequence,
        type: row.type,
        at: row.at,
        release: isShown ? view : views.toKilledView(view),
        change:
          isShown && change !== null
            ? { ...change, previous: publicNumber(change.previous, row.firstSeen) }
            : null,
        ...defined({ reason: shownReason(eventReason) }),
      },
    };
  }
}

/** A release's events after one sequence and before another, in order, read one by one. */
export function* readTermsOfRelease(
  sql: Sql,
  release: string,
  after: number,
  before: number,
): Generator<EventTerms> {
  const rows = sql.exec<TermsRow>(
    `SELECT v.sequence, v.type, r.status AS now, ${IS_TAKEN_IN}, v.release, v.edition, e.content
     ${FROM_EVENTS} WHERE v.release = ? AND v.sequence > ? AND v.sequence < ? ORDER BY v.sequence`,
    release,
    after,
    before,
  );
  for (const row of rows) yield toTerms(sql, row);
}

/** The terms of the events with these sequences, in any order. */
export function* readTermsOfSequences(sql: Sql, sequences: readonly number[]): Generator<EventTerms> {
  const rows = sql.exec<TermsRow>(
    `SELECT v.sequence, v.type, r.status AS now, ${IS_TAKEN_IN}, v.release, v.edition, e.content
     ${FROM_EVENTS} WHERE v.sequence IN (SELECT value FROM json_each(?))`,
    JSON.stringify(sequences),
  );
  for (const row of rows) yield toTerms(sql, row);
}

function toTerms(sql: Sql, row: TermsRow): EventTerms {
  const terms = toIndexTerms(sql, parseContent(row.content), row);
  const { sequence, type, now, isTakenIn } = row;
  return { sequence, type, terms, isKilledNow: now === "killed", isTakenIn: isTakenIn === 1 };
}

/** Appends an event about the current state of a release. Sequences have no gaps. */
export function appendEvent(
  sql: Sql,
  release: { id: string; group: string; edition: number },
  event: { type: ReleaseEventType; at: Instant; change: Change | null; reason?: string | undefined },
): void {
  const details: EventDetails = {
    ...stateOf(sql, release.id),
    translations: translationsOf(sql, release.id, release.group),
    change: event.change,
    ...defined({ eventReason: event.reason }),
  };
  sql.exec(
    "INSERT INTO events (sequence, id, type, at, release, edition, details) VALUES (?, ?, ?, ?, ?, ?, ?)",
    lastSequence(sql) + 1,
    newEventId(),
    event.type,
    event.at,
    release.id,
    release.edition,
    JSON.stringify(details),
  );
}

/** The sequence of the latest event; 0 before the first. */
export function lastSequence(sql: Sql): number {
  return value(sql, "SELECT ifnull(max(sequence), 0) FROM events");
}

/** The sequence of a release's latest event; null if it has none. */
export function lastSequenceOf(sql: Sql, release: string): number | null {
  return value(sql, "SELECT max(sequence) FROM events WHERE release = ?", release);
}

/**
 * By id of the release: the sequence of the latest event that changed how lists show it. That is an event of its own,
 * or one of a translation (`touched`).
 */
export function lastListChangesOf(sql: Sql, ids: readonly string[]): Map<string, number> {
  const rows = all<{ release: string; last: number }>(
    sql,
    `SELECT r.id AS release, max(r.touched, ifnull(max(e.sequence), 0)) AS last
     FROM releases r LEFT JOIN events e ON e.release = r.id
     WHERE r.id IN (SELECT value FROM json_each(?)) GROUP BY r.id`,
    JSON.stringify(ids),
  );
  return new Map(rows.map(({ release, last }) => [release, last]));
}

/** The sequences of a span of time, both ends included: those after `after`, up to `to`. */
export function sequencesBetween(
  sql: Sql,
  from: Instant,
  to: Instant | undefined,
): { after: number; to: number } {
  return { after: lastUpTo(sql, from - 1), to: to === undefined ? lastSequence(sql) : lastUpTo(sql, to) };
}

/** Of events at or before an instant, the highest sequence. */
function lastUpTo(sql: Sql, at: Instant): number {
  return value(sql, "SELECT ifnull(max(sequence), 0) FROM events WHERE at <= ?", at);
}

/** The ids of a release's latest events, by sequence. */
export function eventIdsOf(sql: Sql, release: string, limit: number): Map<number, string> {
  const query = "SELECT sequence, id FROM events WHERE release = ? ORDER BY sequence DESC LIMIT ?";
  const rows = all<{ sequence: number; id: string }>(sql, query, release, limit);
  return new Map(rows.map(({ sequence, id }) => [sequence, id]));
}
