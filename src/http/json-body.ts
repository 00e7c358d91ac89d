/**
 * Bodies of requests: bounded, UTF-8, JSON, and of the shape that was asked for.
 */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type * as z from "zod/mini";
import { parse } from "../domain/issues.ts";
import { BODY_BYTES_MAX } from "../domain/limits.ts";
import { invalid, problem } from "./problem.ts";

/** Refuses a body over the limit before it is read. */
export function limitBody(): ReturnType<typeof bodyLimit> {
  return bodyLimit({
    maxSize: BODY_BYTES_MAX,
    onError: (c) =>
      problem(c, {
        status: 413,
        title: "Content too large",
        detail: `A body may have ${BODY_BYTES_MAX} bytes. Send a long list in several calls.`,
      }),
  });
}

export type JsonBody<T> = { ok: true; value: T } | { ok: false; response: Response };

/**
 * The body as the schema has it, or the answer that says what is wrong with it.
 *
 * @param none what no body at all means, where there need not be one
 */
export async function readJsonBody<S extends z.ZodMiniType>(
  c: Context,
  schema: S,
  none?: unknown,
): Promise<JsonBody<z.output<S>>> {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== undefined && type !== "application/json" && !type.endsWith("+json")) {
    const response = problem(c, {
      status: 415,
      title: "Unsupported media type",
      detail: `Send the body as application/json, not ${type}.`,
    });
    return { ok: false, response };
  }
  let json: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(
      await c.req.arrayBuffer(),
    );
    json = text === "" && none !== undefined ? none : JSON.parse(text);
  } catch (error) {
    const detail =
      error instanceof SyntaxError ? `The body is not JSON: ${error.message}` : "The body is not UTF-8 text.";
    return { ok: false, response: problem(c, { status: 400, title: "Bad request", detail }) };
  }
  const parsed = parse(schema, json);
  return parsed.ok ? parsed : { ok: false, response: invalid(c, parsed.issues) };
}
