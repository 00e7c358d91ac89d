/**
 * What an isolate remembers of the read model for a moment, so that a hot feed costs two KV reads
 * a second and not one a request.
 */
import { readDocument, type StoredDocument } from "../documents.ts";
import { parseDocumentPath } from "../document-paths.ts";
import { MEMO_DOCUMENTS_MAX, MEMO_MS, MEMO_UNITS_MAX } from "../limits.ts";
import { newsroom } from "../objects.ts";

interface Remembered {
  document: StoredDocument | null;
  untilMs: number;
  units: number;
}

/** Oldest first: a Map keeps the order in which its keys were set. */
const memo = new Map<string, Remembered>();
let units = 0;

/** The document at a path: from memory, else from KV, else from the ledger; null where there is none. */
export async function documentAt(env: Env, path: string): Promise<StoredDocument | null> {
  if (parseDocumentPath(path) === undefined) return null;
  const remembered = memo.get(path);
  const nowMs = Date.now();
  if (remembered && remembered.untilMs > nowMs) return remembered.document;
  // KV may not have heard yet of what a webhook has just announced; the ledger has.
  const document = (await readDocument(env.DOCUMENTS, path)) ?? (await newsroom(env).document(path));
  remember(path, { document, untilMs: nowMs + MEMO_MS, units: path.length + (document?.body.length ?? 0) });
  return document;
}

function remember(path: string, entry: Remembered): void {
  forget(path);
  memo.set(path, entry);
  units += entry.units;
  for (const oldest of memo.keys()) {
    if (memo.size <= MEMO_DOCUMENTS_MAX && units <= MEMO_UNITS_MAX) break;
    forget(oldest);
  }
}

function forget(path: string): void {
  units -= memo.get(path)?.units ?? 0;
  memo.delete(path);
}
