import { z } from "zod";
import { type CaaPolicy, caaNamesOf, issuersFor, readCaa, writeCaa } from "../src/mail/caa.ts";
import { listed } from "../src/mail/txt-answer.ts";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { type Connection, DialError, type PeerCertificate } from "../src/model/connection.ts";
import type { AskOptions, CaaRecord, DnsAnswer } from "../src/model/dns.ts";
import { certificateData } from "../src/net/certificate-findings.ts";
import { resolveAddresses } from "../src/net/resolve-addresses.ts";
import { asciiName, parentOf } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";
import { mxHosts, presentedBy } from "../src/net/mx-hosts.ts";
import { askForTls, type StartTlsProtocol } from "../src/net/starttls.ts";
import { caaFindings } from "./dns-caa.texts.ts";

type Found = FoundFinding<keyof typeof caaFindings>;

const maxRecords = 30;
/** How far up is looked (RFC 8659 section 3): a host of a mail domain has fewer labels. */
const maxSteps = 8;
const maxHosts = 10;
const beforeTls: Readonly<Record<number, StartTlsProtocol>> = { 25: "smtp", 587: "smtp", 143: "imap", 110: "pop3" };

/** RFC 8659: may the authority that issued the present certificates renew them, and is what the domain says of use? */
export default defineCheck({
  id: "dns-caa",
  title: { en: "Certificates can be renewed (CAA)", zh: "证书可以续签（CAA 记录）" },
  measures: "posture",
  answers: "trusted",
  every: 6 * 3_600_000,
  deadline: 60_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    hosts: z
      .array(
        z.string().refine((text) => endpointOf(text) !== undefined, { error: "must be host:port, such as imap.example.com:993" }),
      )
      .max(maxHosts)
      .default([])
      .meta(
        explain({
          en: "Whose certificates must be allowed besides those of the mail servers at port 25, such as imap.example.com:993",
          zh: "除 25 端口的收信服务器外，还须允许签发哪些服务器的证书，例如 imap.example.com:993",
        }),
      ),
    receives: receivesOption,
  }),
  findings: caaFindings,
  metrics: {},
  target: ({ domain }) => domain,

  async run(ctx, { domain: written, hosts, receives }, signal) {
    const domain = asciiName(written) ?? written;
    const policies = new Map<string, Promise<Policy>>();
    const policyOf: PolicyOf = (name, confirm = false) => {
      const key = `${name} ${confirm}`;
      const one = policies.get(key) ?? climb(ctx, name, { signal, confirm });
      policies.set(key, one);
      return one;
    };
    const [policy, certificates] = await Promise.all([
      policyOf(domain),
      certificatesOf(ctx, domain, { hosts, receives }, signal),
    ]);
    const findings: Found[] = [];
    for (const certificate of certificates) {
      const forbidden = await judgeCertificate(certificate, policyOf);
      if (forbidden !== undefined) findings.push(forbidden);
    }
    const [issuer = "letsencrypt.org"] = certificates.flatMap(({ leaf }) => caaNamesOf(leaf.issuer)?.slice(0, 1) ?? []);
    return { findings: [...findings, ...judgePolicy(domain, policy, issuer)] };
  },
});

/** What holds for a name, and where it was found. */
type Policy =
  | { readonly kind: "found"; readonly name: string; readonly records: readonly CaaRecord[]; readonly policy: CaaPolicy }
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly answer: DnsAnswer };

/** @param confirm whether names on the way up that have no records of their own must be proven to have none */
type PolicyOf = (name: string, confirm?: boolean) => Promise<Policy>;

/** RFC 8659 section 3: the closest name upwards that has CAA records, the top-level domain among them. */
async function climb(ctx: CheckContext, from: string, asking: AskOptions): Promise<Policy> {
  let name: string | undefined = from;
  for (let step = 0; step < maxSteps && name !== undefined && name !== ""; step += 1) {
    const answer: DnsAnswer<"CAA"> = await ctx.ask(name, "CAA", asking);
    if (answer.outcome === "failed") return { kind: "failed", answer };
    const records = answer.records.slice(0, maxRecords);
    ctx.note(`CAA ${name}: ${records.map(writeCaa).join(", ") || answer.outcome}`);
    if (records.length > 0) return { kind: "found", name, records, policy: readCaa(records) };
    name = parentOf(name);
  }
  return { kind: "none" };
}

