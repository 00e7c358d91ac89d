/**
 * Recognises where not a server but the protection in front of it has answered. A program cannot pass a challenge, so
 * the operator of that protection must let the program through.
 */

/** `challenge`: a page that only a browser can pass. `block`: a page that refuses for good. */
export type EdgeRefusal = "challenge" | "block";

/** Statuses with which protections refuse. */
const STATUSES = new Set([403, 429, 503]);
const CHALLENGE_PAGE =
  /<title>Just a moment|\/cdn-cgi\/challenge-platform\/|_cf_chl_opt|cf-chl-|<title>Attention Required! \| Cloudflare|Checking (?:if the site connection is secure|your browser before accessing)/i;
const BLOCK_PAGE = /Sorry, you have been blocked|<title>Access denied \| |cf-error-details|Error 1020/i;

/** What to do at Cloudflare, for the owner of the host that challenges. */
export const CHALLENGE_REMEDY =
  "at Cloudflare, switch off Bot Fight Mode for that zone, because no rule can skip it; let a WAF rule, Super Bot Fight Mode or Under Attack mode skip this path";
export const BLOCK_REMEDY =
  "look for the request in Cloudflare's Security Events, and let the rule that is named there skip this path";

/**
 * @param mitigated the header `cf-mitigated`
 * @param body at least its beginning
 */
export function edgeRefusal(status: number, mitigated: string | null, body: string): EdgeRefusal | undefined {
  if (mitigated === "challenge") return "challenge";
  if (!STATUSES.has(status)) return undefined;
  // A page that blocks also loads Cloudflare's scripts.
  if (BLOCK_PAGE.test(body)) return "block";
  return CHALLENGE_PAGE.test(body) ? "challenge" : undefined;
}
