/**
 * What the doctor can find, and the remedy of each.
 */
import { BLOCK_REMEDY, CHALLENGE_REMEDY } from "../../domain/edge-refusal.ts";

/** By kind: what is wrong, and what to do. */
export const FINDINGS = {
  "no-name": [
    "its name leads nowhere",
    "check the spelling; for a custom domain, deploy with its `routes` line in wrangler.toml",
  ],
  tls: [
    "TLS fails",
    "wait some minutes after the first deploy of a custom domain; then look at the zone's SSL/TLS certificates",
  ],
  late: [
    "no answer in time",
    "ask again later; if it stays so, look at the Worker's logs: npx wrangler tail",
  ],
  unreachable: ["it cannot be reached", "check --to, and what stands between: a proxy, a firewall"],
  "not-configured": [
    "the service is not configured",
    "run `npm run deploy`, which sends secrets that are missing; correct what it names in wrangler.toml",
  ],
  unhealthy: ["the service is not healthy", "do what the message says"],
  "not-ours": [
    "what answers is not a communique service",
    "check --to; a custom domain or a route of another Worker, or a proxy, may take the address",
  ],
  challenge: ["a page that only a browser can pass", CHALLENGE_REMEDY],
  block: [
    "a page that refuses",
    `${BLOCK_REMEDY}. A crawler may be refused only because it is imitated here: ask its own tool too, such as Google's URL inspection`,
  ],
  limited: [
    "refused as too many requests",
    "take the rate-limiting rule for this address off at Cloudflare: readers behind one address ask often",
  ],
  redirect: [
    "a redirect to another address",
    "give that address with --to, and set BASE_URL to it; or take the redirect rule off",
  ],
  loop: [
    "redirects that never end",
    "take one of the two rules off that send each other on: at Cloudflare mostly SSL/TLS mode Flexible (set Full), or a redirect rule",
  ],
  status: ["an unexpected status", "look at the Worker's logs: npx wrangler tail"],
  type: [
    "another content type",
    "take off the transform rule, proxy or cache that rewrites it: readers decide by it",
  ],
  "no-post": [
    "POST requests do not get through",
    "let POST pass to /hub, /subscribe and /api/: a firewall rule, a cache or a proxy may let GET alone through",
  ],
  html: [
    "HTML instead of the document",
    "find what answers in place of the service: a page rule, a proxy, a login",
  ],
  injected: [
    "something was written into the page",
    "switch off Email Address Obfuscation, Rocket Loader, Web Analytics and the like for this zone: they change the text that the office published",
  ],
  doubled: ["compressed twice", "let only one compress: take the compression of the proxy off"],
  broken: [
    "a body that is not what its content-encoding says",
    "take off what rewrites bodies or headers on the way",
  ],
  "no-etag": [
    "no ETag, so readers fetch the whole feed each time",
    "take off what strips it: a rule that removes the header, or a feature that rewrites bodies",
  ],
  "no-304": [
    "no 304 to a reader that has the newest version",
    "let ETag and If-None-Match pass unchanged; a weak ETag (W/) is fine",
  ],
  "base-url": [
    "links lead to another address",
    "set BASE_URL in wrangler.toml to the address that readers use, and deploy; or give that address with --to",
  ],
  "managed-robots": [
    "Cloudflare puts its own robots.txt in front",
    "switch off “Managed robots.txt” in the zone's settings for AI crawlers: it turns away GPTBot, ClaudeBot, CCBot and Google-Extended",
  ],
  "foreign-robots": [
    "a robots.txt that is not the service's",
    "find what answers in place of the service at /robots.txt",
  ],
  "robots-disallow": [
    "robots.txt turns crawlers away",
    "take the rule off, if the office wants to be found by them",
  ],
} as const satisfies Record<string, readonly [what: string, remedy: string]>;

export type FindingKind = keyof typeof FINDINGS;

/** One thing that keeps one client out. */
export interface Finding {
  kind: FindingKind;
  /** What exactly was seen. */
  detail: string;
}
