import type { CheckContext } from "../model/check.ts";
import { DialError, type TlsPeer } from "../model/connection.ts";
import type { DnsAnswer } from "../model/dns.ts";
import { resolveAddresses } from "./resolve-addresses.ts";
import { lookAtMx, type MxLook } from "./mx-session.ts";
import { certificateProblem } from "./tls.ts";

/** Internet.nl looks at ten; of the addresses of a host three say enough about its certificate. */
const maxHosts = 10;
const maxAddressesPerHost = 3;

/** Where mail for a domain goes. */
export interface MxHosts {
  readonly answer: DnsAnswer<"MX">;
  /** Lower case, the preferred first, each once, at most ten. The domain itself where there is no MX record. */
  readonly hosts: readonly string[];
  /** The null MX (RFC 7505): no mail is taken. */
  readonly none: boolean;
}

export async function mxHosts(ctx: Pick<CheckContext, "ask">, domain: string, signal: AbortSignal): Promise<MxHosts> {
  // Without MX records the domain itself is the host: what follows from that must not rest on one resolver's word.
  return hostsOf(domain, await ctx.ask(domain, "MX", { confirm: true, signal }));
}

export function hostsOf(domain: string, answer: DnsAnswer<"MX">): MxHosts {
  const ordered = answer.records.toSorted((a, b) => a.priority - b.priority || a.exchange.localeCompare(b.exchange));
  const named = [...new Set(ordered.map((mx) => mx.exchange.toLowerCase()))];
  const implicit = answer.outcome === "nodata" ? [domain] : [];
  const hosts = [...named.filter(isHost), ...implicit].slice(0, maxHosts);
  return { answer, hosts, none: named.length === 1 && named[0] === "" };
}

/** An address in place of a name, and whatever else can be no host (RFC 1123 section 2.1): dns-mx tells about it. */
const isHost = (name: string): boolean => /^([\w-]+\.)+(?!\d+$)[\w-]+$/.test(name);

/** What port 25 of one address of a host showed. */
export type PresentedAt = { readonly host: string; readonly address: string } & (
  | { readonly kind: "presented"; readonly peer: TlsPeer }
  /** STARTTLS is not offered, or TLS did not come about. */
  | { readonly kind: "without-tls"; readonly reason: string }
  | { readonly kind: "not-seen"; readonly reason: string }
);

/** As smtp-mx has them when nobody says otherwise: then one look serves all. Milliseconds. */
const limits = { connect: 10_000, greeting: 30_000, session: 5_000 };

/**
 * Looks at the certificate that a mail server presents to other mail servers, at up to three of its public addresses, without
 * believing it: `peer.problem` says what it is worth to those who verify. An address of a family that we cannot use says nothing
 * while another one answers.
 */
export async function presentedBy(ctx: CheckContext, host: string, signal: AbortSignal): Promise<readonly PresentedAt[]> {
  let found: readonly string[];
  try {
    found = await resolveAddresses(ctx.ask, host, signal);
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    return [{ kind: "not-seen", host, address: "", reason: error.message }];
  }
  const addresses = found.filter((address) => ctx.isPublic(address)).slice(0, maxAddressesPerHost);
  if (addresses.length === 0) {
    return [{ kind: "not-seen", host, address: "", reason: `${host} has no public address (${found.join(", ")})` }];
  }
  const looks = await Promise.all(addresses.map((address) => lookAtMx(ctx, { host, address, port: 25 }, limits, signal)));
  const reached = looks.filter(({ state }) => state !== "no-way");
  return (reached.length > 0 ? reached : looks).map(shown);
}

/**
 * A certificate that somebody on the way has put there says nothing about the server: not seen. To be asked when all hosts have
 * been looked at, since the second one tells about the first.
 */
export function isIntercepted(look: PresentedAt): boolean {
  return look.kind === "presented" && certificateProblem(look.peer.problem) === "intercepted";
}

function shown({ host, address, reason, tls }: MxLook): PresentedAt {
  const at = { host, address };
  if (tls === undefined) return { ...at, kind: "not-seen", reason };
  if (tls.kind === "on") return { ...at, kind: "presented", peer: tls.peer };
  // What overwrites the offer may sit in our own network.
  return { ...at, kind: tls.kind === "off" ? "without-tls" : "not-seen", reason: tls.reason };
}
