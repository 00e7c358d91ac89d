/**
 * Limits by client: who a client is, how often it may wake the Newsroom, and how many endpoints it may have
 * verified. The numbers are in wrangler.toml.
 */
import { clientAt, networksOf } from "../domain/client-network.ts";
import { hostOf, isLoopbackAddress } from "../domain/target-url.ts";
import { isAdmin } from "./auth.ts";
import type { Context, Middleware } from "./context.ts";
import { RATE_LIMIT_PERIOD_SECONDS } from "./limits.ts";
import { problem } from "./problem.ts";

/**
 * The client of a request, of which `networksOf` gives the networks; null for this machine, which has no
 * limits. Cloudflare always names the address, and nobody can forge it there. A request from Cloudflare
 * without an address (a zone may have a rule that removes it) counts for one client called `unknown`.
 */
export function clientOf(request: Request): string | null {
  const address = request.headers.get("cf-connecting-ip");
  const isLocal = address === null ? request.cf === undefined : isLoopbackAddress(address);
  return isLocal ? null : (clientAt(address ?? "") ?? "unknown");
}

/** The rate limits of one kind of request, for the networks of a client, narrowest first. */
type NetworkLimits = readonly [RateLimit, RateLimit, RateLimit];

/**
 * Counts a request for each network of its client.
 *
 * @returns false if the limit of one of them is reached
 */
async function countForClient(c: Context, limits: NetworkLimits): Promise<boolean> {
  const client = clientOf(c.req.raw);
  if (client === null) return true;
  // One after the other: a request that its narrow network refuses must not use up the limit of its neighbours.
  for (const [level, key] of networksOf(client).entries()) {
    const result = await limits[level]?.limit({ key });
    if (result?.success === false) return false;
  }
  return true;
}

/** Refuses requests of a client that wakes the Newsroom or a Subscriber too often. The admin may. */
export function limitCalls(): Middleware {
  return async function limitCallsMiddleware(c, next) {
    return (await countCall(c)) ? next() : tooManyCalls(c);
  };
}

/**
 * Counts a request that wakes the Newsroom or a Subscriber. Requests that memory or KV answers are not counted.
 *
 * @returns false if the client sends too many; the admin never does
 */
export async function countCall(c: Context): Promise<boolean> {
  const { CALLS, CALLS_56, CALLS_48 } = c.env;
  return (await isAdmin(c)) || countForClient(c, [CALLS, CALLS_56, CALLS_48]);
}

export function tooManyCalls(c: Context): Response {
  return problem(c, {
    code: "too-many-requests",
    detail:
      "Your network sent too many requests within a minute. Nothing was changed; try again in a minute.",
    headers: { "access-control-allow-origin": "*", "retry-after": String(RATE_LIMIT_PERIOD_SECONDS) },
  });
}

/** Counts a new combination of filters. @returns false if the client asked for too many */
export function countNewList(c: Context): Promise<boolean> {
  return countForClient(c, [c.env.NEW_LISTS, c.env.NEW_LISTS_56, c.env.NEW_LISTS_48]);
}

/**
 * Counts one verification request that is about to be sent. Before an endpoint is verified, all that the
 * service knows is that a client named its URL: without a limit, clients could aim requests at anybody.
 * Admin requests are exempt.
 *
 * Call it last, when nothing else can refuse the request: a request that sends nothing must not use up the
 * host's limit.
 *
 * @param url a target that `checkTargetUrl` accepts
 * @returns the answer to give if the limit is reached
 */
export async function countVerification(c: Context, url: string): Promise<Response | undefined> {
  if (await isAdmin(c)) return undefined;
  const { HANDSHAKES_OF_CLIENT, HANDSHAKES_OF_CLIENT_56, HANDSHAKES_OF_CLIENT_48 } = c.env;
  const limits = [HANDSHAKES_OF_CLIENT, HANDSHAKES_OF_CLIENT_56, HANDSHAKES_OF_CLIENT_48] as const;
  if (!(await countForClient(c, limits))) {
    return tooManyVerifications(c, "Too many verification requests came from your network");
  }
  const host = hostOf(url);
  const atHost = await c.env.HANDSHAKES_AT_HOST.limit({ key: host });
  return atHost.success
    ? undefined
    : tooManyVerifications(c, `Too many endpoints at ${host} were asked for verification`);
}

/**
 * Counts one test event for the host of its endpoint, over all subscriptions there: each has a limit of its own, but
 * a client can have many. Admin requests are exempt.
 *
 * @returns the answer to give if the limit is reached
 */
export async function countTest(c: Context, url: string): Promise<Response | undefined> {
  if (await isAdmin(c)) return undefined;
  const host = hostOf(url);
  // Tests and verifications have the same limit, and are counted apart.
  const { success } = await c.env.HANDSHAKES_AT_HOST.limit({ key: `test ${host}` });
  if (success) return undefined;
  return problem(c, {
    code: "too-many-requests",
    detail: `Too many tests were sent to ${host} within a minute. Nothing was sent; try again in a minute.`,
    retryAfterSeconds: RATE_LIMIT_PERIOD_SECONDS,
  });
}

function tooManyVerifications(c: Context, what: string): Response {
  return problem(c, {
    code: "too-many-verifications",
    detail: `${what} within a minute. Nothing was changed; try again in a minute.`,
    headers: { "retry-after": String(RATE_LIMIT_PERIOD_SECONDS) },
  });
}
