/**
 * Where a name leads, asked over HTTPS: `fetch` resolves for itself and tells nobody, so a name that
 * looks public could lead inside. What is found here may differ from what `fetch` finds a moment
 * later; it narrows that hole to a race, and the platform's own guard stands behind it.
 */
import ipaddr from "ipaddr.js";
import * as z from "zod/mini";
import { isPublicAddress } from "../domain/target-url.ts";

/** Our resolver gave no answer: nobody's fault but ours. */
export class ResolverFault extends Error {}

export interface ResolutionTools {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** A DNS-over-HTTPS server that speaks `application/dns-json`, such as https://cloudflare-dns.com/dns-query. */
  resolver: string;
  signal: AbortSignal;
}

/** Whether a name leads outside, as far as can be known. */
export type Resolution = "public" | "inside" | "nowhere";

const A = 1;
const AAAA = 28;
const NO_ERROR = 0;

/** RFC 8427's little brother, as Cloudflare and Google answer it. */
const answer = z.object({
  Status: z.number(),
  Answer: z.optional(z.array(z.object({ type: z.number(), data: z.string() }))),
});

/**
 * Asks for both kinds of addresses; one of them inside is enough to refuse.
 *
 * @param host a name, or an address, which leads to itself
 * @throws {ResolverFault} if the resolver cannot be asked
 */
export async function resolveTarget(host: string, tools: ResolutionTools): Promise<Resolution> {
  const name = host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (ipaddr.isValid(name)) return isPublicAddress(name) ? "public" : "inside";
  const found = await Promise.all([ask(name, A, tools), ask(name, AAAA, tools)]);
  const addresses = found.flat();
  if (addresses.length === 0) return "nowhere";
  return addresses.every((address) => ipaddr.isValid(address) && isPublicAddress(address))
    ? "public"
    : "inside";
}

async function ask(name: string, type: number, tools: ResolutionTools): Promise<string[]> {
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
      // Unread, it would hold one of the platform's six connections.
      await response.body?.cancel();
      throw new Error(`it answered ${response.status}`);
    }
    json = await response.json();
  } catch (error) {
    throw new ResolverFault(`${url.host} could not be asked: ${String(error)}`, { cause: error });
  }
  const parsed = z.safeParse(answer, json);
  if (!parsed.success) throw new ResolverFault(`${url.host} answered what is no DNS answer`);
  // NXDOMAIN and a broken zone alike: there is no address to send to.
  if (parsed.data.Status !== NO_ERROR) return [];
  return (parsed.data.Answer ?? []).filter((record) => record.type === type).map(({ data }) => data);
}
