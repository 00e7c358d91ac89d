/**
 * The read model: documents in KV, one for each path, as they are served. Every KV key is made here.
 */
import type { Instant } from "../domain/dates.ts";

/** One document as it is served: bytes, and for feeds the same bytes compressed. */
export interface StoredDocument extends DocumentMetadata {
  body: Uint8Array;
  /** What nobody in front of us compresses, we do: once when it is written, not at each request. */
  gzip?: Uint8Array;
}

/** KV keeps 1,024 bytes of metadata beside a value: enough to answer 304 from. */
export interface DocumentMetadata {
  /** Content-Type. */
  type: string;
  /** Weak, from the bytes of the body: `W/"…"`. */
  etag: string;
  /** When these bytes first stood at this path. */
  modified?: Instant;
  /** HTTP status where it is not 200: 410 for what was killed, 301 for an address that was left, 302 for one that is not there yet. */
  status?: 301 | 302 | 410;
  /** Path, with 301 and 302. */
  location?: string;
  /** Of a feed's entries, in order, the sequence of each release's latest event; by it a client is sent only what is new to it. */
  sequences?: number[];
  /** An archive of a list: it changes only when one of its releases does. */
  isArchive?: true;
  /** From when on it is 410, whatever the status says. */
  goneFrom?: Instant;
}

/** KV's own limit on a key, in bytes. */
const KEY_BYTES_MAX = 512;

/** The KV key of the document at a path. Combinations can be longer than a key may be. */
async function documentKey(path: string): Promise<string> {
  const bytes = new TextEncoder().encode(path);
  if (bytes.byteLength + KEY_PREFIX.length <= KEY_BYTES_MAX) return KEY_PREFIX + path;
  return `${KEY_PREFIX}sha256:${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
}

const KEY_PREFIX = "document:";

/** A weak ETag from the bytes of a body, 96 bits of SHA-256; of a feed, behind the latest sequence that it tells of. */
export async function etagOf(body: string, sequence?: number): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const hash = new Uint8Array(digest).slice(0, 12).toBase64({ alphabet: "base64url" });
  return sequence === undefined ? `W/"${hash}"` : `W/"${sequence.toString(36)}.${hash}"`;
}

/** The sequence in an ETag of {@link etagOf}; undefined if there is none. */
export function sequenceOfEtag(etag: string): number | undefined {
  const text = /^(?:W\/)?"([0-9a-z]{1,10})\./.exec(etag)?.[1];
  return text === undefined ? undefined : Number.parseInt(text, 36);
}

/** @returns the body as it is served, compressed too where that is a feed */
export async function encoded(body: string, type: string): Promise<Pick<StoredDocument, "body" | "gzip">> {
  const bytes = new TextEncoder().encode(body);
  if (type.startsWith("text/html") || type.startsWith("application/json")) return { body: bytes };
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return { body: bytes, gzip: new Uint8Array(await new Response(compressed).arrayBuffer()) };
}

/** Both forms are one value, so that they cost one write and one read: the body, and behind it its compressed form. */
interface Stored extends DocumentMetadata {
  bodyBytes: number;
}

/** @param expiration seconds since 1970, 60 s ahead at the least; left out: never */
export async function writeDocument(
  kv: KVNamespace,
  path: string,
  document: StoredDocument,
  expiration?: number,
): Promise<void> {
  const { body, gzip, ...described } = document;
  const value = new Uint8Array(body.byteLength + (gzip?.byteLength ?? 0));
  value.set(body);
  if (gzip !== undefined) value.set(gzip, body.byteLength);
  const metadata: Stored = { ...described, bodyBytes: body.byteLength };
  await kv.put(await documentKey(path), value, {
    metadata,
    ...(expiration === undefined ? {} : { expiration }),
  });
}

export async function removeDocument(kv: KVNamespace, path: string): Promise<void> {
  await kv.delete(await documentKey(path));
}

export async function readDocument(kv: KVNamespace, path: string): Promise<StoredDocument | null> {
  const { value, metadata } = await kv.getWithMetadata<Stored>(await documentKey(path), "arrayBuffer");
  if (value === null || metadata === null) return null;
  const { bodyBytes, ...described } = metadata;
  const gzip = value.byteLength > bodyBytes ? { gzip: new Uint8Array(value, bodyBytes) } : {};
  return { body: new Uint8Array(value, 0, bodyBytes), ...gzip, ...described };
}

/** The ETag of what KV holds at a path, without its bytes: enough to see whether it is still the same. */
export async function readEtag(kv: KVNamespace, path: string): Promise<string | undefined> {
  const { value, metadata } = await kv.getWithMetadata<Stored>(await documentKey(path), "stream");
  await value?.cancel();
  return metadata?.etag;
}

export function textOf({ body }: Pick<StoredDocument, "body">): string {
  return new TextDecoder().decode(body);
}
