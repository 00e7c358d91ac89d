/**
 * Reads events out of the ledger, as they are told now.
 */
import type { Change, ReleaseEvent, ReleaseEventType } from "../../domain/event.ts";
import type { Filterable } from "../../domain/filter.ts";
import type { Instant } from "../../domain/dates.ts";
import type { Status } from "../../domain/release.ts";
import { parseContent } from "./editions.ts";
import type { Sql } from "../../runtime/sql.ts";
import {
  type EditionRow,
  toIndexTerms,
  type ReleaseViews,
  type ReleaseState,
  type TranslationRow,
} from "./release-views.ts";

/** What an event keeps of the moment at which it happened. */
export interface EventDetails extends ReleaseState {
  translations: TranslationRow[];
  change: Change | null;
  /** Why, where somebody withdrew, killed or reinstated. */
  eventReason?: string;
}

/** What decides who is told of an event. */
export interface EventTerms {
  sequence: number;
  type: ReleaseEventType;
  /** What filters look at: a killed release is still matched by the text that it had. */
  filed: Filterable;
  /** Its release is killed now, whatever it was then. */
  isKilledNow: boolean;
}

/** An event with what filters look at. */
export interface IndexedEvent extends EventTerms {
  event: ReleaseEvent;
}

type EventRow = EditionRow & {
  sequence: number;
  event: string;
  type: ReleaseEventType;
  at: number;
  details: string;
  now: Status;
};

export class Events {
  readonly #sql: Sql;
  readonly #views: ReleaseViews;

  constructor(sql: Sql, views: ReleaseViews) {
    this.#sql = sql;
    this.#views = views;
  }

  /** Events `first` to `last`, in order. */
  events(first: number, last: number): IndexedEvent[] {
    return [...this.each(first, last)];
  }

  /** The same one by one: what nobody goes on to is not read. */
  *each(first: number, last: number): Generator<IndexedEvent> {
    const rows = this.#sql.exec<EventRow>(
      `SELECT v.sequence, v.id AS event, v.type, v.at, v.details, r.status AS now, e.content, e.html, e.text, e.summary
       FROM events v JOIN editions e ON e.release = v.release AND e.edition = v.edition
       JOIN releases r ON r.id = v.release
       WHERE v.sequence BETWEEN ? AND ? ORDER BY v.sequence`,
      first,
      last,
    );
    for (const row of rows) yield this.#told(row);
  }

  /** What has happened after a sequence to a release that is withdrawn or killed now; nothing of any other. */
  ofTakenBack(release: string, after: number): IndexedEvent[] {
    return this.#sql
      .exec<{ sequence: number }>(
        `SELECT v.sequence FROM events v JOIN releases r ON r.id = v.release
         WHERE v.release = ? AND v.sequence > ? AND r.status IN ('withdrawn', 'killed') ORDER BY v.sequence`,
        release,
        after,
      )
      .toArray()
      .flatMap(({ sequence }) => this.events(sequence, sequence));
  }

  /** A release's events after one sequence and before another, in order, one by one. */
  *ofRelease(release: string, after: number, before: number): Generator<EventTerms> {
    const rows = this.#sql.exec<Pick<EventRow, "sequence" | "type" | "now" | "content" | "text" | "summary">>(
      `SELECT v.sequence, v.type, r.status AS now, e.content, e.text, e.summary
       FROM events v JOIN editions e ON e.release = v.release AND e.edition = v.edition
       JOIN releases r ON r.id = v.release
       WHERE v.release = ? AND v.sequence > ? AND v.sequence < ? ORDER BY v.sequence`,
      release,
      after,
      before,
    );
    for (const { sequence, type, now, content, ...edition } of rows) {
      yield {
        sequence,
        type,
        filed: toIndexTerms(parseContent(content), edition),
        isKilledNow: now === "killed",
      };
    }
  }

  /** The sequences between two instants, both included: those after `after`, up to `to`. */
  sequencesBetween(from: Instant, to: Instant | undefined): { after: number; to: number } {
    const before = this.#lastUpTo(from - 1);
    return { after: before, to: to === undefined ? this.lastSequence() : this.#lastUpTo(to) };
  }

  /** The last sequence of an instant or before; the clock never makes a later event an earlier one's. */
  #lastUpTo(at: Instant): number {
    return this.#sql
      .exec<{ last: number }>("SELECT ifnull(max(sequence), 0) AS last FROM events WHERE at <= ?", at)
      .one().last;
  }

  /** The last sequence that was given out; 0 before the first event. */
  lastSequence(): number {
    return this.#views.lastSequence();
  }

  #told({ sequence, event, type, at, details, now, ...edition }: EventRow): IndexedEvent {
    const { change, translations, eventReason, ...standing } = JSON.parse(details) as EventDetails;
    const view = this.#views.compose(standing, edition, translations);
    // A text that is killed now is told no more, whatever the event was about; a kill never tells it.
    const isTextTold = now !== "killed" && standing.status !== "killed";
    return {
      sequence,
      type,
      filed: toIndexTerms(parseContent(edition.content), edition),
      isKilledNow: now === "killed",
      event: {
        id: event,
        sequence,
        type,
        at,
        release: isTextTold ? view : this.#views.withoutText(view),
        change: isTextTold ? change : null,
        ...(eventReason === undefined ? {} : { reason: eventReason }),
      },
    };
  }
}
