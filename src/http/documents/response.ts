/**
 * A document as an answer to one request: its headers, and the whole of it or what is new.
 */
import { formatHttpDate } from "../../domain/dates.ts";
import type { FeedFormat } from "../../domain/list.ts";
import { sequenceOfEtag, type StoredDocument, textOf } from "../../documents/kv-store.ts";
import { DIRECTORY_PATH, OPML_PATH } from "../../documents/paths.ts";
import { onlyNewEntries } from "../../feeds/delta.ts";
import { ARCHIVE_CACHE_SECONDS, CACHE_SECONDS, SHARED_CACHE_SECONDS, STALE_SECONDS } from "../limits.ts";
import { acceptsGzip, entityTags, isNavigation, isNotModified, wantsNewEntries } from "./negotiation.ts";
import { isDue, refresh, rememberedAt } from "./cache.ts";

/** Nothing runs on our pages: whatever a text brings along, the browser refuses it. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Where an address can be copied, our own script may run, and no text is shown as HTML. */
const SCRIPT_POLICY = `${PAGE_POLICY}; script-src 'self'`;

/** Where WebSub subscribers ask (W3C WebSub, section 4). */
export const HUB_PATH = "/hub";

/** Scripts of other sites may read what is here; on a redirect or a refusal too, or they learn nothing of it. */
export const FOR_EVERY_ORIGIN = { "access-control-allow-origin": "*" } as const;

export function pageHeaders(cacheControl: string, script = false): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": script ? SCRIPT_POLICY : PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "cache-control": cacheControl,
  };
}

/**
 * All headers of a document but those of its encoding: the same with 200 and 304, since a cache updates
 * what it has kept from them (RFC 9111, 3.2).
 */
export function documentHeaders(
  document: StoredDocument,
  path: string,
  baseUrl: string,
): Record<string, string> {
  const isPage = document.type.startsWith("text/html");
  const isFeed = isFeedAt(path, document);
  return {
    ...(isPage
      ? pageHeaders(cacheControlOf(document), path === DIRECTORY_PATH)
      : {
          "content-type": document.type,
          "cache-control": cacheControlOf(document),
          "x-content-type-options": "nosniff",
          ...FOR_EVERY_ORIGIN,
          "access-control-expose-headers": "ETag, Last-Modified, Link, IM",
        }),
    etag: document.etag,
    ...(document.modified === undefined ? {} : { "last-modified": formatHttpDate(document.modified) }),
    // Whole documents only: what a range of a feed would be, nobody can parse (RFC 9110, 14.3).
    "accept-ranges": "none",
    ...(isFeed
      ? {
          link: `<${baseUrl}${HUB_PATH}>; rel="hub", <${baseUrl}${path}>; rel="self"`,
          vary: "Accept-Encoding, A-IM, Sec-Fetch-Dest",
        }
      : {}),
    ...(document.gzip !== undefined && !isFeed ? { vary: "Accept-Encoding" } : {}),
  };
}

function isFeedAt(path: string, { gzip }: StoredDocument): boolean {
  return gzip !== undefined && path !== OPML_PATH;
}

/** An archive is never `immutable`: one of its releases can be killed, and is then gone for all who share a cache. */
function cacheControlOf({ isArchive }: StoredDocument): string {
  const seconds = isArchive ? ARCHIVE_CACHE_SECONDS : CACHE_SECONDS;
  return `public, max-age=${seconds}, s-maxage=${SHARED_CACHE_SECONDS}, stale-while-revalidate=${STALE_SECONDS}`;
}

/** The answer from memory to a GET whose URL was asked for a moment ago; undefined where it takes more than that. */
export function answerFromMemory(request: Request, env: Env, ctx: ExecutionContext): Response | undefined {
  if (request.method !== "GET") return undefined;
  const nowMs = Date.now();
  const hot = rememberedAt(request.url, nowMs);
  if (hot === undefined) return undefined;
  if (isDue(hot, nowMs)) ctx.waitUntil(refresh(env, hot));
  const { headers, lookup } = hot;
  // Only of a feed there is a page that explains it, of which no ETag of the feed speaks, and a part that is new.
  const isFeed = isFeedAt(hot.path, lookup.document);
  if (isFeed && isNavigation(request.headers)) return undefined;
  if (isNotModified(request.headers, lookup.document)) {
    hot.notModified += 1;
    return new Response(null, { status: 304, headers });
  }
  if (isFeed && wantsNewEntries(request.headers)) return undefined;
  hot.ok += 1;
  return wholeDocument(request, lookup.document, headers);
}

/** 200 in the encoding that the client takes. */
export function wholeDocument(
  request: Request,
  document: StoredDocument,
  headers: Headers,
  status = document.status ?? 200,
): Response {
  if (document.gzip === undefined || !acceptsGzip(request))
    return new Response(document.body, { status, headers });
  return new Response(document.gzip, { status, headers: withGzip(headers), encodeBody: "manual" });
}

/** Made once for headers that are answered with again and again. */
function withGzip(headers: Headers): Headers {
  const known = gzipHeaders.get(headers);
  if (known !== undefined) return known;
  const made = new Headers(headers);
  made.set("content-encoding", "gzip");
  gzipHeaders.set(headers, made);
  return made;
}

const gzipHeaders = new WeakMap<Headers, Headers>();

/**
 * 226 with only the entries that the client does not have yet (RFC 3229), where its ETag says which;
 * undefined where it has to take all of them.
 */
export function newEntries(
  request: Request,
  document: StoredDocument,
  format: FeedFormat,
  headers: Record<string, string>,
): Response | undefined {
  const { sequences } = document;
  if (sequences === undefined || !wantsNewEntries(request.headers)) return undefined;
  const present = sequenceOfEtag(document.etag) ?? 0;
  // What tells of more than there is comes from elsewhere, or from before the ledger was lost.
  const known = entityTags(request.headers.get("if-none-match") ?? "")
    .flatMap((tag) => sequenceOfEtag(tag) ?? [])
    .filter((sequence) => sequence <= present);
  if (known.length === 0) return undefined;
  const latest = Math.max(...known);
  const body = onlyNewEntries(
    textOf(document),
    format,
    sequences.map((sequence) => sequence > latest),
  );
  return new Response(body, {
    status: 226,
    headers: {
      ...headers,
      im: "feed",
      // Of no use to anybody else, and to a cache that knows no 226 not even to the same client.
      "cache-control": "private, no-store",
      // The runtime compresses what says that it is: nothing else in front of us does it with Atom or JSON.
      ...(acceptsGzip(request) ? { "content-encoding": "gzip" } : {}),
    },
  });
}
