import { domainToASCII } from "node:url";

/** How many CNAMEs are followed from one question; unbound stops at 11, BIND at 16. */
export const maxAliases = 12;

/**
 * A name as it is asked: A-labels, lower case, without the final dot; "" is the root. Undefined when it can be no name:
 * an empty label, a label over 63 or a name over 253 octets (RFC 1035 2.3.4), a label that IDNA refuses.
 */
export function asciiName(name: string): string | undefined {
  const dotted = name
    .replace(/[。．｡]/g, ".")
    .replace(/\.$/, "")
    .toLowerCase();
  if (dotted === "") return "";
  const labels: string[] = [];
  for (const label of dotted.split(".")) {
    // Label by label and only where needed: domainToASCII reads whole names as hosts of a URL, which turns
    // `10/8.1.2.3` into an address and cuts `a/b.com` at the slash.
    const ascii = isAscii(label) ? label : domainToASCII(label);
    if (ascii.length === 0 || ascii.length > 63 || ascii.includes(".")) return undefined;
    labels.push(ascii);
  }
  const whole = labels.join(".");
  return whole.length > 253 ? undefined : whole;
}

// oxlint-disable-next-line no-control-regex -- all of ASCII is meant
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** The name without its first label; undefined above the root. */
export function parentOf(name: string): string | undefined {
  if (name === "") return undefined;
  const dot = name.indexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1);
}
