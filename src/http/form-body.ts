/**
 * Reading the form of a request.
 */
import type { Context } from "./context.ts";
import { readBytes } from "./json-body.ts";
import { problem } from "./problem.ts";

const FORM = "application/x-www-form-urlencoded";

/** The fields of a form, or the answer if the body is none, is too large or does not arrive. */
export async function readForm(c: Context, bytesMax: number): Promise<URLSearchParams | Response> {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== FORM) {
    return problem(c, { code: "unsupported-media-type", detail: `Send a form, with Content-Type: ${FORM}.` });
  }
  const bytes = await readBytes(c, bytesMax);
  return bytes instanceof Response ? bytes : new URLSearchParams(new TextDecoder().decode(bytes));
}
