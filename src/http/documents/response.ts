/**
 * A stored document as the answer to one request. Every GET of a document, from memory or not, is decided
 * here.
 */
import { formatHttpDate } from "../../domain/dates.ts";
import { addressOf, FEED_FORMATS, FEED_TYPES, type FeedFormat } from "../../domain/list.ts";
import { sequenceOfEtag, type StoredDocument, textOf } from "../../documents/kv-store.ts";
import { DIRECTORY_PATH, isForAdminToo, parseDocumentPath } from "../../documents/paths.ts";
import type { SiteSettings } from "../../domain/site.ts";
import { hubLinks } from "../../webhooks/formats/websub.ts";
import { onlyNewEntries } from "../../feeds/delta.ts";
import { indexingHeaders, securityHeaders } from "../security-headers.ts";
import { ARCHIVE_CACHE_SECONDS, CACHE_SECONDS, SHARED_CACHE_SECONDS, STALE_SECONDS } from "../limits.ts";
import { fileHeaders } from "./file-headers.ts";
import { acceptsGzip, entityTags, isNavigation, isNotModified, wantsNewEntries } from "./negotiation.ts";

/** Nothing runs on our pages: the browser refuses whatever a release's HTML brings along. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' https: http: data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/** Pages with a script of ours, which show no HTML of a release. The scripts may call the API. */
const SCRIPT_POLICY = `${PAGE_POLICY}; script-src 'self'; connect-src 'self'`;

/** Scripts of other sites may read documents, and also learn of redirects and refusals. */
export const FOR_EVERY_ORIGIN = { "access-control-allow-origin": "*" } as const;

export function pageHeaders(cacheControl: string, script = false): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": script ? SCRIPT_POLICY : PAGE_POLICY,
    "cache-control": cacheControl,
  };
}

/** A document with what all its answers share. Made once, and kept with the document in memory. */
export interface ServableDocument {
  document: StoredDocument;
  /** Set for feeds. */
  format: FeedFormat | undefined;
  /** The same for 200 and 304, since a cache updates what it keeps from them (RFC 9111, 3.2). */
  headers: Headers;
  /** {@link headers} with Content-Encoding. */
  gzipHeaders: Headers;
}

/** @param path the document's path with its query, as the `self` link names it */
export function toServable(
  document: StoredDocument,
  path: string,
  { baseUrl, languages }: Pick<SiteSettings, "baseUrl" | "languages">,
): ServableDocument {
  const format = FEED_FORMATS.find((each) => FEED_TYPES[each] === document.type);
  const headers = new Headers({
    ...headersOf(document, format, path, { baseUrl, languages }),
    ...securityHeaders(baseUrl),
    ...indexingHeaders(path),
  });
  const gzipHeaders = new Headers(headers);
  gzipHeaders.set("content-encoding", "gzip");
  return { document, format, headers, gzipHeaders };
}

function headersOf(
  document: StoredDocument,
  format: FeedFormat | undefined,
  path: string,
  site: Pick<SiteSettings, "baseUrl" | "languages">,
): Record<string, string> {
  if (isRedirect(document)) return redirectHeaders(document);
  const cacheControl = cacheControlOf(document);
  return document.file === undefined
    ? documentHeaders(document, format, path, site)
    : { ...fileHeaders(document, path, cacheControl), ...FOR_EVERY_ORIGIN };
}

/**
 * The answer to a GET: a redirect, 410, 304, 226 with only the new entries of a feed, or the whole document.
 *
 * @returns undefined if a browser opens a feed: its person gets a page that explains the feed
 */
export function respond(request: Request, servable: ServableDocument): Response | undefined {
  const { document, format, headers } = servable;
  if (isRedirect(document)) return new Response(null, { status: document.status ?? 302, headers });
  if (isGone(document)) return wholeDocument(request, servable, 410);
  // Before the conditions: the ETag that the browser sends belongs to the feed, not to the page about it.
  if (format !== undefined && isNavigation(request.headers)) return undefined;
  if (isNotModified(request.headers, document)) return new Response(null, { status: 304, headers });
  return newEntries(request, servable) ?? wholeDocument(request, servable, 200);
}

function isRedirect({ status }: StoredDocument): boolean {
  return status === 301 || status === 302;
}

/** A killed release, or the list of a retired value whose time is over. */
function isGone({ status, goneFrom }: StoredDocument): boolean {
  return status === 410 || (goneFrom !== undefined && goneFrom * 1000 <= Date.now());
}

function redirectHeaders(document: StoredDocument): Record<string, string> {
  return {
    location: document.location ?? "/",
    "cache-control": cacheControlOf(document),
    ...FOR_EVERY_ORIGIN,
  };
}

