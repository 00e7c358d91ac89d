/**
 * Writes what has become stale into KV: only bytes that differ, no key more than once a second, and
 * in steps that can be cut off anywhere and run again.
 */
import type { Meter, Sql } from "../../runtime/sql.ts";
import type { Budget } from "../../runtime/bounded-work.ts";
import type { Issue } from "../../domain/issues.ts";
import { addressOf, type ListPlace } from "../../domain/list.ts";
import {
  type DocumentMetadata,
  encoded,
  etagOf,
  removeDocument,
  type StoredDocument,
  writeDocument,
} from "../../documents/kv-store.ts";
import { parseDocumentPath } from "../../documents/paths.ts";
import {
  KV_EXPIRATION_MIN_MS,
  KV_WRITE_INTERVAL_MS,
  KV_WRITES_PER_TARGET,
  SEQUENCES_UNITS_MAX,
  TARGETS_PER_STEP,
} from "../limits.ts";
import type { Config } from "../../config.ts";
import { backoffMs } from "../../runtime/async.ts";
import { HTML, type RenderSource, type RenderedDocument } from "./rendered.ts";
import { isAlwaysRendered, renderTarget, targetAt } from "./render.ts";
import { keyOf, type StaleDocument, type StaleDocuments, type Target } from "../store/stale-documents.ts";

interface WrittenDocument {
  path: string;
  etag: string;
  modified: number;
  written_ms: number;
  [column: string]: SqlStorageValue;
}

/** What the ledger answers for a path; with what is not known, and what is near it. */
export type FoundDocument =
  | { kind: "found"; document: StoredDocument }
  | { kind: "missing"; issues: Issue[] };

const MISSING: FoundDocument = { kind: "missing", issues: [] };

export class Projection {
  readonly #sql: Sql;
  readonly #kv: KVNamespace;
  readonly #meter: Meter;
  readonly #ledger: RenderSource;
  readonly #stale: StaleDocuments;
  readonly #config: Config;
  readonly #now: () => number;

  constructor(
    parts: {
      sql: Sql;
      kv: KVNamespace;
      meter: Meter;
      ledger: RenderSource;
      stale: StaleDocuments;
      config: Config;
    },
    now: () => number,
  ) {
    this.#sql = parts.sql;
    this.#kv = parts.kv;
    this.#meter = parts.meter;
    this.#ledger = parts.ledger;
    this.#stale = parts.stale;
    this.#config = parts.config;
    this.#now = now;
  }

