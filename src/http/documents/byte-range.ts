/**
 * Ranges of a file (RFC 9110, 14).
 */
import type { Instant } from "../../domain/dates.ts";

/** The first and the last byte, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * The part of a file that a GET asks for; undefined where it gets the whole: without a range, with several, with one
 * that cannot be read, or if the file is not the one that the client has a part of.
 */
export function rangeOf(
  headers: Headers,
  file: { etag: string; modified?: Instant },
  bytes: number,
): ByteRange | "beyond-end" | undefined {
  const [, from = "", to = ""] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(headers.get("range") ?? "") ?? [];
  if ((from === "" && to === "") || !isSame(headers.get("if-range"), file)) return undefined;
  if (from === "") {
    const length = Number(to);
    return length === 0 ? "beyond-end" : { first: Math.max(0, bytes - length), last: bytes - 1 };
  }
  const first = Number(from);
  const last = to === "" ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== "" && Number(to) < first) return undefined;
  return first >= bytes ? "beyond-end" : { first, last };
}

/** If-Range names the whole file by its strong ETag, or by its exact date. */
function isSame(condition: string | null, { etag, modified }: { etag: string; modified?: Instant }): boolean {
  if (condition === null || condition.trim() === etag) return true;
  return modified !== undefined && Date.parse(condition) === modified * 1000;
}

/** A stream whose length the answer states. It breaks off if KV gives another one. */
export function ofLength(stream: ReadableStream<Uint8Array>, bytes: number): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(bytes);
  // The runtime moves the bytes itself. It fails where the client has left, or KV failed.
  stream.pipeTo(writable).catch(() => {});
  return readable;
}

/** Lets only a range of a stream through, and does not read what follows it. */
export function onlyRange(
  stream: ReadableStream<Uint8Array>,
  { first, last }: ByteRange,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(last - first + 1);
  void copyRange(stream, writable, first, last + 1);
  return readable;
}

async function copyRange(
  stream: ReadableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
  start: number,
  end: number,
): Promise<void> {
  const writer = writable.getWriter();
  let at = 0;
  try {
    for await (const chunk of stream) {
      const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
      if (part.byteLength > 0) await writer.write(part);
      at += chunk.byteLength;
      if (at >= end) break;
    }
    await writer.close();
  } catch (error) {
    // The client has left, or KV failed: the answer ends before its length.
    await writer.abort(error).catch(() => {});
  }
}
