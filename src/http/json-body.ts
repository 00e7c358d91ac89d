/**
 * Request bodies: bounded, UTF-8, JSON, and of the shape that the route asks for.
 */
import { bodyLimit } from "hono/body-limit";
import type * as z from "zod/mini";
import { BODY_BYTES_MAX } from "../domain/limits.ts";
import { parse } from "../domain/issues.ts";
import type { Context } from "./context.ts";
import { invalid, problem } from "./problem.ts";

/** Refuses a body over the limit before it is read. */
const limitBody = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: (c) =>
      problem(c, {
        code: "body-too-large",
        detail: `A body may have ${maxSize} bytes. Send a long list in several calls, and text as UTF-8: \\uXXXX takes six bytes for a letter that takes two.`,
      }),
  });

/** A handler that says which bodies it takes: the OpenAPI document is made from it. */
export interface BodyHandler {
  (c: Context): Promise<Response>;
  readonly body: z.ZodMiniType;
  readonly isBodyOptional: boolean;
}

/**
 * A handler that gets the parsed body as its second argument. Answers with what is wrong with the body
 * before the handler runs.
 *
 * @param empty what an empty body means, in routes where the body is optional
 * @param bytesMax the largest body
 */
export function withBody<S extends z.ZodMiniType>(
  schema: S,
  handler: (c: Context, body: z.output<S>) => Promise<Response>,
  empty?: unknown,
  bytesMax = BODY_BYTES_MAX,
): BodyHandler {
  async function withBodyHandler(c: Context): Promise<Response> {
    const bytes = await readBytes(c, bytesMax);
    if (bytes instanceof Response) return bytes;
    const body = parseBody(c, bytes, schema, empty);
    return body.ok ? handler(c, body.value) : body.response;
  }
  return Object.assign(withBodyHandler, { body: schema, isBodyOptional: empty !== undefined });
}

/** The bytes of a body, or the answer if it is too large or does not arrive. */
export async function readBytes(c: Context, bytesMax: number): Promise<ArrayBuffer | Response> {
  try {
    const tooLarge = await limitBody(bytesMax)(c, async () => {});
    return tooLarge instanceof Response ? tooLarge : await c.req.arrayBuffer();
  } catch {
    // Nothing but the client and its connection can make this fail.
    const detail =
      "The body ended before its Content-Length or its last chunk. Nothing was changed; send it again.";
    return problem(c, { code: "malformed-body", detail });
  }
}

function parseBody<S extends z.ZodMiniType>(
  c: Context,
  bytes: ArrayBuffer,
  schema: S,
  empty: unknown,
): { ok: true; value: z.output<S> } | { ok: false; response: Response } {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  const isJson = type === "application/json" || type?.endsWith("+json") === true;
  if (type !== undefined && !isJson) return { ok: false, response: notJson(c, `says ${type.slice(0, 100)}`) };
  // Without the header a page of another site could send it without asking.
  if (!isJson && bytes.byteLength > 0) return { ok: false, response: notJson(c, "is missing") };
  let json: unknown;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
    const text = decoder.decode(bytes);
    json = text === "" && empty !== undefined ? empty : JSON.parse(text);
  } catch (error) {
    const detail =
      error instanceof SyntaxError ? `The body is not JSON: ${error.message}` : "The body is not UTF-8 text.";
    return { ok: false, response: problem(c, { code: "malformed-body", detail }) };
  }
  const parsed = parse(schema, json);
  return parsed.ok ? parsed : { ok: false, response: invalid(c, parsed.issues) };
}

/** @param what about the header is wrong */
function notJson(c: Context, what: string): Response {
  const detail = `The Content-Type header ${what}. Send JSON, with the header \`Content-Type: application/json\` (curl: -H 'content-type: application/json').`;
  return problem(c, { code: "unsupported-media-type", detail });
}
