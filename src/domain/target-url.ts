/**
 * Where a delivery may go (CONTRACT 7). A public service that posts to any URL it is given is a way
 * into the networks beside it, so a target must look like a public https endpoint in every spelling.
 */
import ipaddr from "ipaddr.js";
import { URL_CHARS_MAX } from "./limits.ts";

/** `deny`: public targets only. `loopback`: this machine's own too, by any port, for development. */
export type LocalTargets = "deny" | "loopback";

/** `isLocal`: it is on this machine, and may be by {@link LocalTargets}. */
export type TargetCheck = { ok: true; url: URL; isLocal: boolean } | { ok: false; reason: string };

const INTERNAL_NAME = /(?:^|\.)(?:localhost|local|internal|localdomain|home\.arpa|onion|test|invalid)$/;

// Global by IANA's registries although their parents are not; ipaddr.js counts them in (2.5.0).
const GLOBAL_EXCEPTIONS = [
  "2001:1::1/128",
  "2001:1::2/128",
  "2001:1::3/128",
  "2001:3::/32",
  "2001:4:112::/48",
  "2001:20::/28",
  "2001:30::/28",
  "100:0:0:1::/64",
].map((range) => ipaddr.IPv6.parseCIDR(range));
// Special by IANA's registries, RFC 4291, 6052 and 5214, and counted as ordinary by ipaddr.js (2.5.0).
const SPECIAL = [
  "::/96", // IPv4-compatible, deprecated
  "::ffff:0:0:0/96", // IPv4-translated, RFC 2765
  "64:ff9b::/32", // translation, well-known and local
  "100::/64", // discard
  "2001::/23", // IETF protocol assignments
  "2002::/16", // 6to4: carries any IPv4 address
  "3fff::/20", // documentation
  "5f00::/16", // segment routing
  "fec0::/10", // site-local, deprecated
].map((range) => ipaddr.IPv6.parseCIDR(range));

/**
 * Judges a target by its spelling alone; a name that resolves to an inside address is not seen here.
 *
 * @param text the URL as the subscriber gave it
 * @returns the parsed URL, or in plain words why it is refused
 */
export function judgeTarget(text: string, local: LocalTargets): TargetCheck {
  if (text.length > URL_CHARS_MAX) return refuse(`must have ${URL_CHARS_MAX} characters at most`);
  const url = URL.parse(text);
  if (url === null) return refuse("must be an absolute https URL");
  if (url.username || url.password) return refuse("must not carry a user name or password");
  if (url.hash || text.includes("#")) return refuse("must not have a fragment");

  const host = url.hostname.replace(/\.$/, "").replace(/^\[|\]$/g, "");
  if (local === "loopback" && isLoopback(host)) {
    return url.protocol === "http:" || url.protocol === "https:"
      ? { ok: true, url, isLocal: true }
      : refuse("must be an http or https URL");
  }
  if (url.protocol !== "https:") return refuse("must be an https URL");
  if (url.port !== "") return refuse("must use the default port");
  if (ipaddr.isValid(host)) {
    return isPublicAddress(host)
      ? { ok: true, url, isLocal: false }
      : refuse("must not point to a special or private address");
  }
  if (INTERNAL_NAME.test(host)) return refuse("must not point to a local or internal name");
  if (!host.includes(".")) return refuse("must have a full domain name");
  return { ok: true, url, isLocal: false };
}

/** Whether an IPv4 or IPv6 address, in any spelling that ipaddr.js reads, is one on the public internet. */
export function isPublicAddress(text: string): boolean {
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return address.range() === "unicast";
  if (GLOBAL_EXCEPTIONS.some((range) => address.match(range))) return true;
  if (SPECIAL.some((range) => address.match(range))) return false;
  // Only 2000::/3 is handed out at all.
  return address.range() === "unicast" && (address.parts[0] ?? 0) >> 13 === 1;
}

function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  if (!ipaddr.isValid(host)) return false;
  return ipaddr.process(host).range() === "loopback";
}

function refuse(reason: string): TargetCheck {
  return { ok: false, reason };
}

/** Whom a target belongs to, by its name: one that ends in the root's dot is the same. */
export function hostOf(url: string): string {
  return new URL(url).host.replace(/\.(?=:|$)/, "");
}
