import { z } from "zod";
import {
  type DelegationSigner,
  dnssecReason,
  isDsOf,
  readDs,
  readKey,
  readSignature,
  type Signature,
  weakAlgorithm,
  weakDigest,
  writeDs,
  type ZoneKey,
} from "../src/mail/dnssec.ts";
import { listed } from "../src/mail/txt-answer.ts";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import type { DnsAnswer, RecordType } from "../src/model/dns.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";
import { createJudge, type Judged } from "../src/net/dnssec.ts";
import { hostsOf } from "../src/net/mx-hosts.ts";
import { dnssecFindings } from "./dns-dnssec.texts.ts";

type Found = FoundFinding<keyof typeof dnssecFindings>;

const day = 86_400_000;
/** What a zone may have; more of it is not looked at. */
const maxRecords = 20;

/** RFC 4033 to 4035: do the signatures of a mail domain hold, for how long still, and with algorithms that are believed? */
export default defineCheck({
  id: "dns-dnssec",
  title: { en: "The domain's signatures hold (DNSSEC)", zh: "域名签名有效（DNSSEC）" },
  measures: "posture",
  answers: "trusted",
  every: 3_600_000,
  deadline: 45_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    receives: receivesOption,
  }),
  findings: dnssecFindings,
  metrics: {
    signatures_until_expiry: {
      label: { en: "signatures valid for", zh: "签名剩余有效期" },
      help: "Time until the first of the looked-at signatures of the zone ends",
      unit: "seconds",
    },
  },
  target: ({ domain }) => domain,

  async run(ctx, { domain: written, receives }, signal) {
    const domain = asciiName(written) ?? written;
    const judge = createJudge(ctx.ask, signal);
    const [zone, mx] = await Promise.all([judge(domain, "SOA"), receives ? judge(domain, "MX") : undefined]);
    ctx.note(`SOA ${domain}: ${zone.security} (from ${zone.answer.server || "nobody"})`);
    const bogus = [zone, ...(mx ? [mx] : [])].find(({ security }) => security === "bogus");
    if (bogus) return { findings: [await explainBogus(ctx, domain, bogus, signal)] };
    const { hosts } = mx ? hostsOf(domain, mx.answer) : { hosts: [] };
    const ofHosts = bogusHosts(domain, await Promise.all(hosts.map((host) => judge(host, "A"))));
    if (zone.security === "failed") return { findings: [unknownOf(zone.answer), ...ofHosts] };
    if (zone.security === "secure") {
      const { findings, metrics } = await lookAtSigned(ctx, domain, [zone.answer, ...(mx ? [mx.answer] : [])], signal);
      return { findings: [...findings, ...ofHosts], metrics };
    }
    return { findings: [...(await lookAtUnproven(ctx, domain, zone.security === "unverified", signal)), ...ofHosts] };
  },
});

/** The DS and DNSKEY records of the zone, as they are, whether they hold or not. */
async function keysOf(ctx: CheckContext, domain: string, signal: AbortSignal) {
  const asking = { signal, checkingDisabled: true };
  const [ds, keys] = await Promise.all([ctx.ask(domain, "DS", asking), ctx.ask(domain, "DNSKEY", asking)]);
  return {
    dsAnswer: ds,
    keyAnswer: keys,
    ds: ds.records.slice(0, maxRecords).flatMap((rdata) => readDs(rdata) ?? []),
    keys: keys.records.slice(0, maxRecords).flatMap((rdata) => readKey(rdata) ?? []),
  };
}

async function lookAtSigned(ctx: CheckContext, domain: string, answers: readonly DnsAnswer[], signal: AbortSignal) {
  const { ds, keys, keyAnswer } = await keysOf(ctx, domain, signal);
  const findings: Found[] = [];
  const now = ctx.now();
  const signatures = [...answers, keyAnswer].flatMap((answer) => signaturesOf(answer, now));
  const [first] = signatures.toSorted((a, b) => a.expiration - b.expiration);
  if (first !== undefined && endsSoon(first, now)) {
    const lifetime = first.expiration - first.inception;
    const data = { domain, ends: dateOf(first.expiration), lifetime: daysOf(lifetime), left: daysOf(leastLeft(lifetime)) };
    findings.push({ code: "signatures-ending", data });
  }
  const weak = weaknessesOf(ds, keys);
  if (weak.length > 0) findings.push({ code: "weak-algorithm", data: { domain, algorithms: listed(weak) } });
  const left = first === undefined ? {} : { signatures_until_expiry: Math.round((first.expiration - now) / 1000) };
  return { findings, metrics: left };
}

