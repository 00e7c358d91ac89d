/**
 * The questions that the doctor asks, in order. Each ends as a line that is in order, or as a finding.
 */
import { FEED_FORMATS, type FeedFormat } from "../../domain/list.ts";
import { ask, type Answer, type NoAnswer } from "./ask.ts";
import { BROWSER, CURL, FEEDPARSER, GOOGLEBOT, GPTBOT, NEWSBOAT, type Client } from "./clients.ts";
import type { Finding } from "./findings.ts";
import { headerOf, judgeAnswer, judgeNotice, judgeRobots } from "./judge.ts";

const FEED_TYPES: Readonly<Record<FeedFormat, string>> = {
  rss: "application/rss+xml",
  atom: "application/atom+xml",
  json: "application/feed+json",
};
const FEED_READERS: Readonly<Record<FeedFormat, Client>> = { rss: NEWSBOAT, atom: FEEDPARSER, json: CURL };
/** Where a feed names its own address. */
const SELF_LINKS: Readonly<Record<FeedFormat, RegExp>> = {
  rss: /<atom:link\b(?=[^>]*\brel="self")[^>]*\bhref="([^"]+)"/,
  atom: /<link\b(?=[^>]*\brel="self")[^>]*\bhref="([^"]+)"/,
  json: /"feed_url"\s*:\s*"([^"]+)"/,
};
const ROBOTS = [GOOGLEBOT, GPTBOT];

export interface Line {
  /** Who asks for what. */
  check: string;
  /** Undefined if all is well. */
  finding: Finding | undefined;
}

/** Yields each check as it is done. Ends after the first if nothing can be asked. */
export async function* examine(service: URL, timeoutMs: number): AsyncGenerator<Line> {
  const get = (client: Client, path: string, more: Record<string, string> = {}): Promise<Answer | NoAnswer> =>
    ask(new URL(path, service), { ...client.headers, ...more }, timeoutMs);

  const answer = await get(CURL, "/healthz");
  const health =
    (await findLoop(answer, new URL("/healthz", service), timeoutMs)) ?? judgeHealth(answer, service);
  yield { check: "curl gets /healthz", finding: health };
  if (health !== undefined && ENDS_ALL.has(health.kind)) return;

  let page: string | undefined;
  for (const format of FEED_FORMATS) {
    const path = `/feed.${format}`;
    const client = FEED_READERS[format];
    const answer = await get(client, path);
    const finding = judgeAnswer(answer, new URL(path, service), FEED_TYPES[format]);
    yield { check: `${client.name} reads ${path}`, finding };
    if (finding !== undefined) continue;
    const feed = answer as Answer;
    page ??= format === "json" ? firstPage(feed.body, service) : undefined;
    yield { check: `${path} names its own address`, finding: judgeSelf(feed.body, format, service) };
    const again = (etag: string): Promise<Answer | NoAnswer> => get(client, path, { "if-none-match": etag });
    yield { check: `${client.name} gets 304 for ${path}`, finding: await judgeCondition(feed, again) };
  }
  const twice = await get(NEWSBOAT, "/feed.rss");
  yield {
    check: "newsboat reads /feed.rss again at once",
    finding: judgeAnswer(twice, new URL("/feed.rss", service), FEED_TYPES.rss),
  };

  // A notice of a publisher changes nothing, because the hub sees changes by itself.
  const hub = new URL("/hub", service);
  const notice = new URLSearchParams({
    "hub.mode": "publish",
    "hub.url": new URL("/feed.atom", service).href,
  });
  const notified = await ask(hub, CURL.headers, timeoutMs, notice);
  yield { check: "curl sends a notice to /hub", finding: judgeNotice(notified, hub) };

  for (const client of [BROWSER, ...ROBOTS]) {
    for (const path of ["/", ...(page === undefined ? [] : [page])]) {
      const finding = judgeAnswer(await get(client, path), new URL(path, service), "text/html");
      yield { check: `${client.name} opens ${path}`, finding };
    }
  }
  for (const client of ROBOTS) {
    const answer = await get(client, "/robots.txt");
    const finding = judgeRobots(answer, new URL("/robots.txt", service), [client.robot ?? "*"]);
    yield { check: `robots.txt lets ${client.name} in`, finding };
  }
}

