/**
 * Conditional requests (RFC 9110, section 13).
 */
import type { Instant } from "../domain/instant.ts";

/**
 * Whether the client has these bytes already. If-None-Match is compared weakly (13.1.2), and where
 * it is given, If-Modified-Since is not looked at (13.1.3).
 */
export function isNotModified(request: Headers, document: { etag: string; modified?: Instant }): boolean {
  const noneMatch = request.get("if-none-match");
  if (noneMatch !== null) {
    return (
      noneMatch === document.etag || // what nearly all send
      noneMatch.trim() === "*" ||
      entityTags(noneMatch).some((tag) => opaque(tag) === opaque(document.etag))
    );
  }
  const since = Date.parse(request.get("if-modified-since") ?? "");
  return document.modified !== undefined && document.modified * 1000 <= since;
}

/** The tags of a list; a comma can stand inside one. */
export function entityTags(list: string): string[] {
  return list.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, "");
}
