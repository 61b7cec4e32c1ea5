import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * An address as the DNS has it backwards, below `in-addr.arpa`, `ip6.arpa` (RFC 1035 3.5, RFC 3596 2.5) or a DNS list (RFC 5782
 * 2.1, 2.4): `1.2.0.192`, 32 nibbles. Undefined for what is no address.
 */
export function reversed(address: string): string | undefined {
  switch (isIP(address)) {
    case 4:
      return address.split(".").toReversed().join(".");
    case 6: {
      if (address.includes("%")) return undefined;
      const bytes = ipaddr.IPv6.parse(address).toByteArray();
      const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 15]);
      return nibbles
        .toReversed()
        .map((nibble) => nibble.toString(16))
        .join(".");
    }
    default:
      return undefined;
  }
}

/** The name that PTR records of an address are asked for by. */
export function ptrName(address: string): string | undefined {
  const name = reversed(address);
  return name && `${name}.${isIP(address) === 4 ? "in-addr" : "ip6"}.arpa`;
}
