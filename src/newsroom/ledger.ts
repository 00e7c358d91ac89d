/**
 * The ledger: takes editions, gives out sequences, and records in the same transaction the work that
 * follows. Everything here is synchronous: a Durable Object runs nothing else in between.
 */
import type { Fault } from "../domain/fault.ts";
import type { Change, ReleaseEventType } from "../domain/event.ts";
import { type Day, type Instant, parseInstant, parseReleaseDate, startOfDay } from "../domain/instant.ts";
import { type PreparedRelease, type ReleaseInput, releasePath, type Status } from "../domain/release.ts";
import type { Settings } from "../settings.ts";
import { faultsOfEdition, type PresentRelease } from "./edition-rules.ts";
import { changedFields, contentJson, parseContent } from "./edition-content.ts";
import type { EventDetails, ReleaseViews } from "./release-views.ts";
import type { StaleTargets } from "./stale-targets.ts";

const SECONDS_PER_DAY = 86_400;

/** What became of one release of a publish. */
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
  | { ok: false; problem: "invalid" | "conflict"; faults: { index: number; fault: Fault }[] }
  | { ok: false; problem: "edition-mismatch"; present: number };

export interface PublishOptions {
  /** Take the release only if this is its present edition; 0 for one that is not there. */
  ifEdition?: number;
  /** Judge and answer, but keep nothing. */
  dryRun: boolean;
}

/** Rolls a transaction back with what it had found out. */
class Rollback {
  readonly result: PublishResult;

  constructor(result: PublishResult) {
    this.result = result;
  }
}

export class Ledger {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #views: ReleaseViews;
  readonly #stale: StaleTargets;
  readonly #settings: Settings;

  constructor(storage: DurableObjectStorage, views: ReleaseViews, stale: StaleTargets, settings: Settings) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#views = views;
    this.#stale = stale;
    this.#settings = settings;
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

