/**
 * Writes stale documents into KV: only bytes that differ, no key more than once a second, in steps that can
 * be cut off anywhere and run again.
 */
import {
  encoded,
  etagOf,
  removeDocument,
  type StoredDocument,
  writeDocument,
} from "../../documents/kv-store.ts";
import { parseDocumentPath } from "../../documents/paths.ts";
import { defined } from "../../domain/defined.ts";
import { addressOf, isCombination, type ListPlace } from "../../domain/list.ts";
import type { UnknownValue } from "../../domain/registry.ts";
import { backoffMs } from "../../runtime/async.ts";
import type { Budget } from "../../runtime/bounded-work.ts";
import { log } from "../../runtime/log.ts";
import { all, type Meter } from "../../runtime/sql.ts";
import {
  KV_EXPIRATION_MIN_MS,
  KV_WRITE_INTERVAL_MS,
  KV_WRITES_PER_TARGET,
  TARGETS_PER_STEP,
} from "../limits.ts";
import type { Combinations } from "../lists/combinations.ts";
import { toInstant } from "../store/schema.ts";
import {
  complete,
  dueTargets,
  keyOf,
  markStale,
  postpone,
  type StaleDocument,
  type Target,
} from "../store/stale-documents.ts";
import { isAlwaysRendered, renderTarget, targetAt } from "./render.ts";
import { HTML, identityOf, metadataOf, type RenderSource, type RenderedDocument } from "./rendered.ts";

/** A row of `documents`. */
interface WrittenDocument {
  path: string;
  etag: string;
  modified: number;
  written_ms: number;
}

/** A document, or the unknown values that an address names. */
export type FoundDocument =
  | { kind: "found"; document: StoredDocument }
  | { kind: "missing"; unknown: UnknownValue[] };

const MISSING: FoundDocument = { kind: "missing", unknown: [] };

interface ProjectionDeps extends RenderSource {
  combinations: Combinations;
  kv: KVNamespace;
  meter: Meter;
  /** Called in the transaction that records that KV holds a feed of newest releases, or no longer holds a document. */
  onFeedWritten: (path: string, etag: string, before: string, body: string) => void;
  onRemoved: (path: string) => void;
}

export class Projection {
  readonly #deps: ProjectionDeps;

  constructor(deps: ProjectionDeps) {
    this.#deps = deps;
  }

