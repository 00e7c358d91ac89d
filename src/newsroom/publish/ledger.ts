/**
 * The ledger: takes editions and what an office does with releases, all of a call or nothing, and
 * records in the same transaction the work that follows. Everything here is synchronous: a Durable
 * Object runs nothing else in between.
 */
import type { Issue } from "../../domain/issues.ts";
import { type Instant, parseInstant } from "../../domain/dates.ts";
import { validateFacets, type Registry } from "../../domain/registry.ts";
import { type PreparedRelease, type ReleaseInput, releasePath, type Status } from "../../domain/release.ts";
import type { Site } from "../../domain/site.ts";
import { contentJson } from "../store/editions.ts";
import { validateEdition } from "./rules.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { ReleaseRow, ReleaseRows } from "../store/releases.ts";

/** What became of one release. */
export interface PublishAnswer {
  id: string;
  edition: number;
  /** Of the release's latest event; null while nobody has been told anything. */
  sequence: number | null;
  status: Status;
  url: string;
  changed: boolean;
}

export type PublishResult =
  | { ok: true; answers: PublishAnswer[] }
  /** `faults` by place in the batch; nothing was taken. */
  | { ok: false; problem: "invalid" | "conflict"; issues: { index: number; issue: Issue }[] }
  | { ok: false; problem: "edition-mismatch"; present: number };

export interface PublishOptions {
  /** Take the release only if this is its present edition; 0 for one that is not there. */
  ifEdition?: number;
  /** Judge and answer, but keep nothing. */
  dryRun: boolean;
}

/** What an office may do with a release as a whole. */
export type Action = "withdraw" | "kill" | "reinstate";
export type ActionResult =
  | { ok: true; answer: PublishAnswer }
  | { ok: false; problem: "unknown" }
  | { ok: false; problem: "conflict"; detail: string };

/** Rolls a transaction back with what it had found out. */
class Rollback {
  readonly result: PublishResult;

  constructor(result: PublishResult) {
    this.result = result;
  }
}

export class Ledger {
  readonly #storage: DurableObjectStorage;
  readonly #rows: ReleaseRows;
  readonly #lifecycle: Lifecycle;
  readonly #site: Site;
  readonly #registry: () => Registry | undefined;

  constructor(
    storage: DurableObjectStorage,
    rows: ReleaseRows,
    lifecycle: Lifecycle,
    site: Site,
    registry: () => Registry | undefined,
  ) {
    this.#storage = storage;
    this.#rows = rows;
    this.#lifecycle = lifecycle;
    this.#site = site;
    this.#registry = registry;
  }

