import { isIP, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";

/** A host name as A-labels in lower case, without a final dot; undefined where it is none (RFC 1035 2.3.4, RFC 5890). */
export function toHostName(text: string): string | undefined {
  const name = domainToASCII(text.trim().replace(/\.$/, "")).toLowerCase();
  if (name === "" || name.length > 253 || isIP(name) !== 0) return undefined;
  return name.split(".").every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label)) ? name : undefined;
}

/** A host name, or an IP address as it is. */
export const toHost = (text: string): string | undefined => (isIP(text) !== 0 ? text.toLowerCase() : toHostName(text));

export interface MailAddress {
  /** As it was written, the domain as A-labels in lower case: what is sent. */
  readonly address: string;
  /** Lower case: what ids are made of. */
  readonly id: string;
  readonly domain: string;
}

/** `local@domain` (RFC 5321 4.1.2, without quoted local parts). */
export function toMailAddress(text: string): MailAddress | undefined {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const domain = toHostName(text.slice(at + 1));
  if (at < 1 || local.length > 64 || domain === undefined || !/^[^\s@"(),:;<>[\\\]~\p{Cc}]+$/u.test(local)) return undefined;
  return { address: `${local}@${domain}`, id: `${local.toLowerCase()}@${domain}`, domain };
}

/** `host:port`, `[ip6]:port`; without a port the default one, where there is one. */
export function splitHostPort(text: string, defaultPort?: number): { readonly host: string; readonly port: number } | undefined {
  if (isIPv6(text)) return defaultPort === undefined ? undefined : { host: text.toLowerCase(), port: defaultPort };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = digits === undefined ? defaultPort : Number(digits);
  if (port === undefined || port > 65_535) return undefined;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed.toLowerCase(), port } : undefined;
  const host = plain === undefined ? undefined : toHost(plain);
  return host === undefined ? undefined : { host, port };
}

/** `host:port`, an IPv6 address in brackets. */
export const joinHostPort = (host: string, port: number): string => (isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`);

/** Does only this machine reach it? */
export const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
