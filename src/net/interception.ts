import { X509Certificate } from "node:crypto";
import { isIPv4 } from "node:net";
import { getDomain } from "tldts";
import type { PeerCertificate } from "../model/connection.ts";
import { extensionsOf } from "./certificate-extensions.ts";
import { isOfMozillasList, readChain } from "./certificate-chain.ts";

/** Node's codes for a chain that ends at nobody we know. */
const unknownAuthority: ReadonlySet<string> = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/**
 * Who vouches for a chain that was refused, in a form that is equal for equal authorities; undefined where it is no stranger to
 * the public: a root of Mozilla's list, or a server that forgot the intermediate certificate of a public authority (its own
 * certificate carries receipts of the public logs, which no inspecting firewall gets).
 * @param problem Node's code
 */
export function strangerOf(problem: string, chain: readonly PeerCertificate[]): string | undefined {
  if (!unknownAuthority.has(problem)) return undefined;
  const [leaf] = chain;
  const top = readChain(chain).path.at(-1);
  if (leaf === undefined || top === undefined) return undefined;
  const certificate = new X509Certificate(top.pem);
  if (isOfMozillasList(certificate) || extensionsOf(new X509Certificate(leaf.pem).raw).logged) return undefined;
  return top.issuer === top.subject
    ? `certificate ${top.fingerprint}`
    : `${top.issuer} ${extensionsOf(certificate.raw).authorityKey ?? ""}`;
}

/** A server that showed a certificate of a stranger. */
interface Sighting {
  readonly host: string;
  readonly networks: ReadonlySet<string>;
  readonly at: number;
}

const maxStrangers = 32;
const maxDomains = 32;
const maxNetworks = 16;
/** As long as the longest pause between two looks at a certificate that is not accepted, several times. */
const keptMs = 3_600_000;

export interface Strangers {
  /**
   * Remembers who showed this authority. What it returns tells which unrelated hosts did so within an hour of now, at most
   * three; asked later it knows of those that were seen later. Unrelated are hosts of different registrable domains in different
   * networks (/24, /48): one company with an authority of its own has its hosts in one domain, or its domains on one machine.
   */
  seen(authority: string, host: string, address: string): () => readonly string[];
}

/** @param now milliseconds of a monotonic clock */
export function createStrangers(now: () => number): Strangers {
  const authorities = new Map<string, Map<string, Sighting>>();
  return {
    seen(authority, host, address) {
      const byDomain = authorities.get(authority) ?? new Map<string, Sighting>();
      const domain = getDomain(host) ?? host;
      const networks = new Set([...(byDomain.get(domain)?.networks ?? []), networkOf(address)].slice(-maxNetworks));
      const own: Sighting = { host, networks, at: now() };
      // Deleted first: what was seen last is last, and the oldest makes room.
      byDomain.delete(domain);
      authorities.delete(authority);
      byDomain.set(domain, own);
      authorities.set(authority, byDomain);
      forget(byDomain, maxDomains);
      forget(authorities, maxStrangers);
      // The domain itself is never apart from itself.
      return () =>
        [...byDomain.values()]
          .filter((other) => now() - other.at < keptMs && areApart(own.networks, other.networks))
          .map((other) => other.host)
          .slice(-3);
    },
  };
}

/** An IPv4 address alone says nothing of where an IPv6 address is: without a family in common nothing is proven. */
function areApart(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  const familyOf = (network: string): boolean => network.includes(":");
  const shareFamily = [...some].some((one) => [...others].some((other) => familyOf(one) === familyOf(other)));
  return shareFamily && some.isDisjointFrom(others);
}

const networkOf = (address: string): string =>
  isIPv4(address) ? address.slice(0, address.lastIndexOf(".")) : `${groupsOf(address).slice(0, 3).join(":")}:`;

/** The first groups of an IPv6 address, `::` written out as far as it matters. */
function groupsOf(address: string): readonly string[] {
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  return tail === undefined ? groups : [...groups, "0", "0", "0"];
}

function forget(kept: Map<string, unknown>, most: number): void {
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
}

/** One for the process: it has one way to the world, and what sits on it opens the connections of all. */
export const strangers: Strangers = createStrangers(() => performance.now());
