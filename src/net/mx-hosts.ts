import type { CheckContext } from "../model/check.ts";
import { type Connection, DialError, type TlsPeer } from "../model/connection.ts";
import type { DnsAnswer } from "../model/dns.ts";
import { isOwnSide } from "./connection-findings.ts";
import { resolveAddresses } from "./dial.ts";
import { askForTls } from "./starttls.ts";

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
  return hostsOf(domain, await ctx.ask(domain, "MX", { signal }));
}

export function hostsOf(domain: string, answer: DnsAnswer<"MX">): MxHosts {
  const ordered = answer.records.toSorted((a, b) => a.priority - b.priority || a.exchange.localeCompare(b.exchange));
  const named = [...new Set(ordered.map((mx) => mx.exchange.toLowerCase()))];
  const implicit = answer.outcome === "nodata" ? [domain] : [];
  const hosts = [...named.filter((name) => name !== ""), ...implicit].slice(0, maxHosts);
  return { answer, hosts, none: named.length === 1 && named[0] === "" };
}

/** What port 25 of one address of a host showed. */
export type MxLook = { readonly host: string; readonly address: string } & (
  | { readonly kind: "presented"; readonly peer: TlsPeer }
  /** STARTTLS is not offered, or TLS did not come about. */
  | { readonly kind: "without-tls"; readonly reason: string }
  | { readonly kind: "not-seen"; readonly reason: string }
);

/**
 * Looks at the certificate that a mail server presents to other mail servers, at up to three of its public addresses, without
 * believing it: `peer.problem` says what it is worth to those who verify. An address of a family that we cannot use says nothing
 * while another one answers.
 */
export async function lookAtHost(ctx: CheckContext, host: string, signal: AbortSignal): Promise<readonly MxLook[]> {
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
  const looks = await Promise.all(addresses.map((address) => lookAtAddress(ctx, host, address, signal)));
  const seen = looks.filter(({ ownSide }) => !ownSide);
  return (seen.length > 0 ? seen : looks).map(({ look }) => look);
}

async function lookAtAddress(
  ctx: CheckContext,
  host: string,
  address: string,
  signal: AbortSignal,
): Promise<{ readonly look: MxLook; readonly ownSide: boolean }> {
  const at = { host, address };
  let connection: Connection | undefined;
  try {
    connection = await ctx.dial({ host, port: 25, address, tls: "none", verify: false }, signal);
    const answer = await askForTls("smtp", connection, () => undefined);
    if (answer.kind === "missing") return { look: { ...at, kind: "without-tls", reason: "no STARTTLS" }, ownSide: false };
    if (answer.kind === "refused") return { look: { ...at, kind: "not-seen", reason: answer.reason }, ownSide: false };
    const peer = await connection.startTls({ servername: host, verify: false });
    ctx.note(`${host} ${address}: ${peer.protocol}, ${peer.problem ?? "accepted"}, ${peer.chain[0]?.fingerprint ?? ""}`);
    return { look: { ...at, kind: "presented", peer }, ownSide: false };
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    ctx.note(error.message);
    const kind = error.phase === "tls" && error.failure === "tls-failed" ? "without-tls" : "not-seen";
    return { look: { ...at, kind, reason: error.message }, ownSide: isOwnSide(error) };
  } finally {
    connection?.close();
  }
}
