import type { Ask, DnsAnswer } from "../model/dns.ts";
import { isDmarcRecord } from "./dmarc-record.ts";
import { textsOf } from "./txt-answer.ts";

/** What DNS says about sending reports of one domain to another one. */
export type Authorisation =
  | { readonly kind: "yes" }
  | { readonly kind: "no"; readonly name: string }
  | { readonly kind: "unanswered"; readonly answer: DnsAnswer };

/**
 * May reports about `policyDomain` go to addresses of `destination`? It says so by a TXT `v=DMARC1` at
 * `<policy-domain>._report._dmarc.<destination>`, where a wildcard counts (RFC 9990 section 3.2.3; RFC 7489 7.1).
 */
export async function authorises(
  destination: string,
  policyDomain: string,
  ask: Ask,
  signal: AbortSignal,
): Promise<Authorisation> {
  const name = `${policyDomain}._report._dmarc.${destination}`;
  const answer = await ask(name, "TXT", { signal, confirm: true });
  if (answer.outcome === "failed") return { kind: "unanswered", answer };
  return textsOf(answer).some(isDmarcRecord) ? { kind: "yes" } : { kind: "no", name };
}

/** Can a domain receive mail at all: an MX that is not the null MX, or an address (RFC 5321 5.1, RFC 7505)? */
export async function takesMail(domain: string, ask: Ask, signal: AbortSignal): Promise<Authorisation> {
  const mx = await ask(domain, "MX", { signal, confirm: true });
  if (mx.outcome === "failed") return { kind: "unanswered", answer: mx };
  if (mx.outcome === "records") {
    return mx.records.some((record) => record.exchange !== "") ? { kind: "yes" } : { kind: "no", name: domain };
  }
  if (mx.outcome === "nxdomain") return { kind: "no", name: domain };
  const addresses = await Promise.all([
    ask(domain, "A", { signal, confirm: true }),
    ask(domain, "AAAA", { signal, confirm: true }),
  ]);
  if (addresses.some((answer) => answer.outcome === "records")) return { kind: "yes" };
  const failed = addresses.find((answer) => answer.outcome === "failed");
  return failed === undefined ? { kind: "no", name: domain } : { kind: "unanswered", answer: failed };
}
