/**
 * Pages and feeds as they are served.
 */
import type { Context } from "hono";
import { type Issue, parse } from "../../domain/issues.ts";
import { addressOf, type ListPlace, parseListAddress } from "../../domain/list.ts";
import { releaseId, type ReleaseView } from "../../domain/release.ts";
import { type StoredDocument, textOf } from "../../documents/kv-store.ts";
import { releaseJsonPath } from "../../documents/paths.ts";
import { ASSET_CACHE_SECONDS, CACHE_SECONDS, NEW_LISTS_PERIOD_SECONDS } from "../limits.ts";
import { configOf } from "../../config.ts";
import { feedPreview } from "../../site/feed-preview.ts";
import { killedPage } from "../../site/release-page.ts";
import { notFoundPage } from "../../site/not-found-page.ts";
import { clientOf } from "../rate-limit.ts";
import { isNavigation, isNotModified } from "./negotiation.ts";
import { answersTo, type Lookup, lookUp } from "./cache.ts";
import { documentHeaders, FOR_EVERY_ORIGIN, newEntries, pageHeaders, wholeDocument } from "./response.ts";
import { feedAlias } from "./feed-aliases.ts";
import { problem } from "../problem.ts";
import { costOf } from "../request-log.ts";

type App = { Bindings: Env };

/** A page, a feed or a release's JSON, from the read model. */
export async function getDocument(c: Context<App>): Promise<Response> {
  const { pathname, search, searchParams } = new URL(c.req.url);
  // Decoded: `/%65n` is `/en`, and leads to it.
  const { path } = c.req;
  const { languages } = configOf(c.env).site;
  const asked = parseListAddress(path, searchParams, languages);
  if (asked?.kind === "refused") return refused(c, asked.status, asked.issues);
  if (asked?.kind === "list") {
    const address = addressOf(asked.place);
    return address === pathname + search ? getList(c, asked.place, address) : moved(c, address);
  }
  const guessed = feedAlias(path);
  const meant = guessed === undefined ? undefined : parseListAddress(guessed, searchParams, languages);
  if (meant?.kind === "refused") return refused(c, meant.status, meant.issues, true);
  if (meant?.kind === "list") return moved(c, addressOf(meant.place));
  // Never with two slashes in front: as a Location that would be another host.
  if (/^\/[^/].*\/$/.test(pathname)) return moved(c, pathname.replace(/\/+$/, "") + search);
  const lookup = await lookedUp(c, path);
  return lookup.kind === "found" && path !== pathname ? moved(c, path + search) : answered(c, path, lookup);
}

async function getList(c: Context<App>, place: ListPlace, address: string): Promise<Response> {
  const lookup = await lookedUp(c, address);
  if (place.format === undefined || lookup.kind !== "found" || isOver(lookup.document))
    return answered(c, address, lookup);
  const request = c.req.raw.headers;
  const { document } = lookup;
  // First: what a browser says that it has is the feed, and not the page about it.
  if (isNavigation(request)) return preview(c, place);
  if (isNotModified(request, document)) return answered(c, address, lookup);
  const headers = documentHeaders(document, address, configOf(c.env).site.baseUrl);
  return newEntries(c.req.raw, document, place.format, headers) ?? answered(c, address, lookup);
}

/** A person has opened a feed: kept by no cache, so that no reader ever gets it. */
async function preview(c: Context<App>, place: ListPlace): Promise<Response> {
  const lookup = await lookedUp(c, addressOf({ ...place, format: "json" }));
  if (lookup.kind !== "found") return answered(c, addressOf(place), lookup);
  const html = feedPreview(place, textOf(lookup.document), configOf(c.env).site);
  return c.body(html, 200, { ...pageHeaders("private, no-store", true), vary: "Sec-Fetch-Dest" });
}

function lookedUp(c: Context<App>, path: string): Promise<Lookup> {
  return lookUp(c.env, path, clientOf(c.req.raw.headers), costOf(c.req.raw));
}

