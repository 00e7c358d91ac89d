/**
 * The bytes of files, in KV alone, under the name of their hash: they can only be right or missing.
 */
const KEY_PREFIX = "file:";

export async function writeFileBytes(
  kv: KVNamespace,
  sha256: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await kv.put(KEY_PREFIX + sha256, bytes);
}

/**
 * Null if KV does not hold them. Without a `cacheTtl`: a location that asks too early would remember for as long that
 * there are none.
 */
export function readFileBytes(kv: KVNamespace, sha256: string): Promise<ReadableStream<Uint8Array> | null> {
  return kv.get(KEY_PREFIX + sha256, "stream");
}

export async function holdsFile(kv: KVNamespace, sha256: string): Promise<boolean> {
  const stream = await kv.get(KEY_PREFIX + sha256, "stream");
  await stream?.cancel();
  return stream !== null;
}
