/**
 * Files: `PUT` and `GET /files/SHA256`.
 */
import { FILE_HASH, type StoredFile } from "../../domain/file.ts";
import { FILE_BYTES_MAX } from "../../domain/limits.ts";
import { holdsFile } from "../../documents/file-store.ts";
import type { StoreResult } from "../../renderer/store-file.ts";
import { newsroom, renderer } from "../../runtime/stubs.ts";
import { PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { invalid, notFound, problem } from "../problem.ts";

/** `GET /files/SHA256`: whether a file is stored, so that an upload that was cut off continues with the files that are missing. */
export async function getFileState(c: Context): Promise<Response> {
  const sha256 = c.req.param("sha256") ?? "";
  if (!FILE_HASH.test(sha256)) return invalid(c, [BAD_HASH], "Nothing was read.");
  const file = await newsroom(c.env).getFile(sha256);
  // KV may have lost what the ledger knows. A new upload brings it back.
  if (file === null || !(await holdsFile(c.env.DOCUMENTS, sha256))) return notFound(c);
  return c.json(viewOf(file), 200, PRIVATE_HEADERS);
}

/** `PUT /files/SHA256`: stores the body as a file, if its bytes have this hash. */
export async function putFile(c: Context): Promise<Response> {
  const sha256 = c.req.param("sha256") ?? "";
  if (!FILE_HASH.test(sha256)) return invalid(c, [BAD_HASH]);
  const length = c.req.header("content-length");
  const announced = length === undefined ? undefined : Number(length);
  if (announced !== undefined && announced > FILE_BYTES_MAX) return refuse(c, { kind: "too-large" });
  const body = c.req.raw.body;
  const result = body === null ? EMPTY : await renderer(c.env).storeFile(sha256, body, announced);
  if (result.kind !== "stored") return refuse(c, result);
  const isNew = await newsroom(c.env).addFile(result.file);
  return c.json(viewOf(result.file), isNew ? 201 : 200, PRIVATE_HEADERS);
}

const EMPTY = { kind: "empty" } as const;
const BAD_HASH = { path: "/sha256", message: "in the address must be 64 lower-case hexadecimal digits" };

function viewOf({ sha256, bytes, content, width, height }: StoredFile) {
  const size = width === null || height === null ? {} : { width, height };
  return { sha256, size: bytes, type: content, ...size };
}

function refuse(c: Context, result: Exclude<StoreResult, { kind: "stored" }>): Response {
  switch (result.kind) {
    case "too-large":
      return problem(c, {
        code: "body-too-large",
        detail: `A file may have ${FILE_BYTES_MAX} bytes. Make it smaller, or link to it elsewhere. Nothing was stored.`,
      });
    case "cut-off":
      return problem(c, {
        code: "malformed-body",
        detail:
          "The body ended before its Content-Length or its last chunk. Nothing was stored; send it again.",
      });
    case "wrong-hash":
      return problem(c, {
        code: "wrong-file-hash",
        detail: `The SHA-256 of the body is ${result.sha256}, not the one in the address. Nothing was stored; send it again, or to its own address.`,
      });
    case "empty":
    case "unknown-content":
      return problem(c, {
        code: "unknown-file-type",
        detail:
          result.kind === "empty"
            ? "The body is empty. Nothing was stored."
            : "The service does not know what these bytes are. Nothing was stored; a text must be UTF-8, and anything else may go into a ZIP.",
      });
  }
}