/** Findings after which every other question gets the same answer. */
const ENDS_ALL: ReadonlySet<string> = new Set<Finding["kind"]>([
  "no-name",
  "tls",
  "late",
  "unreachable",
  "redirect",
  "loop",
  "not-configured",
  "not-ours",
]);

/** Redirects that one request follows: browsers follow 20. */
const HOPS_MAX = 20;

/** Follows redirects, as far as they lead to an address that was seen before. */
async function findLoop(
  first: Answer | NoAnswer,
  from: URL,
  timeoutMs: number,
): Promise<Finding | undefined> {
  const seen = [from.href];
  let answer = first;
  while (answer.kind === "answered" && answer.status >= 300 && answer.status < 400) {
    const next = URL.parse(answer.headers.location ?? "", seen.at(-1));
    if (next === null || !/^https?:$/.test(next.protocol)) return undefined;
    if (seen.includes(next.href) || seen.length > HOPS_MAX) {
      return { kind: "loop", detail: [...seen, next.href].slice(0, 4).join(" → ") };
    }
    seen.push(next.href);
    answer = await ask(next, CURL.headers, timeoutMs);
  }
  return undefined;
}

function judgeHealth(answer: Answer | NoAnswer, service: URL): Finding | undefined {
  if (answer.kind === "answered") {
    const problem = parsed(answer.body);
    if (problem?.["code"] === "not-configured")
      return { kind: "not-configured", detail: String(problem["detail"]) };
    if (typeof problem?.["code"] === "string" && answer.status >= 500) {
      return { kind: "unhealthy", detail: String(problem["detail"]) };
    }
  }
  const finding = judgeAnswer(answer, new URL("/healthz", service), "application/json");
  if (finding?.kind === "html" || finding?.kind === "type" || finding?.kind === "status") {
    return { kind: "not-ours", detail: `/healthz ${finding.detail}` };
  }
  if (finding !== undefined || answer.kind === "failed") return finding;
  return parsed(answer.body)?.["status"] === "ok"
    ? undefined
    : { kind: "not-ours", detail: "/healthz answered something else" };
}

function judgeSelf(body: string, format: FeedFormat, service: URL): Finding | undefined {
  const [, self = ""] = SELF_LINKS[format].exec(body) ?? [];
  const origin = URL.parse(self)?.origin;
  if (origin === service.origin) return undefined;
  return {
    kind: "base-url",
    detail: origin === undefined ? "the feed names none" : `the feed names ${origin}`,
  };
}

/** A feed may change between two requests, so a second answer with another ETag gets one more try. */
async function judgeCondition(
  first: Answer,
  again: (etag: string) => Promise<Answer | NoAnswer>,
): Promise<Finding | undefined> {
  let etag = headerOf(first, "etag");
  if (etag === null) return { kind: "no-etag", detail: "the answer has no ETag" };
  for (let isLast = false; ; isLast = true) {
    const answer = await again(etag);
    if (answer.kind === "failed") return { kind: answer.reason, detail: answer.detail };
    if (answer.status === 304) return undefined;
    const next = headerOf(answer, "etag");
    if (isLast || next === null || next === etag) {
      return { kind: "no-304", detail: `answered ${answer.status} to If-None-Match: ${etag}` };
    }
    etag = next;
  }
}

/** The path of the newest release; undefined if there is none, or its address is not the service's. */
interface FeedItem {
  url?: string;
  _communique?: { removed?: boolean };
}

function firstPage(feed: string, service: URL): string | undefined {
  const items = parsed(feed)?.["items"];
  const listed = Array.isArray(items) ? (items as FeedItem[]) : [];
  // The page of a killed release is 410 for everybody.
  const url = URL.parse(listed.find(({ _communique }) => _communique?.removed !== true)?.url ?? "");
  return url === null ? undefined : new URL(url.pathname, service).pathname;
}

function parsed(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
