/**
 * What a request says about the form in which its client takes a document: unchanged, compressed, only the
 * new entries of a feed, or a page that explains the feed.
 */
import type { Instant } from "../../domain/dates.ts";

/** Whether a browser opens the URL for a person. No feed reader sends this; some send `Accept: text/html`. */
export function isNavigation(request: Headers): boolean {
  return request.get("sec-fetch-dest") === "document";
}

/**
 * Whether the client already has this document. If-None-Match is compared weakly (RFC 9110, 13.1.2). Where
 * it is given, If-Modified-Since is ignored (13.1.3).
 */
export function isNotModified(request: Headers, document: { etag: string; modified?: Instant }): boolean {
  const noneMatch = request.get("if-none-match");
  if (noneMatch !== null) {
    return (
      noneMatch === document.etag || // nearly always
      noneMatch.trim() === "*" ||
      entityTags(noneMatch).some((tag) => withoutWeakness(tag) === withoutWeakness(document.etag))
    );
  }
  const since = Date.parse(request.get("if-modified-since") ?? "");
  return document.modified !== undefined && document.modified * 1000 <= since;
}

/** The entity tags in a list. A tag may contain a comma. */
export function entityTags(list: string): string[] {
  return list.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

function withoutWeakness(tag: string): string {
  return tag.replace(/^W\//, "");
}

/**
 * rss2email sends `A-IM: feed` under feedparser's name, takes 226 for an error and keeps its old ETag, so it
 * would never see another entry. Clients with that name get the whole feed.
 */
const CANNOT_READ_DELTAS = /\bfeedparser\//i;

/** Whether the client asks for only the new entries of a feed (RFC 3229). */
export function wantsNewEntries(request: Headers): boolean {
  const given = request.get("a-im");
  if (given === null || CANNOT_READ_DELTAS.test(request.get("user-agent") ?? "")) return false;
  return accepts(given, (name) => name === "feed") === true;
}

/** RFC 9110, 12.5.3: gzip is named and not refused, or `*` is. */
export function acceptsGzip(request: Request): boolean {
  const header = acceptedEncodings(request);
  if (header === null) return false;
  if (header === "gzip" || header === "gzip, deflate, br") return true; // nearly always
  return (
    accepts(header, (name) => name === "gzip" || name === "x-gzip") ??
    accepts(header, (name) => name === "*") ??
    false
  );
}

/**
 * Cloudflare's edge replaces Accept-Encoding by its own, which includes Brotli, and keeps the client's header
 * in `cf`. Reading `cf` is slow, so only such headers are looked up there.
 */
function acceptedEncodings(request: Request): string | null {
  const header = request.headers.get("accept-encoding");
  if (header === null || !header.includes("br")) return header;
  return (request.cf as { clientAcceptEncoding?: string } | undefined)?.clientAcceptEncoding ?? header;
}

/**
 * Whether the client would rather have a page as Markdown: it names `text/markdown`, and gives HTML no greater weight,
 * by name or by a range. Browsers do not name it, and a range alone means the page (RFC 9110, 12.5.1).
 */
export function prefersMarkdown(request: Headers): boolean {
  const accept = request.get("accept");
  if (accept === null || !mentionsMarkdown(request)) return false;
  const markdown = qualityOf(accept, "text/markdown") ?? 0;
  const html = qualityOf(accept, "text/html") ?? qualityOf(accept, "text/*") ?? qualityOf(accept, "*/*") ?? 0;
  return markdown > 0 && markdown >= html;
}

/** Whether Accept names Markdown at all. Such a request is not answered from memory, which holds only the page. */
export function mentionsMarkdown(request: Headers): boolean {
  return /text\/markdown/i.test(request.get("accept") ?? "");
}

/** The weight of a media type that a header names; undefined if it does not. */
function qualityOf(header: string, type: string): number | undefined {
  return weightsIn(header).find(({ name }) => name === type)?.quality;
}

/** What a header such as Accept or Accept-Language names, in lower case and in its order, with weights from 0 to 1. */
export function weightsIn(header: string): { name: string; quality: number }[] {
  return header.split(",").map((part) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return { name, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
  });
}

/** Whether a header such as Accept-Encoding accepts a name; undefined if it does not mention the name. */
function accepts(header: string, isName: (name: string) => boolean): boolean | undefined {
  for (const part of header.split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    if (isName(name)) return !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  }
  return undefined;
}
