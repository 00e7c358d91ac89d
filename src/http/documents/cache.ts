/**
 * What an isolate remembers of the read model for a moment, so that a hot feed costs two KV reads
 * a second and not one a request, and nobody waits for them.
 */
import type { Issue } from "../../domain/issues.ts";
import { isCombination } from "../../domain/list.ts";
import { readDocument, readEtag, type StoredDocument } from "../../documents/kv-store.ts";
import { parseDocumentPath } from "../../documents/paths.ts";
import type { ReadCost } from "../request-log.ts";
import { MEMO_BYTES_MAX, MEMO_DOCUMENTS_MAX, MEMO_MS, MEMO_STALE_MS } from "../limits.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { configOf } from "../../config.ts";

/** What is at a path; `limited` where one client makes up too many lists. */
export type Lookup =
  | { kind: "found"; document: StoredDocument }
  | { kind: "missing"; issues: Issue[] }
  | { kind: "limited" };

interface Remembered {
  path: string;
  lookup: Lookup;
  untilMs: number;
  bytes: number;
  /** Somebody is asking KV for it. */
  isRefreshing: boolean;
  /** The whole URL under which it is asked for most lately, and its headers, made once. */
  url?: string;
  headers?: Headers;
  /** Answers given from memory, which have no log line of their own. */
  ok: number;
  notModified: number;
}

/** A document in memory that can be answered with. */
export type Hot = Remembered & { lookup: { kind: "found"; document: StoredDocument }; headers: Headers };

/** Oldest first: a Map keeps the order in which its keys were set. */
const memo = new Map<string, Remembered>();
const byUrl = new Map<string, Hot>();
let bytes = 0;

/**
 * The document at a path: from memory, else from KV, else from the ledger.
 *
 * @param client whose work it is, where it has to be made first
 */
export async function lookUp(env: Env, path: string, client: string, cost: ReadCost): Promise<Lookup> {
  const remembered = memo.get(path);
  if (remembered && remembered.untilMs > Date.now()) return remembered.lookup;
  const place = parseDocumentPath(path, configOf(env).site.languages);
  if (place === undefined) return { kind: "missing", issues: [] };
  const nowMs = Date.now();
  cost.kvReads += 1;
  const document = await readDocument(env.DOCUMENTS, path);
  if (document === null && place.kind === "list" && isCombination(place.place.list)) {
    const { success } = await env.NEW_LISTS.limit({ key: client });
    if (!success) return { kind: "limited" };
  }
  if (document === null) cost.objectCalls += 1;
  // KV may not have heard yet of what a webhook has just announced; the ledger has.
  const lookup: Lookup = document === null ? await fromLedger(env, path) : { kind: "found", document };
  remember(path, lookup, nowMs + MEMO_MS);
  return lookup;
}

/** From now on, and as long as it is remembered, a request for this very URL may be answered from memory. */
export function answersTo(url: string, path: string, headers: Headers): void {
  const remembered = memo.get(path);
  if (remembered === undefined || remembered.lookup.kind !== "found") return;
  if (remembered.url !== undefined) byUrl.delete(remembered.url);
  byUrl.set(url, Object.assign(remembered, { url, headers }) as Hot);
}

/** What is remembered under a URL, and has not been for too long; who answers with it adds to its counts. */
export function rememberedAt(url: string, nowMs: number): Hot | undefined {
  const remembered = byUrl.get(url);
  return remembered !== undefined && nowMs < remembered.untilMs + MEMO_STALE_MS ? remembered : undefined;
}

/** Whether it is time for one request to look whether KV says something else by now. */
export function isDue({ untilMs, isRefreshing }: Hot, nowMs: number): boolean {
  return nowMs >= untilMs && !isRefreshing;
}

/** Asks KV again, while others are answered with what is remembered. */
export async function refresh(env: Env, hot: Hot): Promise<void> {
  hot.isRefreshing = true;
  const untilMs = Date.now() + MEMO_MS;
  const etag = await readEtag(env.DOCUMENTS, hot.path);
  logReads(hot, 1);
  if (etag === hot.lookup.document.etag) Object.assign(hot, { untilMs, isRefreshing: false });
  // Who asks next reads the new one.
  else if (memo.get(hot.path) === hot) forget(hot.path);
}

async function fromLedger(env: Env, path: string): Promise<Lookup> {
  using found = await newsroom(env).document(path);
  // A copy: what came over RPC is gone with the call.
  return found.kind === "found"
    ? { kind: "found", document: { ...found.document } }
    : { kind: "missing", issues: [...found.issues] };
}

function remember(path: string, lookup: Lookup, untilMs: number): void {
  forget(path);
  const size = lookup.kind === "found" ? sizeOf(lookup.document) : 0;
  const counts = { ok: 0, notModified: 0 };
  memo.set(path, { path, lookup, untilMs, bytes: size + path.length, isRefreshing: false, ...counts });
  bytes += size + path.length;
  for (const oldest of memo.keys()) {
    if (memo.size <= MEMO_DOCUMENTS_MAX && bytes <= MEMO_BYTES_MAX) break;
    forget(oldest);
  }
}

function forget(path: string): void {
  const remembered = memo.get(path);
  if (remembered === undefined) return;
  bytes -= remembered.bytes;
  memo.delete(path);
  if (remembered.url !== undefined) byUrl.delete(remembered.url);
  logReads(remembered, 0);
}

/** What was answered from memory since the last such line. */
function logReads(remembered: Remembered, kvReads: number): void {
  const { path, ok, notModified } = remembered;
  if (ok + notModified + kvReads === 0) return;
  console.log(
    JSON.stringify({ message: "reads from memory", path, ok, notModified, kvReads, objectCalls: 0 }),
  );
  Object.assign(remembered, { ok: 0, notModified: 0 });
}

function sizeOf({ body, gzip }: StoredDocument): number {
  return body.byteLength + (gzip?.byteLength ?? 0);
}
