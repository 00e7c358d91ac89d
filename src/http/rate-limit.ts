/**
 * How many endpoints a client may have asked for their proof: until one has proved itself, all we know
 * is that somebody gave us its address, and a sender of requests to addresses of anybody's choice is a
 * weapon.
 */
import type { Context } from "hono";
import { hostOf } from "../domain/target-url.ts";
import { HANDSHAKES_PERIOD_SECONDS } from "./limits.ts";
import { isAdmin } from "./auth.ts";
import { problem } from "./problem.ts";
import ipaddr from "ipaddr.js";

/**
 * Counts one more handshake with a URL, unless the office begins it. Only what is about to begin counts:
 * a claim that leads to nothing must not keep a host's desks waiting.
 *
 * @param url of a target that was judged
 * @returns the answer where it is one too many
 */
export async function checkVerificationRate(
  c: Context<{ Bindings: Env }>,
  url: string,
): Promise<Response | undefined> {
  if (await isAdmin(c)) return undefined;
  const ofClient = await c.env.HANDSHAKES_OF_CLIENT.limit({ key: clientOf(c.req.raw.headers) });
  if (!ofClient.success) return tooMany(c, "Too many endpoints were asked for their proof from your address");
  const host = hostOf(url);
  const atHost = await c.env.HANDSHAKES_AT_HOST.limit({ key: host });
  return atHost.success ? undefined : tooMany(c, `Too many endpoints at ${host} were asked for their proof`);
}

function tooMany(c: Context, what: string): Response {
  return problem(c, {
    status: 429,
    title: "Too many requests",
    detail: `${what} in the last minute. Nothing was changed; try again in a minute.`,
    headers: { "retry-after": String(HANDSHAKES_PERIOD_SECONDS) },
  });
}

// FOLDED: Who asks, for limits by client.

/** The client's IP address; of IPv6 its /64, which is the least that one client has. */
export function clientOf(request: Headers): string {
  const given = request.get("cf-connecting-ip") ?? "";
  if (!ipaddr.isValid(given)) return "unknown";
  const address = ipaddr.process(given);
  return address.kind() === "ipv4" ? address.toString() : address.toByteArray().slice(0, 8).join(".");
}