  /** One bounded step. @returns whether anything was due */
  async step(budget: Budget): Promise<boolean> {
    const targets = Math.floor(budget.upTo(TARGETS_PER_STEP * KV_WRITES_PER_TARGET) / KV_WRITES_PER_TARGET);
    const due = this.#stale.due(targets, this.#now());
    for (const target of due) budget.spend(await this.#project(target));
    return due.length > 0;
  }

  /**
   * The document at a path, straight from the ledger, for a reader whom KV does not know what to
   * answer: it is written a moment ago, or lost, or of a list that nobody has asked for yet. Those
   * are marked to be written.
   */
  async document(path: string): Promise<FoundDocument> {
    const place = parseDocumentPath(path, this.#config.site.languages);
    if (place === undefined) return MISSING;
    if (place.kind === "list") {
      const { list, archive } = place.place;
      const standing = this.#ledger.registry.filterStatus(list.filter);
      if (standing.kind === "unknown") return { kind: "missing", issues: standing.issues };
      this.#ledger.lists.retain(list, this.#now());
      if (archive !== undefined && archive === this.#ledger.archives.nextArchiveNumber(list))
        return { kind: "found", document: await redirectToNewest(place.place) };
    }
    const target = targetAt(place, this.#ledger.views);
    const rendered =
      target && this.#render(target, (each) => each === path).find((candidate) => candidate.path === path);
    if (target === undefined || rendered === undefined) return MISSING;
    const etag = await etagOf(identity(rendered), rendered.sequence);
    const written = this.#written(target).find((candidate) => candidate.path === path);
    if (written === undefined && !isAlwaysRendered(target)) {
      this.#sql.exec(
        "INSERT INTO documents (path, target, etag, modified, written_ms) VALUES (?, ?, '', 0, 0)",
        path,
        keyOf(target),
      );
    }
    if (written === undefined || written.written_ms === 0) this.#stale.add([target]);
    const document = {
      ...describedBy(rendered),
      ...(await encoded(rendered.body, rendered.type)),
      etag,
      ...(written?.etag === etag ? { modified: written.modified } : {}),
    };
    return { kind: "found", document };
  }

  /** KV is taken to be empty; what stood there, and since when, is still known. */
  forgetWrites(): void {
    this.#sql.exec("UPDATE documents SET written_ms = 0");
  }

  /** @returns how many calls of KV it took at most */
  async #project(stale: StaleDocument): Promise<number> {
    let calls = 0;
    try {
      const written = this.#written(stale.target);
      const rendered = this.#render(
        stale.target,
        (path) => isAlwaysRendered(stale.target) || written.some((document) => document.path === path),
      );
      calls = Math.max(rendered.length, written.length);
      // All of them end before anything is done again: a late write must not land on a newer one.
      const results = await Promise.allSettled(
        rendered.map((document) => this.#write(stale.target, document, written)),
      );
      const waits = results.map((result) => {
        if (result.status === "rejected") throw result.reason;
        return result.value;
      });
      for (const { path } of written) {
        if (!rendered.some((document) => document.path === path)) await this.#remove(path);
      }
      const waitUntilMs = Math.max(...waits, 0);
      if (waitUntilMs === 0) this.#stale.done(stale);
      else this.#stale.postpone(stale, waitUntilMs, 0);
    } catch (error) {
      // KV's fault or ours, never the office's: again soon, and nobody else waits for it.
      console.error(
        JSON.stringify({ message: "projection failed", target: keyOf(stale.target), error: String(error) }),
      );
      this.#stale.postpone(stale, this.#now() + backoffMs(stale.failures), stale.failures + 1);
    }
    return calls;
  }

  /** @returns 0 when KV holds the bytes, else the time (ms) from which they may be written */
  async #write(target: Target, rendered: RenderedDocument, written: WrittenDocument[]): Promise<number> {
    const { path } = rendered;
    const etag = await etagOf(identity(rendered), rendered.sequence);
    const before = written.find((document) => document.path === path);
    const isSame = before?.etag === etag;
    if (isSame && before.written_ms > 0) return 0;
    const nowMs = this.#now();
    const allowedMs = (before?.written_ms ?? 0) + KV_WRITE_INTERVAL_MS;
    if (before && nowMs < allowedMs) return allowedMs;
    // Writes of one path are a second apart, so each has a Last-Modified of its own.
    const modified = isSame ? before.modified : Math.floor(nowMs / 1000);
    const document = {
      ...describedBy(rendered),
      ...(await encoded(rendered.body, rendered.type)),
      etag,
      modified,
    };
    this.#meter.addKvWrite();
    try {
      await writeDocument(this.#kv, path, document, this.#expirationOf(target));
    } catch (error) {
      // What KV holds now is not known: it is written again in any case, but a second later like any other,
      // or its refusals of too many writes would bring about the next.
      this.#note(target, { path, etag: "", modified: before?.modified ?? 0, written_ms: nowMs });
      throw error;
    }
    // Noted after the write: cut off in between, the same bytes are written once more.
    this.#note(target, { path, etag, modified, written_ms: nowMs });
    return 0;
  }

  #note(target: Target, { path, etag, modified, written_ms }: WrittenDocument): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO documents (path, target, etag, modified, written_ms) VALUES (?, ?, ?, ?, ?)",
      path,
      keyOf(target),
      etag,
      modified,
      written_ms,
    );
  }

  async #remove(path: string): Promise<void> {
    this.#meter.addKvWrite();
    await removeDocument(this.#kv, path);
    this.#sql.exec("DELETE FROM documents WHERE path = ?", path);
  }

  /** Seconds since 1970 until which KV keeps a combination; whoever asks after that makes it be kept longer. */
  #expirationOf(target: Target): number | undefined {
    if (target.kind !== "list" && target.kind !== "archive") return undefined;
    const list = this.#ledger.lists.parse(target.address);
    const untilMs = list && this.#ledger.lists.keptUntilMs(list, this.#now());
    if (untilMs === undefined || untilMs === null) return undefined;
    return Math.ceil(Math.max(untilMs, this.#now() + KV_EXPIRATION_MIN_MS) / 1000);
  }

  #render(target: Target, wanted: (path: string) => boolean): RenderedDocument[] {
    return renderTarget(target, this.#ledger, this.#config, this.#now(), wanted);
  }

  #written(target: Target): WrittenDocument[] {
    return this.#sql
      .exec<WrittenDocument>(
        "SELECT path, etag, modified, written_ms FROM documents WHERE target = ?",
        keyOf(target),
      )
      .toArray();
  }
}

/** By what two documents at one path differ: mostly their bytes. */
function identity({ body, status, location }: RenderedDocument): string {
  return status === undefined ? body : `${status} ${location ?? ""}\n${body}`;
}

/** All but the bytes. Sequences that KV's metadata has no room for are left out: nobody is sent less for it. */
function describedBy({
  path: _path,
  body: _body,
  sequence: _sequence,
  sequences,
  ...described
}: RenderedDocument): Omit<DocumentMetadata, "etag" | "modified"> {
  const fits = JSON.stringify(sequences ?? []).length <= SEQUENCES_UNITS_MAX;
  return { ...described, ...(sequences !== undefined && fits ? { sequences } : {}) };
}

/** Not kept: it leads somewhere else as soon as there is such an archive. */
async function redirectToNewest({ list, format }: ListPlace): Promise<StoredDocument> {
  const location = addressOf(format === undefined ? { list } : { list, format });
  return { body: new Uint8Array(), type: HTML, etag: await etagOf(location), status: 302, location };
}
