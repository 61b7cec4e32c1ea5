import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { dnssecReason } from "../src/mail/dnssec.ts";
import { isUsable, readTlsa, recordFor, type Tlsa, vouchesFor, writeTlsa } from "../src/mail/tlsa.ts";
import { listed } from "../src/mail/txt-answer.ts";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import type { TlsPeer } from "../src/model/connection.ts";
import type { DnsAnswer, RecordType } from "../src/model/dns.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";
import { problemInWords } from "../src/net/certificate-words.ts";
import { createJudge, type Judged } from "../src/net/dnssec.ts";
import { hostsOf, isIntercepted, type PresentedAt, presentedBy } from "../src/net/mx-hosts.ts";
import { daneFindings } from "./dns-dane.texts.ts";

type Code = keyof typeof daneFindings;
type Found = FoundFinding<Code>;

/** Of one host; more is not looked at. */
const maxRecords = 20;
/** In place of a record that cannot be computed, because no certificate was seen. */
const placeholder = "3 1 1 <SHA-256(SubjectPublicKeyInfo)>";

/** RFC 7672: do the TLSA records of the mail servers count, and do they vouch for the certificates that are presented? */
export default defineCheck({
  id: "dns-dane",
  title: { en: "TLSA records fit the mail servers (DANE)", zh: "TLSA 记录与邮件服务器相符（DANE）" },
  measures: "posture",
  answers: "trusted",
  every: 3_600_000,
  deadline: 60_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    receives: receivesOption,
  }),
  findings: daneFindings,
  metrics: {
    protected_hosts: {
      label: { en: "protected mail servers", zh: "受保护的邮件服务器" },
      help: "Mail servers whose TLSA records count and vouch for what they present",
      unit: "none",
    },
  },
  target: ({ domain }) => domain,

  async run(ctx, { domain: written, receives }, signal) {
    if (!receives) return { findings: [], nothing: true };
    const domain = asciiName(written) ?? written;
    const judge = createJudge(ctx.ask, signal);
    const mx = await judge(domain, "MX");
    if (mx.security === "failed") return { findings: [unknownOf(domain, mx.answer)] };
    if (mx.security === "bogus") {
      const reason = dnssecReason(mx.extendedErrors) ?? "SERVFAIL";
      return { findings: [{ code: "dane-unknown", data: { domain, name: domain, type: "MX", reason } }] };
    }
    const { hosts, none } = hostsOf(domain, mx.answer);
    if (none || hosts.length === 0) return { findings: [], nothing: true };
    const judged = await Promise.all(
      hosts.map(async (name): Promise<Host> => {
        const [v4, tlsa] = await Promise.all([judge(name, "A"), judge(`_25._tcp.${name}`, "TLSA")]);
        const v6 = isNegative(v4) ? await judge(name, "AAAA") : undefined;
        const zone = v6 === undefined || isNegative(v6) ? v4 : v6;
        const records = tlsa.answer.records.slice(0, maxRecords).flatMap((rdata) => readTlsa(rdata) ?? []);
        ctx.note(`TLSA ${name}: ${tlsa.security}, ${records.map((one) => writeTlsa(one, 16)).join(", ") || "none"}`);
        return { name, zone, tlsa, records, state: stateOf(zone, tlsa) };
      }),
    );
    const lookAt = (some: readonly Host[]): Promise<readonly Seen[]> =>
      Promise.all(some.map(async (host) => ({ host, looks: await presentedBy(ctx, host.name, signal) })));
    const { counting = [] } = Object.groupBy(judged, ({ state }) => state);
    const seen = await lookAt(counting);
    const findings = [...judgeStates(domain, judged), ...judgeSeen(ctx, domain, seen)];
    if (counting.length > 0 && mx.security === "insecure") {
      findings.push({ code: "domain-insecure", data: { domain, hosts: namesOf(counting) } });
    }
    findings.push(...(await judgeMissing(domain, judged, lookAt)));
    return { findings, metrics: { protected_hosts: seen.filter((one) => isProtected(ctx, domain, one)).length } };
  },
});

/**
 * - `counting`: there are records, and senders believe them.
 * - `insecure`, `unverified`: there are records; senders do not believe them, or we cannot tell.
 * - `bogus`, `failed`: senders wait.
 * - `missing`: a signed zone has none. `unsigned`: nor could it have. `absent`: none, and we cannot tell whether it could.
 */
type State = "counting" | "insecure" | "unverified" | "bogus" | "failed" | "missing" | "unsigned" | "absent";

interface Host {
  readonly name: string;
  /** By its addresses. */
  readonly zone: Judged<"A" | "AAAA">;
  readonly tlsa: Judged<"TLSA">;
  readonly records: readonly Tlsa[];
  readonly state: State;
}

interface Seen {
  readonly host: Host;
  readonly looks: readonly PresentedAt[];
}

const isNegative = ({ answer: { outcome } }: Judged<RecordType>): boolean => outcome === "nodata" || outcome === "nxdomain";

/** RFC 7672 section 2.2.2: where the addresses are not secure, nobody asks for TLSA, and what is wrong with it does not matter. */
function stateOf(zone: Judged<"A" | "AAAA">, tlsa: Judged<"TLSA">): State {
  if (zone.security === "failed") return "failed";
  // A resolver that denies the addresses without proof says nothing about the zone they are in.
  if (zone.security === "insecure" && isNegative(zone)) return tlsa.answer.outcome === "records" ? "absent" : "unsigned";
  if (zone.security === "insecure") return tlsa.answer.outcome === "records" ? "insecure" : "unsigned";
  if (zone.security === "unverified") return tlsa.answer.outcome === "records" ? "unverified" : "absent";
  if (tlsa.security === "failed" || tlsa.security === "bogus") return tlsa.security;
  if (tlsa.answer.outcome !== "records") return "missing";
  return tlsa.security === "secure" ? "counting" : "insecure";
}

