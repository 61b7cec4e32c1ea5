import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Does a PTR name only spell the address, as those of lines and clouds do that nobody has named? IPv4 in decimal or hex, IPv6 in hex. */
export function isGenericName(name: string, address: string): boolean {
  const text = name.toLowerCase();
  switch (isIP(address)) {
    case 4: {
      const octets = address.split(".").map(Number);
      const hex = octets.map((octet) => octet.toString(16).padStart(2, "0")).join("");
      return [octets, octets.toReversed()].some((order) => spelled(text, order)) || text.includes(hex);
    }
    case 6: {
      const bytes = ipaddr.IPv6.parse(address).toByteArray();
      const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
      const nibbles = text.replace(/[-.]/g, "");
      return nibbles.includes(hex.slice(16)) || nibbles.includes(hex.slice(16).split("").toReversed().join(""));
    }
    default:
      return false;
  }
}

/** `203-0-113-5`, `203.0.113.5`, `203x000x113x005`, `203000113005`. */
function spelled(text: string, octets: readonly number[]): boolean {
  const apart = new RegExp(`(?<!\\d)${octets.map((octet) => `0{0,2}${octet}`).join("[-._x]")}(?!\\d)`);
  return apart.test(text) || text.includes(octets.map((octet) => String(octet).padStart(3, "0")).join(""));
}

/** Letters, digits and hyphens in at least two labels, the last of them no number: a name that HELO may give (RFC 5321 4.1.1.1). */
export const isSendingName = (name: string): boolean =>
  isIP(name) === 0 && name.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/i.test(name);

/** The name in an SMTP greeting (RFC 5321 4.2: `220 <domain> text`); undefined where there is none that could be a host's. */
export function greetingName(line: string): string | undefined {
  const [, name] = /^220[ -](\S{1,253})(?:\s|$)/.exec(line) ?? [];
  return name !== undefined && isSendingName(name) ? name.toLowerCase() : undefined;
}

/** The same address, however it is written. */
export const sameAddress = (one: string, other: string): boolean =>
  isIP(one) !== 0 && isIP(one) === isIP(other) && ipaddr.parse(one).toString() === ipaddr.parse(other).toString();
