/**
 * The floor that no Worker gets below: one body with its headers, and 304 to its ETag.
 */
interface ConstantEnv {
  ETAG: string;
  /** Names and values, as the service sent them. */
  OK_HEADERS: [string, string][];
  NOT_MODIFIED_HEADERS: [string, string][];
  /** As it goes over the wire: compressed already, where the headers say so. */
  BODY: ArrayBuffer;
}

/** Made once for an isolate: it does nothing for a request that can be done before. */
let made: { ok: Headers; notModified: Headers } | undefined;

export default {
  fetch(request, env) {
    made ??= { ok: new Headers(env.OK_HEADERS), notModified: new Headers(env.NOT_MODIFIED_HEADERS) };
    if (request.headers.get("if-none-match") === env.ETAG)
      return new Response(null, { status: 304, headers: made.notModified });
    return new Response(env.BODY, { headers: made.ok, encodeBody: "manual" });
  },
} satisfies ExportedHandler<ConstantEnv>;
