/**
 * Limits by client: who a client is, and how many endpoints it may have verified.
 */
import ipaddr from "ipaddr.js";
import { hostOf } from "../domain/target-url.ts";
import { isAdmin } from "./auth.ts";
import type { Context } from "./context.ts";
import { VERIFICATIONS_PERIOD_SECONDS } from "./limits.ts";
import { problem } from "./problem.ts";

/** A client by its IPv4 address or its IPv6 /64, the smallest network that one customer gets. */
export function clientOf(request: Headers): string {
  const given = request.get("cf-connecting-ip") ?? "";
  if (!ipaddr.isValid(given)) return "unknown";
  const address = ipaddr.process(given);
  return address.kind() === "ipv4" ? address.toString() : address.toByteArray().slice(0, 8).join(".");
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
export async function checkVerificationRate(c: Context, url: string): Promise<Response | undefined> {
  if (await isAdmin(c)) return undefined;
  const byClient = await c.env.HANDSHAKES_OF_CLIENT.limit({ key: clientOf(c.req.raw.headers) });
  if (!byClient.success) return tooMany(c, "Too many verification requests came from your address");
  const host = hostOf(url);
  const atHost = await c.env.HANDSHAKES_AT_HOST.limit({ key: host });
  return atHost.success ? undefined : tooMany(c, `Too many endpoints at ${host} were asked for verification`);
}

function tooMany(c: Context, what: string): Response {
  return problem(c, {
    code: "too-many-verifications",
    detail: `${what} within a minute. Nothing was changed; try again in a minute.`,
    headers: { "retry-after": String(VERIFICATIONS_PERIOD_SECONDS) },
  });
}