function judgePolicy(domain: string, found: Policy, issuer: string): Found[] {
  if (found.kind === "failed") return [unanswered(domain, found.answer)];
  if (found.kind === "none") {
    return [{ code: "caa-missing", data: { domain, record: `${domain}. CAA 0 issue "${issuer}"` } }];
  }
  const { name, records, policy } = found;
  const findings: Found[] = [];
  const add = (code: Found["code"], some: readonly string[]): void => {
    if (some.length === 0) return;
    findings.push({ code, data: { domain, name, found: listed(some), record: `${name}. CAA 0 issue "${issuer}"` } });
  };
  add("caa-unknown-critical", policy.unknownCritical);
  add("caa-broken", policy.broken);
  const restricts = policy.issue !== undefined || policy.broken.length > 0;
  add("caa-without-issue", restricts ? [] : records.map(writeCaa));
  add("caa-iodef-bad", policy.brokenIodef);
  add("caa-mail", policy.mail);
  return findings;
}

const unanswered = (domain: string, { name, failure }: DnsAnswer): Found => ({
  code: "caa-unknown",
  data: { domain, name, reason: failure?.text ?? "" },
});

interface Certificate {
  readonly host: string;
  readonly leaf: PeerCertificate;
}

async function judgeCertificate({ host, leaf }: Certificate, policyOf: PolicyOf): Promise<Found | undefined> {
  const names = caaNamesOf(leaf.issuer);
  if (names === undefined) return undefined;
  const parent = parentOf(host) ?? "";
  const wildcard = !leaf.altNames.includes(host) && leaf.altNames.includes(`*.${parent}`);
  const isForbidden = ({ policy }: Extract<Policy, { kind: "found" }>): boolean =>
    issuersFor(policy, wildcard)?.every((one) => !names.includes(one)) === true;
  const from = wildcard ? parent : host;
  const first = await policyOf(from);
  if (first.kind !== "found" || !isForbidden(first)) return undefined;
  // Records of a name above hold only where those between have none: one resolver's word is not enough for that.
  const found = first.name === from ? first : await policyOf(from, true);
  if (found.kind === "failed") return unanswered(host, found.answer);
  if (found.kind === "none" || !isForbidden(found)) return undefined;
  const { name } = found;
  const tag = wildcard && found.policy.issueWild !== undefined ? "issuewild" : "issue";
  const record = `${name}. CAA 0 ${tag} "${names[0] ?? ""}"`;
  const data = { ...certificateData(leaf), host, name, found: listed(found.records.map(writeCaa)), record };
  return { code: "caa-forbids", data };
}

/** The leaf that each host presents. A host that shows none is left out: other checks say why. */
async function certificatesOf(
  ctx: CheckContext,
  domain: string,
  { hosts, receives }: { readonly hosts: readonly string[]; readonly receives: boolean },
  signal: AbortSignal,
): Promise<readonly Certificate[]> {
  const mx = receives ? (await mxHosts(ctx, domain, signal)).hosts : [];
  // What the mail provider calls its servers is no concern of this domain's records.
  const own = mx.filter((host) => host === domain || host.endsWith(`.${domain}`));
  const ofServers = own.map(async (host) => {
    const looks = await presentedBy(ctx, host, signal);
    return looks
      .flatMap((look) => (look.kind === "presented" ? look.peer.chain.slice(0, 1) : []))
      .map((leaf) => ({ host, leaf }));
  });
  const ofHosts = hosts.flatMap((text) => endpointOf(text) ?? []).map((endpoint) => lookAt(ctx, endpoint, signal));
  const all = (await Promise.all([...ofServers, ...ofHosts])).flat();
  return [...new Map(all.map((one) => [`${one.host} ${one.leaf.issuer}`, one])).values()];
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

function endpointOf(text: string): Endpoint | undefined {
  const [, name = "", digits = ""] = /^([^:\s]+):(\d{1,5})$/.exec(text) ?? [];
  const host = asciiName(name);
  const port = Number(digits);
  return host === undefined || host === "" || port < 1 || port > 65_535 ? undefined : { host, port };
}

async function lookAt(ctx: CheckContext, { host, port }: Endpoint, signal: AbortSignal): Promise<readonly Certificate[]> {
  let connection: Connection | undefined;
  try {
    const [address] = (await resolveAddresses(ctx.ask, host, signal)).filter((one) => ctx.isPublic(one));
    if (address === undefined) return [];
    const protocol = beforeTls[port];
    connection = await ctx.dial({ host, port, address, tls: protocol ? "none" : "implicit", verify: false }, signal);
    const ready = protocol === undefined || (await askForTls(protocol, connection, () => undefined)).kind === "ready";
    const peer = connection.peer ?? (ready ? await connection.startTls() : undefined);
    const [leaf] = peer?.chain ?? [];
    return leaf === undefined ? [] : [{ host, leaf }];
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    ctx.note(error.message);
    return [];
  } finally {
    connection?.close();
  }
}
