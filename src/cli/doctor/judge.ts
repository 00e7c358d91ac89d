/**
 * What is wrong with an answer of the service.
 */
import { edgeRefusal } from "../../domain/edge-refusal.ts";
import type { Answer, NoAnswer } from "./ask.ts";
import type { Finding } from "./findings.ts";

const PROBLEM_TYPE = "application/problem+json";
const HTML_START = /^\s*(?:<!doctype html|<html)/i;
const SCRIPT = /<script\b[^>]*>/gi;
/** What features of Cloudflare write into pages. */
const REWRITTEN = /\/cdn-cgi\/l\/email-protection|class="__cf_email__"|cloudflareinsights\.com\/beacon/;

/** What every client needs of an answer; undefined if it is good. @param type the content type that it must have */
export function judgeAnswer(answer: Answer | NoAnswer, url: URL, type: string): Finding | undefined {
  const stopped = judgeArrival(answer, url);
  if (stopped !== undefined || answer.kind === "failed") return stopped;
  const { status, headers, body, encodingFault } = answer;
  if (status !== 200) return { kind: "status", detail: `answered ${status}` };
  if (encodingFault !== undefined) {
    return { kind: encodingFault, detail: `content-encoding: ${headers["content-encoding"] ?? "none"}` };
  }
  const isPage = type === "text/html";
  if (!isPage && HTML_START.test(body)) return { kind: "html", detail: `in place of ${type}` };
  const given = (headers["content-type"] ?? "none").split(";")[0]?.trim().toLowerCase();
  if (given !== type) return { kind: "type", detail: `${given ?? "none"} instead of ${type}` };
  return isPage ? judgePage(body, url) : undefined;
}

/** What keeps a request from the service; undefined if the service itself has answered. */
function judgeArrival(answer: Answer | NoAnswer, url: URL): Finding | undefined {
  if (answer.kind === "failed") return { kind: answer.reason, detail: answer.detail };
  const { status, headers, body } = answer;
  const refusal = edgeRefusal(status, headerOf(answer, "cf-mitigated"), body);
  if (refusal !== undefined) return { kind: refusal, detail: `answered ${status}` };
  if (status >= 300 && status < 400 && status !== 304) {
    return { kind: "redirect", detail: URL.parse(headers.location ?? "", url)?.href ?? "nowhere" };
  }
  return status === 429 ? { kind: "limited", detail: "answered 429" } : undefined;
}

/**
 * What is wrong with the answer to a notice at the hub. A refusal of the service itself shows that the notice has
 * arrived; what it refuses, such as another BASE_URL, is found elsewhere.
 */
export function judgeNotice(answer: Answer | NoAnswer, url: URL): Finding | undefined {
  const stopped = judgeArrival(answer, url);
  if (stopped !== undefined || answer.kind === "failed") return stopped;
  const isOwnRefusal = answer.status === 400 && headerOf(answer, "content-type")?.startsWith(PROBLEM_TYPE);
  if (answer.status === 202 || isOwnRefusal === true) return undefined;
  return { kind: "no-post", detail: `answered ${answer.status}` };
}

function judgePage(html: string, url: URL): Finding | undefined {
  const [rewritten] = REWRITTEN.exec(html) ?? [];
  const foreign = html.match(SCRIPT)?.find((tag) => {
    // Data about a release, which no browser runs.
    if (/^<script type="application\/ld\+json">$/i.test(tag)) return false;
    const [, source] = /\bsrc\s*=\s*["']?([^"'\s>]+)/i.exec(tag) ?? [];
    // Our own pages run no script of their own, and load only from the service.
    const from = source === undefined ? undefined : URL.parse(source, url);
    return from === undefined || from?.origin !== url.origin || from.pathname.startsWith("/cdn-cgi/");
  });
  const seen = rewritten ?? foreign;
  return seen === undefined ? undefined : { kind: "injected", detail: seen };
}

/** What is wrong with robots.txt. A service without one lets every crawler in. @param robots the agents that must get in */
export function judgeRobots(
  answer: Answer | NoAnswer,
  url: URL,
  robots: readonly string[],
): Finding | undefined {
  if (answer.kind === "answered" && answer.status === 404) return undefined;
  const fault = judgeAnswer(answer, url, "text/plain");
  if (fault !== undefined)
    return fault.kind === "html" ? { kind: "foreign-robots", detail: "an HTML page" } : fault;
  const { body } = answer as Answer;
  if (/BEGIN Cloudflare Managed content/i.test(body)) {
    return { kind: "managed-robots", detail: "“BEGIN Cloudflare Managed content”" };
  }
  const turnedAway = robots.filter((robot) => isDisallowed(body, robot));
  if (turnedAway.length === 0) return undefined;
  return { kind: "robots-disallow", detail: `Disallow: / for ${turnedAway.join(", ")}` };
}

/** Whether the group of an agent, or else that of `*`, disallows everything (RFC 9309, 2.2). */
function isDisallowed(robots: string, agent: string): boolean {
  const groups: { agents: string[]; rules: string[] }[] = [];
  let hasRules = true;
  for (const line of robots.split(/\r?\n/)) {
    const [, field = "", value = ""] = /^\s*(user-agent|disallow|allow)\s*:\s*([^#]*)/i.exec(line) ?? [];
    if (field.toLowerCase() === "user-agent") {
      if (hasRules) groups.push({ agents: [], rules: [] });
      hasRules = false;
      groups.at(-1)?.agents.push(value.trim().toLowerCase());
    } else if (field !== "") {
      hasRules = true;
      groups.at(-1)?.rules.push(`${field.toLowerCase()}:${value.trim()}`);
    }
  }
  const rulesFor = (name: string): string[] =>
    groups.filter(({ agents }) => agents.includes(name)).flatMap(({ rules }) => rules);
  const own = rulesFor(agent.toLowerCase());
  const rules = own.length > 0 ? own : rulesFor("*");
  return rules.includes("disallow:/") && !rules.includes("allow:/");
}

/** The first value of a header; null if it is not there. */
export function headerOf({ headers }: Answer, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