function judgeStates(domain: string, hosts: readonly Host[]): Found[] {
  const { bogus = [], failed = [], insecure = [], unverified = [] } = Object.groupBy(hosts, ({ state }) => state);
  const findings: Found[] = [];
  if (bogus.length > 0) {
    const reason = dnssecReason(bogus.flatMap(({ tlsa }) => tlsa.extendedErrors)) ?? "SERVFAIL";
    findings.push({ code: "tlsa-bogus", data: { domain, hosts: namesOf(bogus), reason } });
  }
  if (insecure.length > 0) findings.push({ code: "tlsa-insecure", data: { domain, hosts: namesOf(insecure) } });
  if (unverified.length > 0) findings.push({ code: "dane-unverified", data: { domain, hosts: namesOf(unverified) } });
  const [first] = failed;
  if (first !== undefined)
    findings.push(unknownOf(domain, first.zone.security === "failed" ? first.zone.answer : first.tlsa.answer));
  return findings;
}

function judgeSeen(ctx: CheckContext, domain: string, seen: readonly Seen[]): Found[] {
  const findings: Found[] = [];
  const usable = seen.filter(({ host }) => host.records.some(isUsable));
  const spoiled = seen.filter(({ host }) => host.records.length === 0 || host.records.some((one) => !isUsable(one)));
  const looks = usable.flatMap(({ host, looks: all }) => all.map((look) => ({ host, look })));
  const add = (code: Code, some: typeof looks): void => {
    const [first] = some;
    if (first === undefined) return;
    const hosts = listed(some.map(({ look }) => (look.address === "" ? look.host : `${look.host} (${look.address})`)));
    const reason = first.look.kind === "presented" ? problemInWords(first.look.peer) : first.look.reason;
    const record = listed([...new Set(some.map(({ look }) => rightRecord(look.host, [look])))]);
    findings.push({ code, data: { domain, hosts, reason, record } });
  };
  add(
    "tlsa-mismatch",
    looks.filter(
      ({ host, look }) => look.kind === "presented" && !isIntercepted(look) && !isVouched(ctx, domain, host, look.peer),
    ),
  );
  add(
    "dane-without-tls",
    looks.filter(({ look }) => look.kind === "without-tls"),
  );
  add(
    "dane-not-seen",
    looks.filter(
      ({ host, look }) =>
        look.kind === "not-seen" ||
        (look.kind === "presented" && isIntercepted(look) && !isVouched(ctx, domain, host, look.peer)),
    ),
  );
  if (spoiled.length > 0) {
    const found = listed(
      spoiled.flatMap(({ host }) => host.records.filter((one) => !isUsable(one)).map((one) => writeTlsa(one, 16))),
    );
    const record = listed(spoiled.map(({ host, looks: all }) => rightRecord(host.name, all)));
    const hosts = namesOf(spoiled.map(({ host }) => host));
    findings.push({ code: "tlsa-unusable", data: { domain, hosts, found: found || "–", record } });
  }
  const single = usable.filter(({ host }) => host.records.filter(isUsable).length === 1);
  if (findings.length === 0 && single.length > 0) {
    findings.push({ code: "no-rollover", data: { domain, hosts: namesOf(single.map(({ host }) => host)) } });
  }
  return findings;
}

async function judgeMissing(
  domain: string,
  hosts: readonly Host[],
  lookAt: (some: readonly Host[]) => Promise<readonly Seen[]>,
): Promise<Found[]> {
  const { missing = [], unsigned = [] } = Object.groupBy(hosts, ({ state }) => state);
  const others = hosts.filter(({ records }) => records.length > 0).length;
  if (missing.length === 0) {
    if (unsigned.length < hosts.length || hosts.length === 0) return [];
    return [{ code: "dane-not-possible", data: { domain, hosts: namesOf(unsigned) } }];
  }
  const seen = await lookAt(missing.slice(0, 3));
  const record = listed(seen.map(({ host, looks }) => rightRecord(host.name, looks)));
  return [{ code: others > 0 ? "dane-partial" : "dane-missing", data: { domain, hosts: namesOf(missing), record } }];
}

const isProtected = (ctx: CheckContext, domain: string, { host, looks }: Seen): boolean =>
  looks.length > 0 && looks.every((look) => look.kind === "presented" && isVouched(ctx, domain, host, look.peer));

function isVouched(ctx: CheckContext, domain: string, host: Host, peer: TlsPeer): boolean {
  const presented = { chain: chainOf(peer), names: [host.name, domain], now: ctx.now() };
  return host.records.some((record) => isUsable(record) && vouchesFor(record, presented));
}

const chainOf = ({ chain }: TlsPeer): readonly X509Certificate[] => chain.map(({ pem }) => new X509Certificate(pem));

/** What is to be published for what a host presents. */
function rightRecord(name: string, looks: readonly PresentedAt[]): string {
  const presented = looks.find((look) => look.kind === "presented");
  const [leaf] = presented === undefined ? [] : chainOf(presented.peer);
  const right = leaf && recordFor(leaf);
  return `_25._tcp.${name}. TLSA ${right === undefined ? placeholder : writeTlsa(right)}`;
}

const namesOf = (hosts: readonly Host[]): string => listed(hosts.map(({ name }) => name));

const unknownOf = (domain: string, { name, type, failure }: DnsAnswer): Found => ({
  code: "dane-unknown",
  data: { domain, name, type, reason: failure?.text ?? "" },
});
