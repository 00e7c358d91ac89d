/**
 * The read model: documents in KV, one for each path, as they are served. This file makes every KV key.
 */
import { defined } from "../domain/defined.ts";
import type { Instant } from "../domain/dates.ts";

/** One document as it is served: its bytes, and for feeds also the compressed bytes. */
export interface StoredDocument extends DocumentMetadata {
  body: Uint8Array;
  /** Cloudflare compresses neither Atom nor JSON Feed, so feeds are compressed once, when they are written. */
  gzip?: Uint8Array;
}

/** Stored as KV metadata, at most 1,024 bytes: enough to answer 304 without the value. */
export interface DocumentMetadata {
  /** Content-Type. */
  type: string;
  /** Weak, from the hash of the body: `W/"…"`. Of a file strong, its own hash. */
  etag: string;
  /** When this path first had these bytes. */
  modified?: Instant;
  /** HTTP status other than 200: 410 for a killed release, 301 for a former address, 302 for an archive that does not exist yet. */
  status?: 301 | 302 | 410;
  /** The path to redirect to, with 301 and 302. */
  location?: string;
  /** For a feed: for each entry, in order, the sequence of the latest event that changed it. Deltas (RFC 3229) need it. */
  sequences?: number[];
  /** The last sequence when names or settings changed: a client with a feed from before lacks changes without an event. */
  relabelled?: number;
  /** Set for an archive of a list, which changes only when one of its releases changes. */
  isArchive?: true;
  /** From this instant on the document is 410, whatever `status` says. */
  goneFrom?: Instant;
  /** Set for the page of a release: its id. */
  release?: string;
  /** Set for a file that readers see: the document has no body, because all names of a file share its bytes. */
  file?: { sha256: string; bytes: number };
}

/** KV's own limit on a key, in bytes. */
const KEY_BYTES_MAX = 512;

/** The KV key of the document at a path. The path of a combination of filters can exceed the limit: then its hash is the key. */
async function documentKey(path: string): Promise<string> {
  const bytes = new TextEncoder().encode(path);
  if (bytes.byteLength + KEY_PREFIX.length <= KEY_BYTES_MAX) return KEY_PREFIX + path;
  return `${KEY_PREFIX}sha256:${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
}

const KEY_PREFIX = "document:";

/** A weak ETag: 96 bits of the body's SHA-256. For a feed, the latest sequence that it contains comes first, in base 36. */
export async function etagOf(body: string, sequence?: number): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const hash = new Uint8Array(digest).slice(0, 12).toBase64({ alphabet: "base64url" });
  return sequence === undefined ? `W/"${hash}"` : `W/"${sequence.toString(36)}.${hash}"`;
}

/** The sequence in an ETag of {@link etagOf}; undefined where the ETag has none. */
export function sequenceOfEtag(etag: string): number | undefined {
  const text = /^(?:W\/)?"([0-9a-z]{1,10})\./.exec(etag)?.[1];
  return text === undefined ? undefined : Number.parseInt(text, 36);
}

/** Encodes a body as UTF-8, and compresses it if it is a feed. */
export async function encoded(body: string, type: string): Promise<Pick<StoredDocument, "body" | "gzip">> {
  const bytes = new TextEncoder().encode(body);
  if (type.startsWith("text/html") || type.startsWith("application/json")) return { body: bytes };
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return { body: bytes, gzip: new Uint8Array(await new Response(compressed).arrayBuffer()) };
}

/** The compressed bytes follow the body in the same KV value, so that both cost one write and one read. */
interface Stored extends DocumentMetadata {
  bodyBytes: number;
}

/** @param expiration seconds since 1970, at least 60 s ahead; undefined: never */
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
  await kv.put(await documentKey(path), value, defined({ metadata, expiration }));
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

/** The ETag of the stored document, without reading its bytes. */
export async function readEtag(kv: KVNamespace, path: string): Promise<string | undefined> {
  const { value, metadata } = await kv.getWithMetadata<Stored>(await documentKey(path), "stream");
  await value?.cancel();
  return metadata?.etag;
}

export function textOf({ body }: Pick<StoredDocument, "body">): string {
  return new TextDecoder().decode(body);
}
