/**
 * Who asks, for limits by client.
 */
import ipaddr from "ipaddr.js";

/** The client's IP address; of IPv6 its /64, which is the least that one client has. */
export function clientOf(request: Headers): string {
  const given = request.get("cf-connecting-ip") ?? "";
  if (!ipaddr.isValid(given)) return "unknown";
  const address = ipaddr.process(given);
  return address.kind() === "ipv4" ? address.toString() : address.toByteArray().slice(0, 8).join(".");
}