  /** One bounded step. @returns whether anything was due */
  async step(budget: Budget): Promise<boolean> {
    const { sql, now } = this.#deps;
    const targets = Math.floor(budget.upTo(TARGETS_PER_STEP * KV_WRITES_PER_TARGET) / KV_WRITES_PER_TARGET);
    const due = dueTargets(sql, targets, now());
    for (const stale of due) budget.spend(await this.#project(stale));
    return due.length > 0;
  }

  /**
   * Renders the document at a path from the ledger, and queues it to be written. Used on a KV miss: just
   * written, lost, or a list requested for the first time.
   */
  async findDocument(path: string, client: string | null): Promise<FoundDocument> {
    const { sql, config, lists, combinations, archives, registry, now } = this.#deps;
    const place = parseDocumentPath(path, config.site.languages);
    if (place === undefined) return MISSING;
    if (place.kind === "list") {
      const { list, archive } = place.place;
      const status = registry.filterStatus(list.filter);
      if (status.kind === "unknown") return { kind: "missing", unknown: status.values };
      if (isCombination(list)) combinations.retain(list, client);
      else lists.retain(list, now());
      if (archive !== undefined && archive === archives.nextArchiveNumber(list))
        return { kind: "found", document: await redirectToNewest(place.place) };
    }
    const target = targetAt(sql, place);
    if (target === undefined) return MISSING;
    const documents = renderTarget(target, this.#deps, (each) => each === path);
    const rendered = documents.find((each) => each.path === path);
    if (rendered === undefined) return MISSING;
    const etag = await etagFor(rendered);
    const written = this.#readWritten(target).find((each) => each.path === path);
    if (written === undefined && !isAlwaysRendered(target)) {
      sql.exec(
        "INSERT INTO documents (path, target, etag, modified, written_ms) VALUES (?, ?, '', 0, 0)",
        path,
        keyOf(target),
      );
    }
    if (written === undefined || written.written_ms === 0) markStale(sql, [target]);
    const modified = written?.etag === etag ? written.modified : undefined;
    return { kind: "found", document: await toDocument(rendered, defined({ etag, modified })) };
  }

  /** Assumes that KV is empty. The ETags and dates of its documents stay known, so that they do not change. */
  forgetWrites(): void {
    this.#deps.sql.exec("UPDATE documents SET written_ms = 0");
  }

  /** Brings the documents of one target in KV up to date. @returns how many calls of KV it took at most */
  async #project(stale: StaleDocument): Promise<number> {
    const { sql, now } = this.#deps;
    const { target } = stale;
    let calls = 0;
    try {
      const written = this.#readWritten(target);
      const isWritten = (path: string) => written.some((document) => document.path === path);
      const isWanted = (path: string) => isAlwaysRendered(target) || isWritten(path);
      const rendered = renderTarget(target, this.#deps, isWanted);
      calls = Math.max(rendered.length, written.length);
      // Wait for all of them, even if one fails: a late write must not overwrite a newer one.
      const writes = rendered.map((document) => this.#write(target, document, written));
      const results = await Promise.allSettled(writes);
      const waits = results.map((result) => {
        if (result.status === "rejected") throw result.reason;
        return result.value;
      });
      for (const { path } of written) {
        if (!rendered.some((document) => document.path === path)) await this.#remove(path);
      }
      const waitUntilMs = Math.max(...waits, 0);
      if (waitUntilMs === 0) {
        complete(sql, stale);
        const staleFrom = Math.min(...rendered.map((document) => document.staleFrom ?? Infinity));
        if (staleFrom < Infinity) markStale(sql, [target], staleFrom * 1000);
      } else postpone(sql, stale, waitUntilMs, 0);
    } catch (error) {
      // Retried soon, and without delaying other targets: the failure is KV's or ours.
      log("error", "projection failed", { target: keyOf(target), error: String(error) });
      postpone(sql, stale, now() + backoffMs(stale.failures), stale.failures + 1);
    }
    return calls;
  }

  /** @returns 0 if KV holds the bytes now; otherwise from when they may be written, in milliseconds */
  async #write(target: Target, rendered: RenderedDocument, written: WrittenDocument[]): Promise<number> {
    const { kv, meter, now } = this.#deps;
    const { path } = rendered;
    const etag = await etagFor(rendered);
    const before = written.find((document) => document.path === path);
    const isSame = before?.etag === etag;
    if (isSame && before.written_ms > 0) return 0;
    const nowMs = now();
    const allowedMs = (before?.written_ms ?? 0) + KV_WRITE_INTERVAL_MS;
    if (before && nowMs < allowedMs) return allowedMs;
    // Writes of one path are a second apart, so each has a Last-Modified of its own.
    const modified = isSame ? before.modified : toInstant(nowMs);
    const document = await toDocument(rendered, { etag, modified });
    meter.addKvWrite();
    try {
      await writeDocument(kv, path, document, this.#expirationOf(target));
    } catch (error) {
      // KV may hold either version, so the document is written again. The attempt counts for the interval:
      // a refusal because of too many writes must not cause more of them.
      this.#saveWritten(target, { path, etag: "", modified: before?.modified ?? 0, written_ms: nowMs });
      throw error;
    }
    // Recorded after the write: if the object dies in between, the same bytes are written again.
    this.#saveWritten(target, { path, etag, modified, written_ms: nowMs });
    if (isNewestFeed(target, rendered)) {
      this.#deps.onFeedWritten(path, etag, before?.etag ?? "", rendered.body);
    }
    return 0;
  }

  async #remove(path: string): Promise<void> {
    const { sql, kv, meter, onRemoved } = this.#deps;
    meter.addKvWrite();
    await removeDocument(kv, path);
    sql.exec("DELETE FROM documents WHERE path = ?", path);
    onRemoved(path);
  }

  /** When KV drops a document, in seconds since 1970: a combination expires unless it is requested again. */
  #expirationOf(target: Target): number | undefined {
    if (target.kind !== "list" && target.kind !== "archive") return undefined;
    const { lists, now } = this.#deps;
    const list = lists.parse(target.address);
    const untilMs = list && lists.keptUntilMs(list, now());
    if (untilMs === undefined || untilMs === null) return undefined;
    return Math.ceil(Math.max(untilMs, now() + KV_EXPIRATION_MIN_MS) / 1000);
  }

  #readWritten(target: Target): WrittenDocument[] {
    return all(
      this.#deps.sql,
      "SELECT path, etag, modified, written_ms FROM documents WHERE target = ?",
      keyOf(target),
    );
  }

  #saveWritten(target: Target, { path, etag, modified, written_ms }: WrittenDocument): void {
    this.#deps.sql.exec(
      "INSERT OR REPLACE INTO documents (path, target, etag, modified, written_ms) VALUES (?, ?, ?, ?, ?)",
      path,
      keyOf(target),
      etag,
      modified,
      written_ms,
    );
  }
}

function isNewestFeed(target: Target, { type }: RenderedDocument): boolean {
  return target.kind === "list" && type !== HTML;
}

async function etagFor(rendered: RenderedDocument): Promise<string> {
  return rendered.etag ?? etagOf(identityOf(rendered), rendered.sequence);
}

async function toDocument<V>(rendered: RenderedDocument, version: V) {
  return { ...metadataOf(rendered), ...(await encoded(rendered.body, rendered.type)), ...version };
}

/** Not stored in KV: the address leads to the archive as soon as that exists. */
async function redirectToNewest({ list, format }: ListPlace): Promise<StoredDocument> {
  const location = addressOf({ list, ...defined({ format }) });
  return { body: new Uint8Array(), type: HTML, etag: await etagOf(location), status: 302, location };
}