  #publishAll(batch: readonly PreparedRelease[], options: PublishOptions, nowMs: number): PublishResult {
    const answers: PublishAnswer[] = [];
    const faults: { index: number; fault: Fault }[] = [];
    let conflict = false;
    for (const [index, prepared] of batch.entries()) {
      const present = this.#present(prepared.input.id);
      if (options.ifEdition !== undefined && options.ifEdition !== (present?.edition ?? 0)) {
        return { ok: false, problem: "edition-mismatch", present: present?.edition ?? 0 };
      }
      const found = faultsOfEdition(prepared.input, present, this.#settings.site, Math.floor(nowMs / 1000));
      const holder = this.#holderOfSlug(prepared.input);
      if (holder !== undefined) {
        conflict = true;
        found.push({ path: "/slug", message: `is already the slug of release ${holder} in this language` });
      }
      if (found.length > 0) faults.push(...found.map((fault) => ({ index, fault })));
      else answers.push(this.#publishOne(prepared, present, nowMs));
    }
    if (faults.length > 0) return { ok: false, problem: conflict ? "conflict" : "invalid", faults };
    return { ok: true, answers };
  }

  /** Lets go out what is due, oldest embargo first; each in a transaction of its own. */
  liftEmbargoes(limit: number, nowMs: number): void {
    const now = Math.floor(nowMs / 1000);
    const due = this.#sql
      .exec<{ id: string }>(
        "SELECT id FROM releases WHERE embargo <= ? ORDER BY embargo, id LIMIT ?",
        now,
        limit,
      )
      .toArray();
    for (const { id } of due) {
      this.#storage.transactionSync(() => {
        const present = this.#present(id);
        if (present?.status === "embargoed")
          this.#goOut(id, parseContent(present.content), present.edition, now);
      });
    }
  }

  /** When the next embargo ends. */
  nextEmbargo(): Instant | undefined {
    const row = this.#sql.exec<{ next: number | null }>(
      "SELECT min(embargo) AS next FROM releases WHERE embargo IS NOT NULL",
    );
    return row.one().next ?? undefined;
  }

  #publishOne(prepared: PreparedRelease, present: PresentRelease | undefined, nowMs: number): PublishAnswer {
    const { input } = prepared;
    const now = Math.floor(nowMs / 1000);
    const content = contentJson(input);
    const embargo = embargoAt(input, now);
    if (present && isUnchanged(input, content, embargo, present))
      return this.#answer(input, present.edition, false);

    const edition = (present?.edition ?? 0) + 1;
    this.#sql.exec(
      `INSERT INTO editions (release, edition, accepted_ms, content, embargo, change, note, html, text, summary)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      input.id,
      edition,
      nowMs,
      content,
      embargo,
      input.change ?? null,
      input.note ?? null,
      prepared.html,
      prepared.text,
      prepared.summary,
    );
    this.#sql.exec(
      `INSERT INTO releases (id, lang, slug, "group", status, edition, embargo)
       VALUES (?1, ?2, ?3, ?4, 'embargoed', ?5, ?6)
       ON CONFLICT (id) DO UPDATE SET lang = ?2, slug = ?3, "group" = ?4, edition = ?5, embargo = ?6`,
      input.id,
      input.lang,
      input.slug,
      input.group ?? input.id,
      edition,
      embargo,
    );
    if (present?.status === "published") this.#followOn(input, present, edition, now);
    else if (embargo === null) this.#goOut(input.id, input, edition, now);
    return this.#answer(input, edition, true);
  }

  /** A release is seen for the first time: now, and not before, it gets its place in the order. */
  #goOut(
    id: string,
    content: { date: string; lang: string; group?: string | undefined },
    edition: number,
    now: Instant,
  ): void {
    const published = this.#freeInstant(content.date);
    this.#sql.exec(
      `UPDATE releases SET status = 'published', embargo = NULL, published = ?1, updated = ?1 WHERE id = ?2`,
      published,
      id,
    );
    this.#record("release.published", id, edition, null, now);
    this.#markStale(id, content.lang, content.group);
  }

  /** A further edition of a release that is already seen. */
  #followOn(input: ReleaseInput, present: PresentRelease, edition: number, now: Instant): void {
    const kind = input.change ?? "minor";
    if (kind === "major") {
      // Two corrections within a second are two: `updated` moves with each.
      this.#sql.exec(
        "UPDATE releases SET updated = max(?, updated + 1), note = ? WHERE id = ?",
        now,
        input.note ?? null,
        input.id,
      );
    }
    const before = parseContent(present.content);
    const change: Change = {
      kind,
      ...(input.note === undefined ? {} : { note: input.note }),
      previous: present.edition,
      fields: changedFields(before, parseContent(contentJson(input))),
    };
    const type = kind === "major" ? "release.corrected" : "release.revised";
    this.#record(type, input.id, edition, change, now);
    this.#markStale(input.id, input.lang, input.group);
    if (before.lang !== input.lang || before.group !== input.group) {
      this.#markStale(input.id, before.lang, before.group);
    }
  }

  #record(type: ReleaseEventType, id: string, edition: number, change: Change | null, now: Instant): void {
    const row = this.#sql
      .exec<{ group: string; published: number; updated: number; note: string | null }>(
        `SELECT "group", published, updated, note FROM releases WHERE id = ?`,
        id,
      )
      .one();
    const details: EventDetails = {
      id,
      edition,
      status: "published",
      published: row.published,
      updated: row.updated,
      note: row.note,
      translations: this.#views.translations(id, row.group),
      change,
    };
    this.#sql.exec(
      "INSERT INTO events (sequence, id, type, at, release, edition, details) VALUES (?, ?, ?, ?, ?, ?, ?)",
      this.#views.lastSequence() + 1,
      `evt_${crypto.randomUUID().replaceAll("-", "")}`,
      type,
      now,
      id,
      edition,
      JSON.stringify(details),
    );
  }

  /** The release, the lists it is in, and its siblings, whose pages link it. */
  #markStale(id: string, lang: string, group: string | undefined): void {
    const siblings = this.#views.translations(id, group ?? id);
    this.#stale.add([
      { kind: "release", id },
      { kind: "list", lang: undefined },
      { kind: "list", lang },
      ...siblings.map((sibling) => ({ kind: "release" as const, id: sibling.id })),
    ]);
  }

  /** Midnight and one second for each release that has the day already; or the exact instant; or the next free one. */
  #freeInstant(date: string): Instant {
    const parsed = parseReleaseDate(date);
    if (parsed === undefined) throw new RangeError(`not a date: ${date}`);
    let candidate = parsed.precision === "day" ? this.#placeInDay(parsed.day) : parsed.instant;
    while (this.#sql.exec("SELECT 1 FROM releases WHERE published = ?", candidate).toArray().length > 0)
      candidate += 1;
    return candidate;
  }

  #placeInDay(day: Day): Instant {
    const midnight = startOfDay(day, this.#settings.site.timeZone);
    const { taken } = this.#sql
      .exec<{ taken: number }>(
        "SELECT count(*) AS taken FROM releases WHERE published >= ? AND published < ?",
        midnight,
        midnight + SECONDS_PER_DAY,
      )
      .one();
    return midnight + taken;
  }

  #present(id: string): PresentRelease | undefined {
    const [row] = this.#sql.exec<PresentRelease & Record<string, SqlStorageValue>>(
      `SELECT r.status, r.edition, r.embargo, e.content, e.note
       FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition WHERE r.id = ?`,
      id,
    );
    return row;
  }

  #holderOfSlug(input: ReleaseInput): string | undefined {
    const [row] = this.#sql.exec<{ id: string }>(
      "SELECT id FROM releases WHERE lang = ? AND slug = ? AND id <> ?",
      input.lang,
      input.slug,
      input.id,
    );
    return row?.id;
  }

  #answer(input: ReleaseInput, edition: number, changed: boolean): PublishAnswer {
    const { status } = this.#sql
      .exec<{ status: Status }>("SELECT status FROM releases WHERE id = ?", input.id)
      .one();
    const { sequence } = this.#sql
      .exec<{ sequence: number | null }>(
        "SELECT max(sequence) AS sequence FROM events WHERE release = ?",
        input.id,
      )
      .one();
    return {
      id: input.id,
      edition,
      sequence,
      status,
      url: this.#settings.site.baseUrl + releasePath(input),
      changed,
    };
  }
}

/** The embargo that still holds; null if there is none or it is over. */
function embargoAt(input: ReleaseInput, now: Instant): Instant | null {
  const embargo = input.embargo === undefined ? undefined : parseInstant(input.embargo);
  return embargo !== undefined && embargo > now ? embargo : null;
}

/** A note of its own is a new edition even of the same text: its author has something to tell. */
function isUnchanged(
  input: ReleaseInput,
  content: string,
  embargo: Instant | null,
  present: PresentRelease,
): boolean {
  return (
    content === present.content &&
    embargo === present.embargo &&
    (input.note === undefined || input.note === present.note)
  );
}
