/**
 * The read model: documents in KV, one for each path, as they are served. Every KV key is made here.
 */
import type { Instant } from "./domain/instant.ts";

/** One document as it is served. */
export interface StoredDocument extends DocumentMetadata {
  body: string;
}

/** KV keeps 1,024 bytes of metadata beside a value: enough to answer 304 from. */
export interface DocumentMetadata {
  /** Content-Type. */
  type: string;
  /** Weak, from the bytes of the body: `W/"…"`. */
  etag: string;
  /** When these bytes first stood at this path. */
  modified?: Instant;
  /** HTTP status where it is not 200: 410 for what was killed, 301 for an address that was left. */
  status?: 301 | 410;
  /** Path, with 301. */
  location?: string;
}

/** KV's own limit on a key, in bytes. */
const KEY_BYTES_MAX = 512;

/** The KV key of the document at a path, or undefined if none can be there. */
export function documentKey(path: string): string | undefined {
  const key = `document:${path}`;
  return new TextEncoder().encode(key).byteLength <= KEY_BYTES_MAX ? key : undefined;
}

/** A weak ETag from the bytes of a body: 96 bits of SHA-256. */
export async function etagOf(body: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  return `W/"${new Uint8Array(digest).slice(0, 12).toBase64({ alphabet: "base64url" })}"`;
}

/** @throws {TypeError} on a path that {@link documentKey} refuses */
export async function writeDocument(kv: KVNamespace, path: string, document: StoredDocument): Promise<void> {
  const { body, ...metadata } = document;
  await kv.put(requiredKey(path), body, { metadata });
}

export async function removeDocument(kv: KVNamespace, path: string): Promise<void> {
  await kv.delete(requiredKey(path));
}

export async function readDocument(kv: KVNamespace, path: string): Promise<StoredDocument | null> {
  const key = documentKey(path);
  if (key === undefined) return null;
  const { value, metadata } = await kv.getWithMetadata<DocumentMetadata>(key, "text");
  return value === null || metadata === null ? null : { body: value, ...metadata };
}

function requiredKey(path: string): string {
  const key = documentKey(path);
  if (key === undefined) throw new TypeError(`no KV key for a path of ${path.length} characters`);
  return key;
}
