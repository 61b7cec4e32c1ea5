import ipaddr from "ipaddr.js";

/** A range in CIDR notation that cannot be read. */
export class AddressRangeError extends Error {
  override readonly name = "AddressRangeError";
}

/** Where clouds answer questions about the machine, passwords included. Some are ordinary unicast addresses. */
const metadata = new Set(["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"]);

/** RFC 4291 section 2.4, IANA: all that is routed. Outside of it are old forms such as `::7f00:1`, which holds 127.0.0.1. */
const routed = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Tells whether an address is reachable from the public internet: global unicast as ipaddr.js has it (IANA's special-purpose
 * registries), where IPv4-mapped and translated IPv6 addresses count as the IPv4 address inside. What is no address is not public,
 * and a metadata service never is, whatever the ranges say.
 * @param publicRanges CIDR ranges or single addresses that count as public here (`settings.network.public`)
 * @throws AddressRangeError for a range that cannot be read
 */
export function createAddressPolicy(publicRanges: readonly string[] = []): (address: string) => boolean {
  const ranges = publicRanges.map(readRange);
  return (text) => {
    // Only whole dotted IPv4: ipaddr.js would read "1.2" and "0x7f.1" as addresses too.
    if (!ipaddr.IPv6.isValid(text) && !ipaddr.IPv4.isValidFourPartDecimal(text)) return false;
    const address = inner(ipaddr.parse(text));
    if (metadata.has(address.toString())) return false;
    if (ranges.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits))) return true;
    return address.range() === "unicast" && (address instanceof ipaddr.IPv4 || address.match(routed));
  };
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The IPv4 address that an IPv6 address stands for (RFC 4291 2.5.5.2, RFC 6052, RFC 3056), or itself. */
function inner(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === "rfc6052" && bytes.slice(4, 12).every((byte) => byte === 0)) return ipaddr.fromByteArray(bytes.slice(12));
  return address;
}

/** For who connects where a person says, loopback and private addresses included. */
export const isMetadataService = (text: string): boolean =>
  ipaddr.isValid(text) && metadata.has(inner(ipaddr.parse(text)).toString());

function readRange(text: string): [Address, number] {
  try {
    if (text.includes("/")) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  } catch (cause) {
    throw new AddressRangeError(`"${text}" is no address range; write it like 10.0.0.0/8 or fd00::/8`, { cause });
  }
}
