/**
 * The changes of a release. Each one changes its row, indexes it, appends an event, and marks the documents
 * that depend on it as stale. The caller holds the transaction.
 */
import { type Instant, parseInstant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import type { Change, ReleaseEventType } from "../../domain/event.ts";
import { type ReleaseInput, releasePath, type Status } from "../../domain/release.ts";
import type { Sql } from "../../runtime/sql.ts";
import type { Combinations } from "../lists/combinations.ts";
import type { Lists } from "../lists/lists.ts";
import { hasManyValues, reindex } from "../lists/release-index.ts";
import { keepAddress } from "../store/addresses.ts";
import { contentJson } from "../../domain/edition-content.ts";
import { queuePages } from "../store/changed-pages.ts";
import { changedFields, parseContent } from "../store/editions.ts";
import { appendEvent, lastSequence } from "../store/events.ts";
import { filesOfEdition, replaceUses } from "../store/files.ts";
import { facetTerms, type IndexedRelease, toIndexedRelease } from "../store/index-terms.ts";
import { translationsOf } from "../store/release-views.ts";
import {
  forgetBehind,
  getRelease,
  isListed,
  markTranslationsBehind,
  type ReleaseRow,
  shownNote,
  updateRelease,
} from "../store/releases.ts";
import { toInstant } from "../store/schema.ts";
import { markSeen } from "../store/seen-values.ts";
import { noteSitemapChange } from "../store/sitemaps.ts";
import {
  markIndexesStale,
  markHistoryStale,
  markStale,
  markWrittenStale,
  type Target,
} from "../store/stale-documents.ts";
import { INDEX_DELAY_MS, LIST_SITEMAP_DELAY_MS } from "../limits.ts";
import { choosePublished } from "./published-instant.ts";
import { catchesUp } from "./rules.ts";

interface LifecycleDeps {
  sql: Sql;
  lists: Lists;
  combinations: Combinations;
  timeZone: string;
  /** Whether the service tells search engines which pages have changed. */
  tellsSearchEngines: boolean;
}

const CAUGHT_UP = { behind: null, behind_edition: null } as const;

export class Lifecycle {
  readonly #deps: LifecycleDeps;

  constructor(deps: LifecycleDeps) {
    this.#deps = deps;
  }

  /** Publishes a release for the first time. Only now does it get its instant: a gap would reveal an embargo. */
  makePublic(id: string, nowMs: number): void {
    const { sql } = this.#deps;
    const row = getRelease(sql, id);
    const instants = choosePublished(row, toInstant(nowMs), this.#deps);
    const state = { status: "published", embargo: null, ...instants } as const;
    updateRelease(sql, id, { ...state, first_seen: row.edition, announced: row.edition });
    this.#recordChange("release.published", row, { change: null }, nowMs);
  }

  /**
   * Takes in a release that was withdrawn or killed elsewhere, as on a new service. Its only event is that one, so
   * nobody is sent the text. An old release keeps the instants that it had.
   */
  takeInRetracted(input: ReleaseInput, nowMs: number): void {
    const { status, reason } = input;
    if (status === undefined || reason === undefined) throw new TypeError("a retraction without a reason");
    const { sql } = this.#deps;
    const row = getRelease(sql, input.id);
    const { published } = choosePublished(row, toInstant(nowMs), this.#deps);
    const retracted = input.updated === undefined ? undefined : parseInstant(input.updated);
    const updated = Math.max(published, retracted ?? toInstant(nowMs));
    updateRelease(sql, row.id, {
      status,
      reason,
      embargo: null,
      published,
      updated,
      first_seen: row.edition,
      announced: row.edition,
    });
    // As if lists had held it: they name the killed releases that left them.
    const before = { ...row, status: "published", published } as const;
    this.#recordChange(`release.${status}`, before, { change: null, reason }, nowMs);
  }

  /** Publishes a further edition of a public release, which the ledger has stored already. */
  addPublicEdition(input: ReleaseInput, before: ReleaseRow, nowMs: number): void {
    const { sql } = this.#deps;
    const kind = input.change ?? "minor";
    const fields = changedFields(parseContent(before.content), parseContent(contentJson(input)));
    const change: Change = { kind, ...defined({ note: input.note }), previous: before.edition, fields };
    const isNoteOnly = fields.length === 0;
    // The note that readers see may be the one that is corrected.
    if (isNoteOnly && before.note !== null && shownNote(sql, input.id) === before.note) {
      updateRelease(sql, input.id, { note: input.note ?? null });
    }
    const { edition, group } = getRelease(sql, input.id);
    if (kind === "major") {
      const updated = nextUpdated(before, nowMs);
      updateRelease(sql, input.id, { updated, note: input.note ?? null, announced: edition });
    }
    const hasMoved = group !== before.group;
    if (hasMoved) forgetBehind(sql, input.id, before.group);
    const isCatchingUp = (kind === "major" && !isNoteOnly) || catchesUp(input, before);
    if (isCatchingUp || hasMoved) updateRelease(sql, input.id, CAUGHT_UP);
    const type = kind === "major" ? "release.corrected" : "release.revised";
    this.#recordChange(type, before, { change }, nowMs);
    // An edition that catches up with a corrected translation puts no other one behind, nor does a note.
    if (kind === "minor" || isNoteOnly || before.behind !== null) return;
    for (const sibling of markTranslationsBehind(sql, input.id, edition, group)) {
      this.#markRelatedStale(sibling);
    }
  }

  /** A release has caught up with the translation that it was behind, as it is: without an edition or an event. */
  catchUp(id: string, follows: number): void {
    updateRelease(this.#deps.sql, id, { ...CAUGHT_UP, follows });
    this.#markRelatedStale(id);
  }

  /** Withdraws, kills or reinstates a release. */
  setStatus(status: Exclude<Status, "embargoed">, row: ReleaseRow, reason: string, nowMs: number): void {
    const isPublic = status === "published";
    const updated = nextUpdated(row, nowMs);
    if (status === "killed") forgetBehind(this.#deps.sql, row.id, row.group);
    updateRelease(this.#deps.sql, row.id, {
      status,
      updated,
      reason: isPublic ? null : reason,
      ...defined({ announced: isPublic ? row.edition : undefined }),
    });
    const type = isPublic ? "release.reinstated" : (`release.${status}` as const);
    this.#recordChange(type, row, { change: null, reason }, nowMs);
  }

  #recordChange(
    type: ReleaseEventType,
    before: ReleaseRow,
    details: { change: Change | null; reason?: string },
    nowMs: number,
  ): void {
    const { sql, lists, combinations } = this.#deps;
    const { id } = before;
    const after = getRelease(sql, id);
    if (reindex(sql, after)) {
      // After releases and feeds, which readers ask for first.
      const dueMs = hasManyValues(sql) ? nowMs + INDEX_DELAY_MS : 1;
      for (const lang of new Set([before.lang, after.lang])) markIndexesStale(sql, lang, dueMs);
      // With thousands of values it takes long to render, and crawlers ask seldom.
      markWrittenStale(sql, [{ kind: "list-sitemap" }], nowMs + LIST_SITEMAP_DELAY_MS);
    }
    // From this transaction on, its address and its values exist for strangers.
    keepAddress(sql, after);
    const isNews = after.status !== "killed";
    if (isNews && markSeen(sql, facetTerms(parseContent(after.content))))
      markStale(sql, [{ kind: "registry" }]);
    const at = toInstant(nowMs);
    appendEvent(sql, after, { type, at, ...details });
    noteSitemapChange(sql, id, at);
    // Nobody has seen a release that was killed before this service had it.
    const isKnown = type !== "release.killed" || before.firstSeen !== null;
    if (this.#deps.tellsSearchEngines && isKnown)
      queuePages(sql, [...new Set([before, after].map(releasePath))], nowMs);
    lists.onMembershipChanged(listedRelease(sql, before), listedRelease(sql, after), at);
    lists.onDepartedChanged(after, nowMs);
    combinations.queueChange(id, shownEdition(before), shownEdition(after));
    markStale(sql, [{ kind: "release", id }]);
    markHistoryStale(sql, id);
    const uses = replaceUses(sql, id, filesOfEdition(sql, id, after.edition));
    const files = uses.map((file): Target => ({ kind: "file", ...file }));
    // A kill is urgent. A new file is found in the ledger until KV has it, so feeds go first.
    markStale(sql, files, after.status === "killed" ? 0 : 1);
    // Translations link each other, so those of the group that the release left change too.
    for (const group of new Set([before.group, after.group])) {
      for (const sibling of translationsOf(sql, id, group)) {
        this.#markRelatedStale(sibling.id);
        if (hasOtherPage(before, after)) noteSitemapChange(sql, sibling.id, at);
      }
    }
  }

  /** Marks a translation as stale that shows the changed release, whose event is the last one. */
  #markRelatedStale(id: string): void {
    const { sql, lists, combinations } = this.#deps;
    updateRelease(sql, id, { touched: lastSequence(sql) });
    markStale(sql, [{ kind: "release", id }]);
    const row = getRelease(sql, id);
    const release = listedRelease(sql, row);
    if (release === undefined) return;
    lists.onContentChanged(release);
    combinations.queueChange(id, row.edition, row.edition);
  }
}

/** Whether translations link another page of the release now, or none, or for the first time. */
function hasOtherPage(before: ReleaseRow, after: ReleaseRow): boolean {
  const link = (row: ReleaseRow) => [isListed(row), row.lang, row.slug, row.group].join(" ");
  return link(before) !== link(after);
}

/** A release as lists hold it; undefined if they do not. */
function listedRelease(sql: Sql, row: ReleaseRow): IndexedRelease | undefined {
  const edition = shownEdition(row);
  if (edition === null || row.published === null) return undefined;
  return toIndexedRelease(sql, { release: row.id, edition }, row.published, row.content);
}

/** The edition that lists show; null if they do not show the release. */
function shownEdition(row: ReleaseRow): number | null {
  return isListed(row) && row.published !== null ? row.edition : null;
}

/** `updated` differs after each change, even of two within a second. */
function nextUpdated(row: ReleaseRow, nowMs: number): Instant {
  return Math.max(toInstant(nowMs), (row.updated ?? 0) + 1);
}
