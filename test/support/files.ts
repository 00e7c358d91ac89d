/**
 * Files for tests: bytes of real forms, and their upload.
 */
import { send } from "./service.ts";

export interface TestFile {
  sha256: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A PDF in form, of any length from 9 bytes on; `seed` makes its bytes differ from those of others. */
export function pdf(seed: string, length = 200): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  bytes.set(latin1("%PDF-1.7\n"));
  bytes.set(latin1(seed).subarray(0, length - 9), 9);
  for (let at = 9 + seed.length; at < length; at += 1) bytes[at] = at % 251;
  return bytes;
}

/** The beginning of a PNG, which has its size. */
export function png(width: number, height: number, seed = ""): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(33 + seed.length);
  bytes.set(latin1("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  bytes.set(latin1(seed), 33);
  return bytes;
}

export const textFile = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(new TextEncoder().encode(text));

export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Uploads bytes under their hash. */
export async function upload(bytes: Uint8Array<ArrayBuffer>): Promise<TestFile> {
  const sha256 = await hashOf(bytes);
  const answer = await putBytes(sha256, bytes);
  if (!answer.ok) throw new Error(`refused: ${await answer.text()}`);
  return { sha256, bytes };
}

/** Sends bytes to the address of a hash, as the admin. */
export function putBytes(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<Response> {
  return send("PUT", `/api/v1/files/${sha256}`, bytes, { "content-type": "application/octet-stream" });
}
