import ipaddr from "ipaddr.js";

/** Where clouds answer questions about the machine, passwords included; beside the link-local 169.254.169.254. */
const metadata = new Set(["100.100.100.200", "168.63.129.16", "fd00:ec2::254"]);

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
  if (metadata.has(address.toString())) return "it is a metadata service";
  if (range === "unicast") return undefined;
  if (!inside.has(range)) return `it is ${range}`;
  return allowPrivate ? undefined : `it is ${range}; write allow_private: true if the receiver is inside`;
}

/** Some are ordinary unicast addresses: whoever connects where a zone says has to ask this too. */
export const isMetadataService = (text: string): boolean =>
  ipaddr.isValid(text) && metadata.has(embedded(ipaddr.process(text)).toString());

/** RFC 6052: the last four bytes of 64:ff9b::/96. */
function embedded(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6) || address.range() !== "rfc6052") return address;
  return ipaddr.fromByteArray(address.toByteArray().slice(12));
}
