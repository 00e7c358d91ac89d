/**
 * What an isolate remembers of the read model for a moment, so that a hot feed costs two KV reads
 * a second and not one a request.
 */
import type { Fault } from "../domain/fault.ts";
import { isCombination } from "../domain/list.ts";
import { readDocument, type StoredDocument } from "../documents.ts";
import { parseDocumentPath } from "../document-paths.ts";
import { MEMO_BYTES_MAX, MEMO_DOCUMENTS_MAX, MEMO_MS } from "../limits.ts";
import { newsroom } from "../objects.ts";
import { settingsOf } from "../settings.ts";

/** What is at a path; `limited` where one client makes up too many lists. */
export type Lookup =
  | { kind: "found"; document: StoredDocument }
  | { kind: "missing"; faults: Fault[] }
  | { kind: "limited" };

/** What a request has cost, for its log line. */
export interface ReadCost {
  kvReads: number;
  objectCalls: number;
}

interface Remembered {
  lookup: Lookup;
  untilMs: number;
  bytes: number;
  /** The whole URL under which it is asked for most lately, and its headers, made once. */
  url?: string;
  headers?: Headers;
  /** Answers given from memory, which have no log line of their own. */
  ok: number;
  notModified: number;
}

/** Oldest first: a Map keeps the order in which its keys were set. */
const memo = new Map<string, Remembered>();
const byUrl = new Map<string, Remembered & { headers: Headers }>();
let bytes = 0;

/**
 * The document at a path: from memory, else from KV, else from the ledger.
 *
 * @param client whose work it is, where it has to be made first
 */
export async function lookUp(env: Env, path: string, client: string, cost: ReadCost): Promise<Lookup> {
  const remembered = memo.get(path);
  if (remembered && remembered.untilMs > Date.now()) return remembered.lookup;
  const place = parseDocumentPath(path, settingsOf(env).site.languages);
  if (place === undefined) return { kind: "missing", faults: [] };
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
  byUrl.set(url, Object.assign(remembered, { url, headers }));
}

/** What is remembered under a URL, and has not been for too long. */
export function rememberedAt(
  url: string,
): { document: StoredDocument; headers: Headers; count: (status: 200 | 304) => void } | undefined {
  const remembered = byUrl.get(url);
  if (remembered === undefined || remembered.untilMs <= Date.now()) return undefined;
  if (remembered.lookup.kind !== "found") return undefined;
  return {
    document: remembered.lookup.document,
    headers: remembered.headers,
    count: (status) => {
      if (status === 304) remembered.notModified += 1;
      else remembered.ok += 1;
    },
  };
}

async function fromLedger(env: Env, path: string): Promise<Lookup> {
  using found = await newsroom(env).document(path);
  // A copy: what came over RPC is gone with the call.
  return found.kind === "found"
    ? { kind: "found", document: { ...found.document } }
    : { kind: "missing", faults: [...found.faults] };
}

function remember(path: string, lookup: Lookup, untilMs: number): void {
  forget(path);
  const size = lookup.kind === "found" ? sizeOf(lookup.document) : 0;
  memo.set(path, { lookup, untilMs, bytes: size + path.length, ok: 0, notModified: 0 });
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
  const { ok, notModified } = remembered;
  if (ok + notModified > 0)
    console.log(
      JSON.stringify({ message: "reads from memory", path, ok, notModified, kvReads: 0, objectCalls: 0 }),
    );
}

function sizeOf({ body, gzip }: StoredDocument): number {
  return body.byteLength + (gzip?.byteLength ?? 0);
}
