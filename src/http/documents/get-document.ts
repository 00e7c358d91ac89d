/**
 * GET of pages, feeds and releases' JSON.
 */
import { parse } from "../../domain/issues.ts";
import { addressOf, type ListPlace, type ParsedAddress, parseListAddress } from "../../domain/list.ts";
import { isUnknownValue, type RegistryIssue } from "../../domain/registry.ts";
import { SEARCH_CHARS_MAX, SEARCH_WORDS_MAX } from "../../domain/limits.ts";
import { releaseId, type ReleaseView } from "../../domain/release.ts";
import { textOf } from "../../documents/kv-store.ts";
import { canonicalPagePath, releaseJsonPath } from "../../documents/paths.ts";
import { feedPreview } from "../../site/feed-preview.ts";
import { notFoundPage } from "../../site/not-found-page.ts";
import { killedPage } from "../../site/killed-page.ts";
import type { Context } from "../context.ts";
import { ASSET_CACHE_SECONDS, CACHE_SECONDS, RATE_LIMIT_PERIOD_SECONDS } from "../limits.ts";
import { problem } from "../problem.ts";
import { countSearchWords, firstWords } from "../../domain/search.ts";
import { brokenEscapes, isDecodable, LIST_NAMES, queryIssues } from "../../domain/query-names.ts";
import { tooManyCalls } from "../rate-limit.ts";
import { hotAt, type Lookup, lookUp, needsRefresh, refresh, rememberUrl } from "./cache.ts";
import { embargoedPage } from "./embargoed-page.ts";
import { feedAlias, formatInQuery } from "./feed-aliases.ts";
import { mentionsMarkdown, prefersMarkdown } from "./negotiation.ts";
import { nameNearestValues, nearestLists } from "./nearest-values.ts";
import { newestTexts } from "./newest-texts.ts";
import { lookUpFormat, parseFormatAddress } from "./release-formats.ts";
import { siteOf } from "./site.ts";
import { FOR_EVERY_ORIGIN, pageHeaders, respond } from "./response.ts";

/**
 * Answers from memory, past routing and logging, if the same URL was asked for a moment ago: crawlers poll
 * hot feeds by the million. A request with a token never is: at some addresses the admin gets another answer.
 *
 * @returns undefined if the request needs the whole way
 */
export function getFromMemory(request: Request, env: Env, ctx: ExecutionContext): Response | undefined {
  if (request.method !== "GET" || request.headers.has("authorization")) return undefined;
  const nowMs = Date.now();
  const entry = hotAt(request.url, nowMs);
  if (entry === undefined) return undefined;
  // A client may prefer the Markdown of a release; other documents cost no look at what it accepts.
  const isRelease = entry.lookup.servable.document.release !== undefined;
  if (isRelease && mentionsMarkdown(request.headers)) return undefined;
  if (needsRefresh(entry, nowMs)) ctx.waitUntil(refresh(env, entry));
  const response = respond(request, entry.lookup.servable);
  if (response?.status === 304) entry.notModified += 1;
  else if (response !== undefined) entry.ok += 1;
  return response;
}

/**
 * Answers with the document at the request's address. Every list has one address: other spellings of it,
 * and paths at which people guess a feed, get a 301.
 */
