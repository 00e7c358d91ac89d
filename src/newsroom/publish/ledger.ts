/**
 * The ledger: takes editions and actions. Each call is one transaction, which also queues the work that
 * follows. All of it is synchronous, and a Durable Object runs nothing else in between.
 */
import type { Issue } from "../../domain/issues.ts";
import { validateFacets, type Registry, type RegistryIssue } from "../../domain/registry.ts";
import {
  activeEmbargo,
  type BehindView,
  type PreparedRelease,
  type ReleaseInput,
  releasePath,
  type Status,
} from "../../domain/release.ts";
import { defined } from "../../domain/defined.ts";
import type { Site } from "../../domain/site.ts";
import { languagesWithoutWording } from "../../i18n/wording.ts";
import { log } from "../../runtime/log.ts";
import type { Sql } from "../../runtime/sql.ts";
import { transact } from "../../runtime/transact.ts";
import { holderOf } from "../store/addresses.ts";
import { contentJson } from "../../domain/edition-content.ts";
import { behindView } from "../store/release-views.ts";
import { embargoesUpTo, postponeLift } from "../store/embargoes.ts";
import { lastSequenceOf } from "../store/events.ts";
import {
  addEdition,
  findRelease,
  getRelease,
  type ReleaseRow,
  rivalOf,
  updateRelease,
} from "../store/releases.ts";
import { CORRECTIONS_COUNTED_MAX } from "../limits.ts";
import { toInstant } from "../store/schema.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { checkFiles, withSizes } from "./files.ts";
import { judgeMinor } from "./minor.ts";
import { type Action, ACTION_TO, applyAction } from "./actions.ts";
import { catchesUp, correctsNote, isKilledUnseen, validateEdition } from "./rules.ts";

/** The state of one release after a call. */
export interface PublishAnswer {
  id: string;
  edition: number;
  /** Of the release's latest event; null before the first. */
  sequence: number | null;
  status: Status;
  url: string;
  changed: boolean;
  /** The edition of a translation that it now follows as it is, without a new edition. */
  follows?: number;
  /** The corrected translation that it has not followed yet. */
  behind?: BehindView;
  /** Of a major edition: how many subscriptions ask for it. Only the first ones of a batch have it. */
  notified?: number;
  /** Of a dry run: the files that must be uploaded first, as SHA256/NAME. */
  missingFiles?: string[];
}

/** `index` is the place in the batch. If the result is not ok, nothing was stored. */
export type PublishResult =
  | { ok: true; answers: PublishAnswer[] }
  | {
      ok: false;
      problem: "invalid" | "not-minor" | "conflict";
      issues: { index: number; issue: RegistryIssue }[];
    }
  | { ok: false; problem: "edition-mismatch"; present: number };

export interface PublishOptions {
  /** Take the release only if this is its current edition; 0: only if there is none. */
  ifEdition?: number;
  /** Validate and answer, but store nothing. */
  dryRun: boolean;
  /** Answer which files are missing, instead of refusing: with a dry run. */
  namesMissingFiles?: boolean;
}

export type ActionResult =
  | { ok: true; answer: PublishAnswer }
  | { ok: false; problem: "unknown" }
  | { ok: false; problem: "conflict"; detail: string };

interface LedgerDeps {
  storage: Pick<DurableObjectStorage, "transactionSync">;
  sql: Sql;
  lifecycle: Lifecycle;
  site: () => Site;
  /** Undefined as long as there is no registry. */
  registry: () => Registry | undefined;
  /** How many subscriptions ask for an event. */
  countRecipients: (sequence: number) => number;
}

