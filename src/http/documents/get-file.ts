/**
 * GET of a file. Its document says whether readers see it, as for every page; its bytes are read only then, and no
 * isolate keeps them.
 */
import { parseFilePath } from "../../domain/file.ts";
import { readFileBytes } from "../../documents/file-store.ts";
import { fileDocumentPath } from "../../documents/paths.ts";
import type { Context } from "../context.ts";
import { FILE_RETRY_SECONDS } from "../limits.ts";
import { problem } from "../problem.ts";
import { costOf } from "../request-log.ts";
import { ofLength, onlyRange, rangeOf } from "./byte-range.ts";
import { lookUp } from "./cache.ts";
import { answer, getDocument } from "./get-document.ts";
import { isNotModified } from "./negotiation.ts";
import { FOR_EVERY_ORIGIN, type ServableDocument } from "./response.ts";

export async function getFile(c: Context): Promise<Response> {
  const reference = parseFilePath(new URL(c.req.url).pathname);
  if (reference === undefined) return getDocument(c);
  const path = fileDocumentPath(reference);
  const lookup = await lookUp(c, path);
  if (lookup.kind === "found" && lookup.servable.document.file !== undefined) {
    return respondWithFile(c, lookup.servable, lookup.servable.document.file);
  }
  return (await answer(c, path, lookup)) ?? getDocument(c);
}

async function respondWithFile(
  c: Context,
  { document, headers }: ServableDocument,
  { sha256, bytes }: { sha256: string; bytes: number },
): Promise<Response> {
  const request = c.req.raw;
  if (isNotModified(request.headers, document)) return new Response(null, { status: 304, headers });
  const isHead = request.method === "HEAD";
  // A range is defined for GET alone (RFC 9110, 14.2).
  const range = isHead ? undefined : rangeOf(request.headers, document, bytes);
  if (range === "beyond-end") {
    return problem(c, {
      code: "range-not-satisfiable",
      detail: `The file has ${bytes} bytes. Ask for a range within them, or for the whole.`,
      headers: { "content-range": `bytes */${bytes}`, ...FOR_EVERY_ORIGIN },
    });
  }
  const { first, last } = range ?? { first: 0, last: bytes - 1 };
  const answered = new Headers(headers);
  answered.set("content-length", String(last - first + 1));
  if (isHead) return new Response(null, { headers: answered });
  costOf(request).kvReads += 1;
  const stream = await readFileBytes(c.env.DOCUMENTS, sha256);
  if (stream === null) {
    return problem(c, {
      code: "file-unavailable",
      detail: "The bytes of this file are not here yet. Try again in a moment.",
      headers: FOR_EVERY_ORIGIN,
      retryAfterSeconds: FILE_RETRY_SECONDS,
    });
  }
  if (range !== undefined) answered.set("content-range", `bytes ${first}-${last}/${bytes}`);
  const body = range === undefined ? ofLength(stream, bytes) : onlyRange(stream, range);
  return new Response(body, { status: range === undefined ? 200 : 206, headers: answered });
}
