/**
 * The URLs that deliveries may go to. A service that posts to any URL opens a way into the networks around
 * it, so a target must be a public https URL, in every spelling of its address.
 */
import ipaddr from "ipaddr.js";
import { HOST_CHARS_MAX, URL_CHARS_MAX } from "./limits.ts";

/**
 * `deny`: public targets only. `loopback`: also this machine, on any port, for development; with a port, on any
 * other port: that one is the service's own.
 */
export type LocalTargets = "deny" | "loopback" | { except: readonly number[] };

/** `isLocal`: the target is on this machine, and {@link LocalTargets} allows it. */
export type TargetCheck = { ok: true; url: URL; isLocal: boolean } | { ok: false; reason: string };

/** Special-use names (RFC 6761 and later), names that networks use inside, and clouds' metadata services. */
const INTERNAL_NAME =
  /(?:^|\.)(?:localhost|local|internal|localdomain|arpa|onion|alt|test|invalid|lan|home|corp|private|metadata\.goog)$/;

// Global in IANA's registries although their parent ranges are not (ipaddr.js 2.5.0 treats them as special).
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
// Special in IANA's registries and RFC 4291, 6052 and 5214 (ipaddr.js 2.5.0 treats them as ordinary).
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
 * Judges a target by its spelling alone. A name that resolves to an internal address is not noticed here.
 *
 * @param text the URL as given
 * @returns the parsed URL, or the reason for the refusal
 */
export function checkTargetUrl(text: string, local: LocalTargets): TargetCheck {
  if (text.length > URL_CHARS_MAX) return refuse(`must have at most ${URL_CHARS_MAX} characters`);
  const url = URL.parse(text);
  if (url === null) return refuse("must be an absolute https URL");
  // One character can become nine: what is stored and sent is the encoded form.
  if (url.href.length > URL_CHARS_MAX) return refuse(`must have at most ${URL_CHARS_MAX} bytes when encoded`);
  if (url.username || url.password) return refuse("must not carry a user name or password");
  if (url.hash || text.includes("#")) return refuse("must not have a fragment");

  const host = url.hostname.replace(/\.$/, "").replace(/^\[|\]$/g, "");
  // One dot at the end is the root. A second one would hide a name from a comparison.
  if (host !== "" && host.split(".").includes(""))
    return refuse("must not have an empty part in its host name");
  if (host.length > HOST_CHARS_MAX) return refuse(`must have a host of at most ${HOST_CHARS_MAX} characters`);
  if (local !== "deny" && (host === "localhost" || isLoopbackAddress(host))) {
    if (url.protocol !== "http:" && url.protocol !== "https:") return refuse("must be an http or https URL");
    return typeof local === "object" && local.except.includes(portOf(url))
      ? refuse("must not point to this service")
      : { ok: true, url, isLocal: true };
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
  // IANA assigns global addresses from 2000::/3 only.
  return address.range() === "unicast" && (address.parts[0] ?? 0) >> 13 === 1;
}

function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "http:" ? 80 : 443) : Number(port);
}

/** Whether a text is an address of the machine itself. */
export function isLoopbackAddress(text: string): boolean {
  return ipaddr.isValid(text) && ipaddr.process(text).range() === "loopback";
}

function refuse(reason: string): TargetCheck {
  return { ok: false, reason };
}

/** Whether a host of a URL, or an address to listen at, leads to this machine alone. */
export function isThisMachine(host: string): boolean {
  return host === "localhost" || isLoopbackAddress(host.replace(/^\[|\]$/g, ""));
}

/** One spelling of a target: encoded, and without the dot that may end its host name. */
export function canonicalTarget(text: string): string {
  const url = new URL(text);
  if (url.hostname.endsWith(".")) url.hostname = url.hostname.slice(0, -1);
  return url.href;
}

/** A target whose path and query are a secret, as people may see it: `https://hooks.slack.com/…` */
export function maskedTarget(url: string): string {
  return `${new URL(canonicalTarget(url)).origin}/…`;
}

/** The host of a target, with its port. A trailing dot of the name is dropped. */
export function hostOf(url: string): string {
  return new URL(url).host.replace(/\.(?=:|$)/, "");
}
