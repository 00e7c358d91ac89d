/**
 * Documents that an isolate keeps in memory for a moment. A hot feed then costs two KV reads a second
 * instead of one a request, and requests do not wait for them.
 */
import { isCombination } from "../../domain/list.ts";
import type { UnknownValue } from "../../domain/registry.ts";
import { readDocument, readEtag, type StoredDocument } from "../../documents/kv-store.ts";
import { parseDocumentPath } from "../../documents/paths.ts";
import { log } from "../../runtime/log.ts";
import { newsroom } from "../../runtime/stubs.ts";
import type { Context } from "../context.ts";
import { CACHED_BYTES_MAX, CACHED_DOCUMENTS_MAX, DOCUMENT_FRESH_MS, DOCUMENT_STALE_MS } from "../limits.ts";
import { clientOf, countCall, countNewList } from "../rate-limit.ts";
import { costOf } from "../request-log.ts";
import { type ServableDocument, toServable } from "./response.ts";

/** What is at a path. `limited`: this client sent too many requests, or asked for too many new lists. */
export type Lookup =
  | { kind: "found"; servable: ServableDocument }
  | { kind: "missing"; unknown: readonly UnknownValue[] }
  | { kind: "limited"; by: "calls" | "new-lists" };

interface Entry {
  path: string;
  lookup: Lookup;
  freshUntilMs: number;
  bytes: number;
  isRefreshing: boolean;
  /** The last URL that led to this document, under which {@link hotAt} finds it. */
  url?: string;
  /** Answers from memory since the last log line. Such requests have no line of their own. */
  ok: number;
  notModified: number;
}

/** An entry whose document is there. */
export type HotEntry = Entry & { lookup: { kind: "found" } };

/** Oldest first: a Map keeps the order in which its keys were set. */
const entries = new Map<string, Entry>();
const byUrl = new Map<string, HotEntry>();
let bytes = 0;

/** Finds the document at a path: in memory, else in KV, else in the ledger. */
export async function lookUp(c: Context, path: string): Promise<Lookup> {
  const nowMs = Date.now();
  const entry = entries.get(path);
  if (entry !== undefined && entry.freshUntilMs > nowMs) return entry.lookup;
  const { site } = c.var.config;
  const place = parseDocumentPath(path, site.languages);
  if (place === undefined) return { kind: "missing", unknown: [] };
  const cost = costOf(c.req.raw);
  cost.kvReads += 1;
  let document = await readDocument(c.env.DOCUMENTS, path);
  let unknown: readonly UnknownValue[] = [];
  if (document === null) {
    if (!(await countCall(c))) return { kind: "limited", by: "calls" };
    if (place.kind === "list" && isCombination(place.place.list)) {
      if (!(await countNewList(c))) return { kind: "limited", by: "new-lists" };
    }
    cost.objectCalls += 1;
    ({ document, unknown } = await readFromLedger(c, path));
  }
  const lookup: Lookup =
    document === null
      ? { kind: "missing", unknown }
      : { kind: "found", servable: toServable(document, path, site) };
  remember(path, lookup, nowMs + DOCUMENT_FRESH_MS);
  return lookup;
}

/** KV may not know yet what a webhook has just announced. The ledger does. */
async function readFromLedger(
  c: Context,
  path: string,
): Promise<{ document: StoredDocument | null; unknown: readonly UnknownValue[] }> {
  using found = await newsroom(c.env).document(path, clientOf(c.req.raw));
  // Copies, because RPC frees its result when the call ends.
  return found.kind === "found"
    ? { document: { ...found.document }, unknown: [] }
    : { document: null, unknown: found.unknown.map((each) => ({ ...each })) };
}

/** Lets {@link hotAt} find the document at `path` under a whole URL, as long as memory keeps it. */
export function rememberUrl(url: string, path: string): void {
  const entry = entries.get(path);
  if (entry?.lookup.kind !== "found") return;
  if (entry.url !== undefined) byUrl.delete(entry.url);
  byUrl.set(url, Object.assign(entry, { url }) as HotEntry);
}

/** The entry under a URL, unless it is too old to be served. */
export function hotAt(url: string, nowMs: number): HotEntry | undefined {
  const entry = byUrl.get(url);
  return entry !== undefined && nowMs < entry.freshUntilMs + DOCUMENT_STALE_MS ? entry : undefined;
}

/** Whether the next request should look whether KV has another version. */
export function needsRefresh({ freshUntilMs, isRefreshing }: HotEntry, nowMs: number): boolean {
  return nowMs >= freshUntilMs && !isRefreshing;
}

/** Reads the document's ETag from KV. Meanwhile other requests get the document in memory. */
export async function refresh(env: Env, entry: HotEntry): Promise<void> {
  entry.isRefreshing = true;
  const freshUntilMs = Date.now() + DOCUMENT_FRESH_MS;
  const etag = await readEtag(env.DOCUMENTS, entry.path);
  logReads(entry, 1);
  if (etag === entry.lookup.servable.document.etag) {
    Object.assign(entry, { freshUntilMs, isRefreshing: false });
  } else if (entries.get(entry.path) === entry) forget(entry.path); // the next request reads the new version
}

function remember(path: string, lookup: Lookup, freshUntilMs: number): void {
  forget(path);
  const size = path.length + (lookup.kind === "found" ? sizeOf(lookup.servable.document) : 0);
  entries.set(path, {
    path,
    lookup,
    freshUntilMs,
    bytes: size,
    isRefreshing: false,
    ok: 0,
    notModified: 0,
  });
  bytes += size;
  for (const oldest of entries.keys()) {
    if (entries.size <= CACHED_DOCUMENTS_MAX && bytes <= CACHED_BYTES_MAX) break;
    forget(oldest);
  }
}

function forget(path: string): void {
  const entry = entries.get(path);
  if (entry === undefined) return;
  bytes -= entry.bytes;
  entries.delete(path);
  if (entry.url !== undefined) byUrl.delete(entry.url);
  logReads(entry, 0);
}

/** Forgets every document. Only tests need this: memory follows KV within DOCUMENT_FRESH_MS and DOCUMENT_STALE_MS. */
export function forgetAll(): void {
  for (const path of entries.keys()) forget(path);
}

/** Logs what memory has answered since the last such line. */
function logReads(entry: Entry, kvReads: number): void {
  const { path, ok, notModified } = entry;
  if (ok + notModified + kvReads === 0) return;
  log("info", "reads from memory", { path, ok, notModified, kvReads, objectCalls: 0 });
  Object.assign(entry, { ok: 0, notModified: 0 });
}

function sizeOf({ body, gzip }: StoredDocument): number {
  return body.byteLength + (gzip?.byteLength ?? 0);
}
