/**
 * Takes the bytes of a file: reads them within the limit, checks them and stores them.
 */
import { holdsFile, writeFileBytes } from "../documents/file-store.ts";
import type { StoredFile } from "../domain/file.ts";
import { FILE_BYTES_MAX } from "../domain/limits.ts";
import { detectContent } from "../files/detect-content.ts";
import { imageSize } from "../files/image-size.ts";

/** `cut-off`: the body ended too soon. `wrong-hash`: the bytes have another one. Then nothing is stored. */
export type StoreResult =
  | { kind: "stored"; file: StoredFile }
  | { kind: "too-large" | "cut-off" | "empty" | "unknown-content" }
  | { kind: "wrong-hash"; sha256: string };

/**
 * Stores a file in KV.
 *
 * @param body its bytes
 * @param announced how many there are, where the client says so: a body that breaks off may just end
 */
export async function storeFile(
  kv: KVNamespace,
  sha256: string,
  body: ReadableStream<Uint8Array>,
  announced: number | undefined,
): Promise<StoreResult> {
  const bytes = await readBytes(body);
  if (typeof bytes === "string") return { kind: bytes };
  if (announced !== undefined && bytes.byteLength < announced) return { kind: "cut-off" };
  if (bytes.byteLength === 0) return { kind: "empty" };
  const actual = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  if (actual !== sha256) return { kind: "wrong-hash", sha256: actual };
  const content = detectContent(bytes);
  if (content === undefined) return { kind: "unknown-content" };
  if (!(await holdsFile(kv, sha256))) await writeFileBytes(kv, sha256, bytes);
  const { width = null, height = null } = imageSize(bytes, content) ?? {};
  return { kind: "stored", file: { sha256, bytes: bytes.byteLength, content, width, height } };
}

async function readBytes(
  body: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer> | "too-large" | "cut-off"> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.byteLength;
      // Leaving the loop cancels the stream.
      if (length > FILE_BYTES_MAX) return "too-large";
      chunks.push(chunk);
    }
  } catch {
    // Nothing but the client and its connection can make this fail.
    return "cut-off";
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
