/**
 * The headers of a file that readers see. Its document in KV has the type and the length; KV holds the bytes apart.
 */
import { formatHttpDate } from "../../domain/dates.ts";
import type { StoredDocument } from "../../documents/kv-store.ts";

/** Types that a browser runs as a page: nothing in them may act, or load anything. */
const ACTIVE = /^(?:image\/svg\+xml|text\/html|application\/xml)$/;
const ACTIVE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
/** Types that browsers show; they save all others. */
const SHOWN = /^(?:image|audio|video|text)\/|^application\/pdf$/;

/**
 * @param path of the document, which ends in the file's name
 * @returns what 200, 206 and 304 share
 */
export function fileHeaders(
  { type, etag, modified }: StoredDocument,
  path: string,
  cacheControl: string,
): Record<string, string> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return {
    "content-type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
    "content-disposition": `${SHOWN.test(type) ? "inline" : "attachment"}; ${fileName(name)}`,
    // A cache that compresses would weaken the ETag and end the ranges.
    "cache-control": `${cacheControl}, no-transform`,
    etag,
    ...(modified === undefined ? {} : { "last-modified": formatHttpDate(modified) }),
    "accept-ranges": "bytes",
    "access-control-expose-headers":
      "ETag, Last-Modified, Content-Length, Content-Range, Accept-Ranges, Content-Disposition",
    ...(ACTIVE.test(type) ? { "content-security-policy": ACTIVE_POLICY } : {}),
  };
}

/** RFC 6266: a name in ASCII for old clients, and the whole one by RFC 8187. */
function fileName(name: string): string {
  const plain = name.replace(/[^ -~]+/g, "_").replace(/["\\%]/g, "_");
  if (plain === name) return `filename="${name}"`;
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${plain}"; filename*=UTF-8''${encoded}`;
}