export async function getDocument(c: Context): Promise<Response> {
  const url = new URL(c.req.url);
  const { pathname, search } = url;
  // Two slashes at the start of a Location would be another host.
  if (pathname.includes("//")) return redirectPermanently(c, pathname.replaceAll(/\/{2,}/g, "/") + search);
  const { path } = c.req; // decoded: `/%65n` is `/en`
  const list = parseAddress(c, path, url);
  if (list?.kind === "refused") return redirectToFewerWords(c, url) ?? refuse(c, list);
  if (list?.kind === "list") return getList(c, list.place, url);
  const alias = feedAlias(path);
  const feed = alias === undefined ? undefined : parseAddress(c, alias, url);
  if (feed?.kind === "refused") return refuse(c, feed, true);
  if (feed?.kind === "list") return redirectPermanently(c, addressOf(feed.place));
  if (/.\/$/.test(pathname)) return redirectPermanently(c, pathname.replace(/\/$/, "") + search);
  const inRightCase = canonicalPagePath(path);
  if (inRightCase !== path) return redirectPermanently(c, inRightCase + search);
  const format = parseFormatAddress(path);
  if (format !== undefined) {
    return (await answer(c, path, await lookUpFormat(c, format.page, format.format))) ?? pageNotFound(c);
  }
  const lookup = await lookUp(c, path);
  if (lookup.kind === "found" && path !== pathname) return redirectPermanently(c, path + search);
  const ofAdmin = lookup.kind === "missing" ? await embargoedPage(c, path) : undefined;
  if (ofAdmin !== undefined) return ofAdmin;
  return (await negotiated(c, path, lookup)) ?? (await answer(c, path, lookup)) ?? pageNotFound(c);
}

/** A release as Markdown, in place of its page, for a client that prefers it. */
async function negotiated(c: Context, path: string, page: Lookup): Promise<Response | undefined> {
  const isRelease = page.kind === "found" && page.servable.document.release !== undefined;
  if (!isRelease || !prefersMarkdown(c.req.raw.headers)) return undefined;
  const response = await answer(c, path, await lookUpFormat(c, path, "md"));
  response?.headers.set("vary", "Accept");
  response?.headers.set("content-location", `${path}.md`);
  return response;
}

/** Parses the address of a list, and refuses parameters that look like misspelt filters. */
function parseAddress(c: Context, path: string, { search, searchParams }: URL): ParsedAddress | undefined {
  const parsed = parseListAddress(path, searchParams, c.var.config.site.languages);
  const issues = parsed?.kind === "list" ? queryIssues(search, LIST_NAMES) : [];
  return issues.length > 0 ? { kind: "refused", status: 400, issues } : parsed;
}

/** Leads a person who searches for a long sentence to the page of its first words. The search box shows them. */
function redirectToFewerWords(c: Context, url: URL): Response | undefined {
  const q = url.searchParams.get("q") ?? "";
  if (isForPrograms(c) || q.length > SEARCH_CHARS_MAX || countSearchWords(q) <= SEARCH_WORDS_MAX)
    return undefined;
  const found = firstWords(q, SEARCH_WORDS_MAX);
  if (found === "") return undefined;
  const fewer = new URL(url);
  fewer.searchParams.set("q", found);
  return c.body(null, 302, { location: fewer.pathname + fewer.search, "cache-control": "no-store" });
}

async function getList(c: Context, given: ListPlace, url: URL): Promise<Response> {
  const format = formatInQuery(url.searchParams);
  const place = format === undefined ? given : { ...given, format };
  const address = addressOf(place);
  if (!isSpellingOf(address, url)) return redirectPermanently(c, address);
  return (await answer(c, address, await lookUp(c, address))) ?? getPreview(c, place);
}

/** Whether a URL has the path and the parameters of an address. Its percent-escapes may be others. */
function isSpellingOf(address: string, { pathname, searchParams }: URL): boolean {
  const [path, query = ""] = address.split("?");
  const pairs = (each: URLSearchParams) => JSON.stringify([...each]);
  return pathname === path && pairs(searchParams) === pairs(new URLSearchParams(query));
}

/** @returns undefined if a browser opens a feed */
export async function answer(c: Context, path: string, lookup: Lookup): Promise<Response | undefined> {
  switch (lookup.kind) {
    case "limited":
      return tooMany(c, lookup);
    case "missing":
      return refuse(c, { status: 404, issues: lookup.unknown });
    case "found": {
      const response = respond(c.req.raw, lookup.servable);
      const isForAll = c.req.header("authorization") === undefined;
      if (isForAll && lookup.servable.document.status === undefined) rememberUrl(c.req.url, path);
      return response;
    }
  }
}