function documentHeaders(
  document: StoredDocument,
  format: FeedFormat | undefined,
  path: string,
  { baseUrl, languages }: Pick<SiteSettings, "baseUrl" | "languages">,
): Record<string, string> {
  const { modified } = document;
  const shared = {
    etag: document.etag,
    ...(modified === undefined ? {} : { "last-modified": formatHttpDate(modified) }),
    // No parser can read a range of a feed (RFC 9110, 14.3).
    "accept-ranges": "none",
  };
  if (document.type.startsWith("text/html")) {
    const topic = pageTopic(path, languages);
    return {
      ...pageHeaders(cacheControlOf(document), path === DIRECTORY_PATH),
      ...shared,
      ...(topic === undefined ? {} : { link: hubLinks(baseUrl, topic) }),
      // The page of a release is also there as Markdown.
      ...(document.release === undefined ? {} : { vary: "Accept" }),
    };
  }
  const vary = [
    ...(isForAdminToo(path) ? ["Authorization"] : []),
    ...(document.gzip === undefined && format === undefined ? [] : ["Accept-Encoding"]),
    ...(format === undefined ? [] : ["A-IM", "Sec-Fetch-Dest"]),
  ];
  return {
    "content-type": document.type,
    "cache-control": cacheControlOf(document),
    ...FOR_EVERY_ORIGIN,
    "access-control-expose-headers": "ETag, Last-Modified, Link, IM",
    ...shared,
    ...(format === undefined ? {} : { link: feedLinksOf(document, path, baseUrl) }),
    ...(vary.length === 0 ? {} : { vary: vary.join(", ") }),
  };
}

/** Subscribers look for the hub here first, and find that of JSON Feed nowhere else (WebSub, 4). */
function feedLinksOf({ isArchive }: StoredDocument, path: string, baseUrl: string): string {
  return isArchive ? `<${baseUrl}${path}>; rel="self"` : hubLinks(baseUrl, path);
}

/** A page of a list has the hub of its feed in Atom; undefined for other pages. */
function pageTopic(path: string, languages: readonly string[]): string | undefined {
  const place = parseDocumentPath(path, languages);
  return place?.kind === "list" && place.place.archive === undefined
    ? addressOf({ ...place.place, format: "atom" })
    : undefined;
}

/** An archive is never `immutable`: one of its releases can be killed, and must then vanish from caches. */
function cacheControlOf({ isArchive }: StoredDocument): string {
  const seconds = isArchive ? ARCHIVE_CACHE_SECONDS : CACHE_SECONDS;
  return `public, max-age=${seconds}, s-maxage=${SHARED_CACHE_SECONDS}, stale-while-revalidate=${STALE_SECONDS}`;
}

function wholeDocument(request: Request, servable: ServableDocument, status: number): Response {
  const { document, headers, gzipHeaders } = servable;
  if (document.gzip === undefined || !acceptsGzip(request)) {
    return new Response(document.body, { status, headers });
  }
  return new Response(document.gzip, { status, headers: gzipHeaders, encodeBody: "manual" });
}

/**
 * 226 with only the entries that the client does not have yet (RFC 3229).
 *
 * @returns undefined if the client does not ask for it, or its ETag does not tell what it has
 */
function newEntries(request: Request, { document, format, headers }: ServableDocument): Response | undefined {
  const { sequences, relabelled = 0 } = document;
  if (format === undefined || sequences === undefined || !wantsNewEntries(request.headers)) return undefined;
  // An ETag newer than the document comes from another service, or from before the ledger was lost.
  const newest = sequenceOfEtag(document.etag) ?? 0;
  const known = entityTags(request.headers.get("if-none-match") ?? "")
    .flatMap((tag) => sequenceOfEtag(tag) ?? [])
    .filter((sequence) => sequence <= newest);
  if (known.length === 0) return undefined;
  const latestKnown = Math.max(...known);
  if (latestKnown <= relabelled) return undefined;
  const isNew = sequences.map((sequence) => sequence > latestKnown);
  const deltaHeaders = new Headers(headers);
  deltaHeaders.set("im", "feed");
  // A delta is of use to one client once. A cache that does not know 226 must not keep it either.
  deltaHeaders.set("cache-control", "private, no-store");
  // The runtime compresses a body with this header. Cloudflare compresses neither Atom nor JSON Feed.
  if (acceptsGzip(request)) deltaHeaders.set("content-encoding", "gzip");
  return new Response(onlyNewEntries(textOf(document), format, isNew), {
    status: 226,
    headers: deltaHeaders,
  });
}