/** By their end, the first one first. */
const signaturesOf = (answer: DnsAnswer, now: number): readonly Signature[] =>
  (answer.signatures ?? [])
    .slice(0, maxRecords)
    .flatMap((rdata) => readSignature(rdata, now) ?? [])
    .toSorted((a, b) => a.expiration - b.expiration);

/**
 * How much should be left. Seven days as Zonemaster has it would be permanently red: Cloudflare signs for two days at a time, BIND
 * for 14 and renews when 5 are left, OpenDNSSEC when 3 are.
 */
const leastLeft = (lifetime: number): number => Math.min(7 * day, 0.2 * lifetime);

const endsSoon = ({ inception, expiration }: Signature, now: number): boolean =>
  expiration - now < leastLeft(expiration - inception);

/** Of digests the weak one counts only where there is no other: validators then pass over it (RFC 4509 section 3). */
function weaknessesOf(ds: readonly DelegationSigner[], keys: readonly ZoneKey[]): string[] {
  const algorithms = [...ds, ...keys].flatMap(({ algorithm }) => {
    const name = weakAlgorithm(algorithm);
    return name === undefined ? [] : [`${name} (${algorithm})`];
  });
  const digests = ds.map(({ digestType }) => weakDigest(digestType));
  const weakDigests = digests.every((name) => name !== undefined) ? digests.map((name) => `DS ${name}`) : [];
  return [...new Set([...algorithms, ...weakDigests])];
}

async function explainBogus(ctx: CheckContext, domain: string, judged: Judged<RecordType>, signal: AbortSignal): Promise<Found> {
  const reason = dnssecReason(judged.extendedErrors) ?? "SERVFAIL";
  const now = ctx.now();
  const { ds, keys, keyAnswer } = await keysOf(ctx, domain, signal);
  const found = listed(ds.map(written));
  ctx.note(`DNSSEC ${domain}: ${reason}; DS ${found || "none"}; keys ${keys.map(({ keyTag }) => keyTag).join(", ") || "none"}`);
  const fitting = ds.some((one) => keys.some((key) => isDsOf(one, domain, key) !== false));
  const entry = keys.find((key) => key.isEntryPoint && !key.isRevoked);
  if (ds.length > 0 && keyAnswer.outcome !== "failed" && !fitting) {
    return { code: "ds-mismatch", data: { domain, found, record: entry === undefined ? "–" : writeDs(domain, entry) } };
  }
  const ended = [judged.answer, keyAnswer].flatMap((answer) => {
    const all = signaturesOf(answer, now);
    // One signature that still holds is enough (RFC 4035 section 5.3).
    return all.length > 0 && all.every(({ expiration }) => expiration < now) ? all.slice(-1) : [];
  });
  const [last] = ended;
  if (last === undefined) return { code: "bogus", data: { domain, reason } };
  return { code: "signatures-expired", data: { domain, ends: dateOf(last.expiration), record: found || "–" } };
}

/** No resolver vouches for it: because nothing leads to its signatures, or because ours do not look. */
async function lookAtUnproven(ctx: CheckContext, domain: string, unverified: boolean, signal: AbortSignal): Promise<Found[]> {
  const { ds, dsAnswer, keys } = await keysOf(ctx, domain, signal);
  if (dsAnswer.outcome === "failed") return [unknownOf(dsAnswer)];
  if (ds.length > 0) {
    if (unverified) return [{ code: "dnssec-unverified", data: { domain } }];
    return [{ code: "ds-without-effect", data: { domain, found: listed(ds.map(written)) } }];
  }
  const entry = keys.find((key) => key.isEntryPoint && !key.isRevoked);
  return entry === undefined
    ? [{ code: "unsigned", data: { domain } }]
    : [{ code: "ds-missing", data: { domain, record: writeDs(domain, entry) } }];
}

function bogusHosts(domain: string, hosts: readonly Judged<"A">[]): Found[] {
  const some = hosts.filter(({ security }) => security === "bogus");
  if (some.length === 0) return [];
  const reason = dnssecReason(some.flatMap(({ extendedErrors }) => extendedErrors)) ?? "SERVFAIL";
  return [{ code: "mx-bogus", data: { domain, hosts: listed(some.map(({ answer }) => answer.name)), reason } }];
}

const unknownOf = ({ name, type, failure }: DnsAnswer): Found => ({
  code: "dnssec-unknown",
  data: { name, type, reason: failure?.text ?? "" },
});

const written = ({ keyTag, algorithm, digestType, digest }: DelegationSigner): string =>
  `${keyTag} ${algorithm} ${digestType} ${digest.slice(0, 16)}…`;

const dateOf = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const daysOf = (ms: number): number => Math.round((ms / day) * 10) / 10;
