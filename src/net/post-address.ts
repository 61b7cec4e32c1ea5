import ipaddr from "ipaddr.js";
import { isMetadataService } from "./addresses.ts";

/** Inside: reached only where the operator says that the receiver is inside. */
const inside = new Set(["loopback", "private", "uniqueLocal", "carrierGradeNat"]);

/**
 * Why nothing is posted to an address, or undefined when something may be (SSRF, Standard Webhooks 1.0.0): link-local,
 * metadata, multicast and reserved ones never; loopback and private ones where `allowPrivate` says so. IPv6 addresses that
 * hold an IPv4 address are judged by that.
 */
export function whyNotPost(text: string, allowPrivate: boolean): string | undefined {
  if (!ipaddr.isValid(text)) return "it is no address";
  const address = embedded(ipaddr.process(text));
  // Proxies in China answer every name with an address of the benchmark range and send it on.
  const range = address.kind() === "ipv4" && address.match(ipaddr.parseCIDR("198.18.0.0/15")) ? "private" : address.range();
  if (range !== "unicast" && !inside.has(range)) return `it is ${range}`;
  if (isMetadataService(text)) return "it is a metadata service";
  if (range === "unicast") return undefined;
  return allowPrivate ? undefined : `it is ${range}; write allow_private: true if the receiver is inside`;
}

/** RFC 6052: the last four bytes of 64:ff9b::/96. */
function embedded(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6) || address.range() !== "rfc6052") return address;
  return ipaddr.fromByteArray(address.toByteArray().slice(12));
}
