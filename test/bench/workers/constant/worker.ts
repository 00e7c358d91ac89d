/**
 * The upper bound of a Worker: one body with its headers, and 304 for its ETag.
 */
interface ConstantEnv {
  ETAG: string;
  /** Names and values of the headers that the service sent. */
  OK_HEADERS: [string, string][];
  NOT_MODIFIED_HEADERS: [string, string][];
  /** The bytes on the wire, compressed if the headers say so. */
  BODY: ArrayBuffer;
}

/** Built once for each isolate, so that a request does the least work. */
let headers: { ok: Headers; notModified: Headers } | undefined;

export default {
  fetch(request, env) {
    headers ??= { ok: new Headers(env.OK_HEADERS), notModified: new Headers(env.NOT_MODIFIED_HEADERS) };
    if (request.headers.get("if-none-match") === env.ETAG)
      return new Response(null, { status: 304, headers: headers.notModified });
    return new Response(env.BODY, { headers: headers.ok, encodeBody: "manual" });
  },
} satisfies ExportedHandler<ConstantEnv>;