  /** Takes all of a batch or none of it. */
  publish(batch: readonly PreparedRelease[], options: PublishOptions, nowMs: number): PublishResult {
    try {
      return this.#storage.transactionSync(() => {
        const result = this.#publishAll(batch, options, nowMs);
        if (!result.ok || options.dryRun) throw new Rollback(result);
        return result;
      });
    } catch (thrown) {
      if (thrown instanceof Rollback) return thrown.result;
      throw thrown;
    }
  }

  /** Withdraws, kills or reinstates; doing it again for the same reason changes nothing. */
  act(action: Action, id: string, reason: string, nowMs: number): ActionResult {
    return this.#storage.transactionSync((): ActionResult => {
      const row = this.#rows.get(id);
      if (row === undefined) return { ok: false, problem: "unknown" };
      const now = Math.floor(nowMs / 1000);
      const refusal =
        row.firstSeen === null ? this.#actUnseen(action, row, now) : this.#actSeen(action, row, reason, now);
      if (refusal !== undefined) return { ok: false, problem: "conflict", detail: refusal };
      const after = this.#rows.get(id) ?? row;
      const changed = after.status !== row.status || after.reason !== row.reason;
      return { ok: true, answer: this.#answer(after, changed) };
    });
  }

  /** Lets go out what is due, oldest embargo first; each in a transaction of its own. */
  liftEmbargoes(limit: number, nowMs: number): void {
    const now = Math.floor(nowMs / 1000);
    for (const id of this.#rows.embargoesUpTo(now, limit)) {
      try {
        this.#storage.transactionSync(() => this.#lifecycle.makePublic(id, now));
      } catch (error) {
        // One that cannot go out must not hold up the others.
        console.error(JSON.stringify({ message: "embargo not lifted", release: id, error: String(error) }));
      }
    }
  }

  #publishAll(batch: readonly PreparedRelease[], options: PublishOptions, nowMs: number): PublishResult {
    const answers: PublishAnswer[] = [];
    const issues: { index: number; issue: Issue }[] = [];
    let conflict = false;
    for (const [index, prepared] of batch.entries()) {
      const { input } = prepared;
      const present = this.#rows.get(input.id);
      if (options.ifEdition !== undefined && options.ifEdition !== (present?.edition ?? 0)) {
        return { ok: false, problem: "edition-mismatch", present: present?.edition ?? 0 };
      }
      const found = [
        ...validateEdition(input, present, this.#site, Math.floor(nowMs / 1000)),
        ...validateFacets(input, this.#registry()),
      ];
      const holder = this.#rows.holderOfAddress(input);
      if (holder !== undefined) {
        conflict = true;
        found.push({ path: "/slug", message: `is already the slug of release ${holder} in this language` });
      }
      conflict ||= found.length > 0 && present !== undefined && isOver(present);
      if (found.length > 0) issues.push(...found.map((issue) => ({ index, issue })));
      else answers.push(this.#publishOne(prepared, present, nowMs));
    }
    if (issues.length > 0) return { ok: false, problem: conflict ? "conflict" : "invalid", issues };
    return { ok: true, answers };
  }

  #publishOne(prepared: PreparedRelease, present: ReleaseRow | undefined, nowMs: number): PublishAnswer {
    const { input } = prepared;
    const now = Math.floor(nowMs / 1000);
    const embargo = embargoAt(input, now);
    if (present && (isOver(present) || isUnchanged(input, embargo, present)))
      return this.#answer(present, false);
    this.#rows.addEdition(prepared, (present?.edition ?? 0) + 1, embargo, nowMs);
    if (present?.status === "published") this.#lifecycle.addPublicEdition(input, present, now);
    else if (embargo === null) this.#lifecycle.makePublic(input.id, now);
    const after = this.#rows.get(input.id);
    if (after === undefined) throw new TypeError("an edition was added, and is not there");
    return this.#answer(after, true);
  }

  /** @returns why it cannot be, if so */
  #actSeen(action: Action, row: ReleaseRow, reason: string, now: Instant): string | undefined {
    switch (action) {
      case "withdraw":
        if (row.status === "killed") return "The release is killed; reinstate it before you withdraw it.";
        if (row.status === "withdrawn" && row.reason === reason) return undefined;
        this.#lifecycle.setStatus("withdrawn", row, reason, now);
        return undefined;
      case "kill":
        if (row.status === "killed" && row.reason === reason) return undefined;
        this.#lifecycle.setStatus("killed", row, reason, now);
        return undefined;
      case "reinstate":
        if (row.status === "published") return undefined;
        this.#lifecycle.setStatus("published", row, reason, now);
        return undefined;
    }
  }

  /** Nobody has seen it, and nobody will learn that it was there: no event, no trace. */
  #actUnseen(action: Action, row: ReleaseRow, now: Instant): string | undefined {
    switch (action) {
      case "withdraw":
        return "The release has not been published; kill it, or move its embargo.";
      case "kill":
        this.#rows.update(row.id, { status: "killed", embargo: null });
        return undefined;
      case "reinstate": {
        if (row.status !== "killed") return undefined;
        const embargo = this.#rows.embargoOfEdition(row.id, row.edition);
        this.#rows.update(row.id, { status: "embargoed", embargo });
        if (embargo === null || embargo <= now) this.#lifecycle.makePublic(row.id, now);
        return undefined;
      }
    }
  }

  #answer(row: ReleaseRow, changed: boolean): PublishAnswer {
    const { id, edition, status } = row;
    return {
      id,
      edition,
      sequence: this.#rows.lastEvent(id),
      status,
      url: this.#site.baseUrl + releasePath(row),
      changed,
    };
  }
}

/** Withdrawn or killed: its text stays as it is until it is reinstated. */
function isOver({ status }: ReleaseRow): boolean {
  return status === "withdrawn" || status === "killed";
}

/** The embargo that still holds; null if there is none or it is over. */
function embargoAt(input: ReleaseInput, now: Instant): Instant | null {
  const embargo = input.embargo === undefined ? undefined : parseInstant(input.embargo);
  return embargo !== undefined && embargo > now ? embargo : null;
}

/** A note beside the same text tells of nothing: it is no edition. */
function isUnchanged(input: ReleaseInput, embargo: Instant | null, present: ReleaseRow): boolean {
  return contentJson(input) === present.content && embargo === present.embargo;
}