/** A page that explains a feed to a person, made from the feed's JSON. No cache keeps it for a reader. */
async function getPreview(c: Context, place: ListPlace): Promise<Response> {
  const lookup = await lookUp(c, addressOf({ ...place, format: "json" }));
  if (lookup.kind === "limited") return tooMany(c, lookup);
  if (lookup.kind === "missing") return refuse(c, { status: 404, issues: lookup.unknown });
  // The promised number of an archive leads elsewhere, and a retired list is gone.
  const instead = respond(c.req.raw, lookup.servable);
  if (instead !== undefined) return instead;
  const html = feedPreview(place, textOf(lookup.servable.document), await siteOf(c));
  return c.body(html, 200, { ...pageHeaders("private, no-store", true), vary: "Sec-Fetch-Dest" });
}

/** `/r/ID`: leads to the release's present page. */
export async function redirectToRelease(c: Context): Promise<Response> {
  const id = parse(releaseId, c.req.param("id"));
  const lookup = id.ok ? await lookUp(c, releaseJsonPath(id.value)) : undefined;
  if (lookup?.kind === "limited") return tooMany(c, lookup);
  if (lookup?.kind !== "found") return pageNotFound(c);
  const release = JSON.parse(textOf(lookup.servable.document)) as ReleaseView; // written by our renderer
  if (release.status === "killed") {
    return c.body(killedPage(release, await siteOf(c)), 410, pageHeaders("no-store"));
  }
  return c.body(null, 302, { location: release.url, "cache-control": `public, max-age=${CACHE_SECONDS}` });
}

export function pageNotFound(c: Context): Promise<Response> {
  return refuse(c, { status: 404, issues: [] });
}

export function tooMany(c: Context, { by }: Pick<Extract<Lookup, { kind: "limited" }>, "by">): Response {
  if (by === "calls") return tooManyCalls(c);
  return problem(c, {
    code: "too-many-new-lists",
    detail: "Your network asked for too many new combinations of filters. Ask again in a minute.",
    headers: { ...FOR_EVERY_ORIGIN, "retry-after": String(RATE_LIMIT_PERIOD_SECONDS) },
  });
}

/** Refuses an address with a broken percent-escape, which would otherwise ask for something else. */
export async function refuseBrokenEscapes(c: Context, next: () => Promise<void>): Promise<Response | void> {
  const { pathname, search } = new URL(c.req.url);
  const issues = [
    ...(isDecodable(pathname) ? [] : [{ path: "", message: "the path has a broken percent-escape" }]),
    ...brokenEscapes(search, LIST_NAMES),
  ];
  return issues.length === 0 ? next() : refuse(c, { status: 400, issues, code: "malformed-address" });
}

interface Refusal {
  status: 400 | 404;
  issues: readonly RegistryIssue[];
  code?: "malformed-address";
}

function isForPrograms(c: Context): boolean {
  return /\.(?:rss|atom|json)$|^\/api\//.test(c.req.path);
}

/** Says what is not there and names what is near it: to programs as a problem, to people as a page. */
async function refuse(
  c: Context,
  { status, issues, code }: Refusal,
  asProblem = isForPrograms(c),
): Promise<Response> {
  if (!asProblem) {
    const site = await siteOf(c);
    const nearest = await nearestLists(c, issues.filter(isUnknownValue), site);
    const newest = await newestTexts(c, site);
    const html = notFoundPage(c.req.path, site, { isMalformed: status === 400, nearest, newest });
    return c.body(html, status, pageHeaders("no-store"));
  }
  if (issues.length === 0) {
    return problem(c, {
      code: "not-found",
      detail: "There is nothing at this address.",
      headers: FOR_EVERY_ORIGIN,
    });
  }
  return problem(c, {
    code: code ?? (status === 404 ? "unknown-list" : "malformed-list"),
    detail: code === undefined ? "There is no such list." : "The address cannot be read. Nothing was done.",
    errors: await nameNearestValues(c, issues),
    headers: FOR_EVERY_ORIGIN,
  });
}

function redirectPermanently(c: Context, location: string): Response {
  return c.body(null, 301, {
    location,
    "cache-control": `public, max-age=${ASSET_CACHE_SECONDS}`,
    ...FOR_EVERY_ORIGIN,
  });
}
