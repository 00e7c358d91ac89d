/**
 * Clients by network. A provider gives a household an IPv6 /56 and a site a /48, so limits count for the
 * networks around an address too. A client is a text whose prefixes are those networks: stored rows are
 * counted for any of them with one index.
 */
import ipaddr from "ipaddr.js";

/**
 * The smallest network that one customer gets, an IPv4 address or an IPv6 /64, in hexadecimal digits.
 *
 * @returns undefined if the text is no address
 */
export function clientAt(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  const digits = Uint8Array.from(parsed.toByteArray()).toHex();
  return parsed.kind() === "ipv4" ? `4:${digits}` : `6:${digits.slice(0, 16)}`;
}

/**
 * The networks of a client, narrowest first: an IPv6 /64, its /56 and its /48, or an IPv4 address and its /24.
 * Each is a prefix of the one before.
 */
export function networksOf(client: string): string[] {
  if (client.startsWith("6:")) return [client, client.slice(0, -2), client.slice(0, -4)];
  return client.startsWith("4:") ? [client, client.slice(0, -2)] : [client];
}

/** The first text after all clients of a network, for the range of an index. */
export function endOfNetwork(network: string): string {
  return `${network}~`;
}

/** The widest network of a client. */
export function widestNetworkOf(client: string): string {
  return networksOf(client).at(-1) ?? client;
}
