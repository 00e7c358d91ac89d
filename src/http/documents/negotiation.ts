/**
 * In which of its forms a client takes a document: whole or what is new, compressed or not, as a feed
 * or as a page about it.
 */
import type { Instant } from "../../domain/dates.ts";

/** A browser that shows it to a person, as no reader ever says: `Accept: text/html` some do. */
export function isNavigation(request: Headers): boolean {
  return request.get("sec-fetch-dest") === "document";
}

/**
 * rss2email asks for it in feedparser's name and drops what it then gets, keeping the old ETag: it would
 * never see anything again. Who asks in that name is sent whole feeds, as most who ask for nothing are.
 */
const CLAIMS_IT_WRONGLY = /\bfeedparser\//i;

export function wantsNewEntries(request: Headers): boolean {
  const given = request.get("a-im");
  if (given !== null && CLAIMS_IT_WRONGLY.test(request.get("user-agent") ?? "")) return false;
  return given !== null && isTaken(given, (name) => name === "feed") === true;
}

/**
 * What the client takes. The edge in front says of itself that it takes Brotli and gzip, and keeps the
 * client's word in `cf`, which is costly to look at.
 */
function encodingsOf(request: Request): string | null {
  const header = request.headers.get("accept-encoding");
  if (header === null || !header.includes("br")) return header;
  return (request.cf as { clientAcceptEncoding?: string } | undefined)?.clientAcceptEncoding ?? header;
}

/** RFC 9110, 12.5.3: named and not refused, or not named and `*` not refused. */
export function acceptsGzip(request: Request): boolean {
  const header = encodingsOf(request);
  if (header === null) return false;
  if (header === "gzip" || header === "gzip, deflate, br") return true; // what most send, unparsed
  return (
    isTaken(header, (name) => name === "gzip" || name === "x-gzip") ??
    isTaken(header, (name) => name === "*") ??
    false
  );
}

/** Whether a header like Accept-Encoding takes what it names; undefined where it does not name it. */
function isTaken(header: string, isIt: (name: string) => boolean): boolean | undefined {
  for (const each of header.split(",")) {
    const [name = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase());
    if (isIt(name)) return !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  }
  return undefined;
}

// FOLDED: Conditional requests (RFC 9110, section 13).

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
