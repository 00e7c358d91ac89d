/**
 * Answers with JSON, and does something once the client has the answer.
 */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Context } from "./context.ts";

/** @param then runs after the last byte was read, or after the client has gone; it may never run */
export function jsonThen(
  c: Context,
  value: unknown,
  status: ContentfulStatusCode,
  headers: Record<string, string>,
  then: () => Promise<void>,
): Response {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const { readable, writable } = new FixedLengthStream(bytes.byteLength);
  const send = async () => {
    const writer = writable.getWriter();
    await writer.write(bytes);
    await writer.close();
  };
  c.executionCtx.waitUntil(send().then(then, then));
  return c.body(readable, status, { ...headers, "content-type": "application/json" });
}
