/**
 * Looks up the addresses of a host over HTTPS (DNS-over-HTTPS). `fetch` resolves names by itself and
 * does not report the address, so a name that looks public could lead to a private network. `fetch` may
 * see another address a moment later: this check narrows the attack to a race, and the platform's
 * `global_fetch_strictly_public` flag is the second guard.
 */
import ipaddr from "ipaddr.js";
import * as z from "zod/mini";
import { isPublicAddress } from "../domain/target-url.ts";

/** The resolver gave no usable answer: a failure of ours, not of the endpoint. */
export class ResolverError extends Error {}

export interface ResolutionTools {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** A server that speaks `application/dns-json`, such as https://cloudflare-dns.com/dns-query. */
  resolver: string;
  signal: AbortSignal;
}

/**
 * `private` if any address is special or private; `none` if the host has no address; `broken` if its zone does
 * not answer for one kind of address: `fetch` may later see one that this look-up did not.
 */
export type Resolution = "public" | "private" | "none" | "broken";

const A = 1;
const AAAA = 28;
const NO_ERROR = 0;
const NXDOMAIN = 3;

/** The JSON of Cloudflare and Google, a subset of RFC 8427. */
const dnsAnswer = z.object({
  Status: z.number(),
  Answer: z.optional(z.array(z.object({ type: z.number(), data: z.string() }))),
});

/**
 * Looks up IPv4 and IPv6 addresses.
 *
 * @param host a name, or an address, which is not looked up
 * @throws {ResolverError} if the resolver fails
 */
export async function resolveHost(host: string, tools: ResolutionTools): Promise<Resolution> {
  const name = host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (ipaddr.isValid(name)) return isPublicAddress(name) ? "public" : "private";
  const found = await Promise.all([lookUp(name, A, tools), lookUp(name, AAAA, tools)]);
  if (found.includes("broken")) return "broken";
  const addresses = found.flat();
  if (addresses.length === 0) return "none";
  return addresses.every((address) => ipaddr.isValid(address) && isPublicAddress(address))
    ? "public"
    : "private";
}

async function lookUp(name: string, type: number, tools: ResolutionTools): Promise<string[] | "broken"> {
  const url = new URL(tools.resolver);
  url.searchParams.set("name", name);
  url.searchParams.set("type", String(type));
  let json: unknown;
  try {
    const response = await tools.fetch(url.href, {
      headers: { accept: "application/dns-json" },
      redirect: "manual",
      signal: tools.signal,
    });
    if (!response.ok) {
      // An unread body would hold one of the platform's six connections.
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    json = await response.json();
  } catch (error) {
    throw new ResolverError(`the DNS resolver ${url.host} failed: ${String(error)}`, { cause: error });
  }
  const parsed = z.safeParse(dnsAnswer, json);
  if (!parsed.success)
    throw new ResolverError(`the DNS resolver ${url.host} answered something that is not DNS JSON`);
  if (parsed.data.Status === NXDOMAIN) return [];
  if (parsed.data.Status !== NO_ERROR) return "broken";
  return (parsed.data.Answer ?? []).filter((record) => record.type === type).map(({ data }) => data);
}
