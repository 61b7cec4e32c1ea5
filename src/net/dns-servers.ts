import { Resolver } from "node:dns";
import { isIP } from "node:net";

/** One name server. `label` is how it is named in answers and evidence: `ip:port`, `[ip6]:port`. */
export interface DnsServer {
  readonly address: string;
  readonly port: number;
  readonly label: string;
}

/** A name server that cannot be read from the configuration. */
export class DnsServerError extends Error {
  override readonly name = "DnsServerError";
}

/**
 * Reads `ip`, `ip:port`, `ip6`, `[ip6]` or `[ip6]:port`.
 * @throws DnsServerError that names the remedy
 */
export function parseServer(text: string, defaultPort = 53): DnsServer {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^\]:]+|[^\]]*:[^\]]*:[^\]]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  // Without brackets an IPv6 address takes the whole text, so that a port behind it is not guessed.
  const address = isIP(text) === 6 ? text : (bracketed ?? plain ?? "");
  const number = isIP(text) === 6 || port === undefined ? defaultPort : Number(port);
  const family = isIP(address);
  if (family === 0 || (bracketed !== undefined && family !== 6) || number < 1 || number > 65_535) {
    throw new DnsServerError(
      `"${text}" is no name server; write its address, like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53`,
    );
  }
  return { address, port: number, label: family === 6 ? `[${address}]:${number}` : `${address}:${number}` };
}

/** The servers of the system as they are now: a new resolver of node:dns reads resolv.conf again. */
export function systemServers(): readonly DnsServer[] {
  const found: DnsServer[] = [];
  for (const text of new Resolver().getServers()) {
    try {
      found.push(parseServer(text));
    } catch {
      // A form that only the system understands; the others are asked.
    }
  }
  return found;
}