export class Ledger {
  readonly #deps: LedgerDeps;
  readonly #sql: Sql;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
    this.#sql = deps.sql;
  }

  /** Takes all of a batch or none of it. */
  publish(batch: readonly PreparedRelease[], options: PublishOptions, nowMs: number): PublishResult {
    return transact(
      this.#deps.storage,
      () => this.#publishAll(batch, options, nowMs),
      (result) => result.ok && !options.dryRun,
    );
  }

  /** Withdraws, kills or reinstates. The same action for the same reason changes nothing. */
  act(action: Action, id: string, reason: string, nowMs: number): ActionResult {
    return this.#deps.storage.transactionSync((): ActionResult => {
      const row = findRelease(this.#sql, id);
      if (row === undefined) return { ok: false, problem: "unknown" };
      const rival = action === "reinstate" && row.status === "killed" ? rivalOf(this.#sql, row) : undefined;
      if (rival !== undefined) {
        const detail = `Its group has the release ${rival.id} in ${rival.lang} since; kill that one first.`;
        return { ok: false, problem: "conflict", detail };
      }
      const conflict = applyAction(this.#deps, action, row, reason, nowMs);
      if (conflict !== undefined) return { ok: false, problem: "conflict", detail: conflict };
      const after = getRelease(this.#sql, id);
      const changed = after.status !== row.status || after.reason !== row.reason;
      return { ok: true, answer: this.#answer(after, changed) };
    });
  }

  /** Publishes releases whose embargo has ended, oldest embargo first, each in its own transaction. A failed one is retried later. */
  liftEmbargoes(limit: number, nowMs: number): void {
    for (const id of embargoesUpTo(this.#sql, nowMs, limit)) {
      try {
        this.#deps.storage.transactionSync(() => this.#deps.lifecycle.makePublic(id, nowMs));
      } catch (error) {
        // A release that fails must not delay the others.
        log("error", "embargo not lifted", { release: id, error: String(error) });
        postponeLift(this.#sql, id, nowMs);
      }
    }
  }

  #publishAll(batch: readonly PreparedRelease[], options: PublishOptions, nowMs: number): PublishResult {
    const answers: PublishAnswer[] = [];
    const issues: { index: number; issue: RegistryIssue }[] = [];
    let isConflict = false;
    let notMinor = 0;
    // What a translation follows may be in the same batch.
    for (const [index, prepared] of [...batch.entries()].sort(([, a], [, b]) => compareByFollows(a, b))) {
      const { input } = prepared;
      const present = findRelease(this.#sql, input.id);
      const edition = present?.edition ?? 0;
      if (options.ifEdition !== undefined && options.ifEdition !== edition) {
        return { ok: false, problem: "edition-mismatch", present: edition };
      }
      const { registry } = this.#deps;
      const site = this.#deps.site();
      const files = checkFiles(this.#sql, prepared);
      const found: RegistryIssue[] = [
        ...validateEdition(input, present, site, toInstant(nowMs)),
        ...validateFacets(input, registry()),
        // Before a publish sends the site, its dry run asks what would be wrong.
        ...(options.dryRun ? [] : checkWording(input.lang, site)),
        ...files.issues,
        ...(options.namesMissingFiles ? [] : files.missing.map(({ issue }) => issue)),
      ];
      const minor = judgeMinor(this.#sql, prepared, present, site);
      found.push(...minor.issues);
      notMinor += minor.issues.length;
      const holder = holderOf(this.#sql, input.lang, input.slug);
      if (holder !== undefined && holder !== input.id) {
        isConflict = true;
        found.push({ path: "/slug", message: `is already the slug of release ${holder} in this language` });
      }
      isConflict ||= found.length > 0 && present !== undefined && isRetracted(present);
      if (found.length > 0) issues.push(...found.map((issue) => ({ index, issue })));
      else {
        const answer = this.#publishOne(prepared, present, nowMs);
        if (minor.isExcused) updateRelease(this.#sql, input.id, { announced: answer.edition });
        const missingFiles = files.missing.length === 0 ? undefined : files.missing.map(({ file }) => file);
        answers[index] = { ...answer, ...defined({ missingFiles }) };
      }
    }
    // Afterwards, because a batch may move one release out of a group and another one in.
    for (const [index, { input }] of batch.entries()) {
      const issue = answers[index] === undefined ? undefined : this.#findRival(input);
      if (issue === undefined) continue;
      isConflict = true;
      issues.push({ index, issue });
    }
    issues.sort((a, b) => a.index - b.index);
    if (issues.length > 0) {
      const other = issues.length === notMinor ? "not-minor" : "invalid";
      return { ok: false, problem: isConflict ? "conflict" : other, issues };
    }
    this.#countNotified(batch, answers);
    return { ok: true, answers };
  }

  #countNotified(batch: readonly PreparedRelease[], answers: readonly PublishAnswer[]): void {
    const corrections = answers.filter(
      ({ changed, edition, status, follows }, index) =>
        changed &&
        edition > 1 &&
        status === "published" &&
        follows === undefined &&
        batch[index]?.input.change === "major",
    );
    for (const answer of corrections.slice(0, CORRECTIONS_COUNTED_MAX)) {
      if (answer.sequence !== null) answer.notified = this.#deps.countRecipients(answer.sequence);
    }
  }

  /** Stores what differs, and gives the release the status of its file. */
  #publishOne(prepared: PreparedRelease, present: ReleaseRow | undefined, nowMs: number): PublishAnswer {
    const answer = this.#takeEdition(prepared, present, nowMs);
    const { id, status, reason } = prepared.input;
    if (status === undefined || reason === undefined) return answer;
    const row = getRelease(this.#sql, id);
    // `validateEdition` has already refused an impossible action, so `applyAction` gives no reason here.
    applyAction(this.#deps, ACTION_TO[status], row, reason, nowMs);
    const after = getRelease(this.#sql, id);
    return this.#answer(after, answer.changed || after.status !== row.status || after.reason !== row.reason);
  }

  #takeEdition(prepared: PreparedRelease, present: ReleaseRow | undefined, nowMs: number): PublishAnswer {
    const { lifecycle } = this.#deps;
    const { input } = prepared;
    const embargo = activeEmbargo(input, toInstant(nowMs));
    // The field `change` alone makes no edition. Neither does a note on the first public edition, which has none.
    const isUnchanged =
      contentJson(input) === present?.content && embargo === present.embargo && !correctsNote(input, present);
    if (present && (isRetracted(present) || isUnchanged)) {
      const { follows } = input;
      if (follows === undefined || isRetracted(present) || !catchesUp(input, present)) {
        return this.#answer(present, false);
      }
      lifecycle.catchUp(input.id, follows);
      return { ...this.#answer(getRelease(this.#sql, input.id), true), follows };
    }
    addEdition(this.#sql, withSizes(this.#sql, prepared), (present?.edition ?? 0) + 1, embargo, nowMs);
    if (present?.status === "published") lifecycle.addPublicEdition(input, present, nowMs);
    else if (embargo === null && !isKilledUnseen(input, present)) {
      if (input.status === undefined) lifecycle.makePublic(input.id, nowMs);
      else lifecycle.takeInRetracted(input, nowMs);
    }
    return this.#answer(getRelease(this.#sql, input.id), true);
  }

  /** An issue if the release's group has another one in its language. */
  #findRival({ id, lang, group, status }: ReleaseInput): RegistryIssue | undefined {
    if (status === "killed") return undefined;
    const rival = rivalOf(this.#sql, { id, lang, group: group ?? id });
    if (rival === undefined) return undefined;
    const url = this.#deps.site().baseUrl + releasePath(rival);
    const message =
      `has another release in ${lang}, ${rival.id} (${url}): ` +
      "a group has one release in each language; give one of them another group";
    return { path: "/group", message };
  }

  #answer(row: ReleaseRow, changed: boolean): PublishAnswer {
    const { id, edition, status } = row;
    const url = this.#deps.site().baseUrl + releasePath(row);
    const sequence = lastSequenceOf(this.#sql, id);
    const behind = behindView(this.#sql, this.#deps.site().baseUrl, row);
    return { id, edition, sequence, status, url, changed, ...defined({ behind }) };
  }
}

/** A text has words of ours too, such as the heading of its footnotes: they must not be in another language. */
function checkWording(lang: string, site: Site): Issue[] {
  const missing = languagesWithoutWording({
    ...site,
    languages: site.languages.filter((each) => each === lang),
  });
  const message = `${lang} has no wording yet: send it with PUT /api/v1/site`;
  return missing.map(() => ({ path: "/lang", message }));
}

function compareByFollows(a: PreparedRelease, b: PreparedRelease): number {
  return Number(a.input.follows !== undefined) - Number(b.input.follows !== undefined);
}

/** Withdrawn or killed: the content cannot change until the release is reinstated. */
function isRetracted({ status }: ReleaseRow): boolean {
  return status === "withdrawn" || status === "killed";
}