function answered(c: Context<App>, path: string, lookup: Lookup): Response {
  switch (lookup.kind) {
    case "limited":
      return problem(c, {
        status: 429,
        title: "Too many requests",
        detail:
          "Too many new combinations of filters were asked for from your address. Ask again in a minute.",
        headers: { ...FOR_EVERY_ORIGIN, "retry-after": String(NEW_LISTS_PERIOD_SECONDS) },
      });
    case "missing":
      return refused(c, 404, lookup.issues);
    case "found":
      return served(c, path, lookup.document);
  }
}

function served(c: Context<App>, path: string, document: StoredDocument): Response {
  const headers = documentHeaders(document, path, configOf(c.env).site.baseUrl);
  if (document.status === 301 || document.status === 302) {
    const cacheControl = headers["cache-control"] ?? "";
    return c.body(null, document.status, {
      location: document.location ?? "/",
      "cache-control": cacheControl,
      ...FOR_EVERY_ORIGIN,
    });
  }
  if (isOver(document)) return wholeDocument(c.req.raw, document, new Headers(headers), 410);
  const made = new Headers(headers);
  answersTo(c.req.url, path, made);
  if (isNotModified(c.req.raw.headers, document)) return new Response(null, { status: 304, headers: made });
  return wholeDocument(c.req.raw, document, made);
}

/** Killed, or the end of a retired value's feed. */
function isOver({ status, goneFrom }: StoredDocument): boolean {
  return status === 410 || (goneFrom !== undefined && goneFrom * 1000 <= Date.now());
}

/** What is not there, and what is near it: for programs as a problem, for people as a page. */
function refused(
  c: Context<App>,
  status: 400 | 404,
  issues: readonly Issue[],
  isForPrograms = /\.(?:rss|atom|json)$|^\/api\//.test(c.req.path),
): Response {
  if (!isForPrograms) {
    const details = issues.map(({ path, message }) => `${path.split("/")[1] ?? ""} ${message}`.trim());
    const page = notFoundPage(c.req.path, configOf(c.env).site, details);
    return c.body(page, status, pageHeaders("no-store"));
  }
  return problem(c, {
    status,
    title: status === 404 ? "Not found" : "Bad request",
    ...(issues.length === 0
      ? { detail: "There is nothing at this address." }
      : { detail: "There is no such list.", errors: [...issues] }),
    headers: FOR_EVERY_ORIGIN,
  });
}

function moved(c: Context<App>, location: string): Response {
  return c.body(null, 301, {
    location,
    "cache-control": `public, max-age=${ASSET_CACHE_SECONDS}`,
    ...FOR_EVERY_ORIGIN,
  });
}

/** `/r/ID`: to where the release now stands. */
export async function redirectToRelease(c: Context<App>): Promise<Response> {
  const id = parse(releaseId, c.req.param("id"));
  const lookup = id.ok ? await lookedUp(c, releaseJsonPath(id.value)) : undefined;
  if (lookup?.kind !== "found") return pageNotFound(c);
  const release = JSON.parse(textOf(lookup.document)) as ReleaseView; // our own JSON
  if (release.status === "killed") {
    return c.body(killedPage(release, configOf(c.env).site), 410, pageHeaders("no-store"));
  }
  return c.body(null, 302, { location: release.url, "cache-control": `public, max-age=${CACHE_SECONDS}` });
}

/** Scripts elsewhere may read feeds conditionally: If-None-Match makes a browser ask first. */
export function answerPreflight(c: Context<App>): Response {
  return c.body(null, 204, {
    ...FOR_EVERY_ORIGIN,
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "If-None-Match, If-Modified-Since, A-IM, Last-Event-ID",
    "access-control-max-age": String(ASSET_CACHE_SECONDS),
  });
}

export function pageNotFound(c: Context<App>): Response {
  return refused(c, 404, []);
}

/** The hub of WebSub takes no subscriptions yet: who asks goes on polling (W3C WebSub, 5.1). */
export function postHub(c: Context<App>): Response {
  return problem(c, {
    status: 501,
    title: "Not implemented",
    detail:
      "This hub takes no subscriptions yet. Poll the feed, or subscribe a webhook: POST /api/v1/subscriptions.",
  });
}
