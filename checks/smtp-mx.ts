import { randomBytes, X509Certificate } from "node:crypto";
import { isIPv6 } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import type { PeerCertificate, TlsPeer } from "../src/model/connection.ts";
import { isMailHost } from "../src/model/dns-words.ts";
import type { Json } from "../src/model/json.ts";
import { readStsPolicy, readStsRecords } from "../src/mail/mta-sts.ts";
import { isUsable, readTlsa } from "../src/mail/tlsa.ts";
import { listed, textsOf } from "../src/mail/txt-answer.ts";
import { certificateFinding, keyStrength } from "../src/net/certificate-findings.ts";
import { certificateWords, problemInWords } from "../src/net/certificate-words.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { answersInjected, askToRelay, lookAtMx, type MxAddress, type MxLimits, type MxLook } from "../src/net/mx-session.ts";
import { fetchStsPolicy } from "../src/net/sts-policy.ts";
import { certificateProblem } from "../src/net/tls.ts";
import { type SmtpMxOptions, smtpMxOptions } from "./smtp-mx.options.ts";
import { smtpMxFindings } from "./smtp-mx.texts.ts";
import { endingSoon } from "./tls-certificate.ts";

type Found = FoundFinding<keyof typeof smtpMxFindings>;

/** Internet.nl's limit; and two addresses of each kind for a host. */
const maxHosts = 10;
const maxAddresses = 2;
const day = 86_400_000;

/** Connects to every mail server of a domain as a sender does: greeting, EHLO, STARTTLS, certificate. */
export default defineCheck({
  id: "smtp-mx",
  title: { en: "Mail servers (port 25)", zh: "收信服务器（25 端口）" },
  measures: "posture",
  answers: "receive",
  every: 15 * 60_000,
  deadline: 60_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: smtpMxOptions,
  findings: smtpMxFindings,
  metrics: {
    addresses: { label: { en: "addresses", zh: "地址数" }, help: "Addresses of mail servers that were tried", unit: "none" },
    serving: { label: { en: "serving", zh: "可用地址" }, help: "Of these, how many take mail", unit: "none" },
    greeting: {
      label: { en: "greeting", zh: "应答" },
      help: "Until the slowest of them had greeted",
      unit: "seconds",
    },
  },
  target: ({ domain, port }) => `${domain} MX:${port}`,

  async run(ctx, options, signal) {
    const domain = asciiName(options.domain) ?? options.domain;
    if (!options.receives) return { findings: [], nothing: true };
    const began = performance.now();
    const servers = await mailServers(ctx, domain, options, signal);
    if (servers.failure !== undefined)
      return { findings: [{ code: "mx-not-found-out", data: { domain, reason: servers.failure } }] };
    // That there is none, or none with an address out here, is for dns-mx to judge.
    if (servers.addresses.length === 0) {
      if (servers.hosts.length === 0) return { findings: [], nothing: true };
      return { findings: [{ code: "mx-none-tried", data: { domain, hosts: listed(servers.hosts) } }] };
    }

    const limits = inMs(options.limits);
    const [policy, looks] = await Promise.all([
      policyOf(ctx, domain, servers, options, signal),
      Promise.all(servers.addresses.map((address) => lookAtMx(ctx, address, limits, signal))),
    ]);
    const serving = looks.filter(({ state }) => state === "serves");
    const hurried = performance.now() - began > 10_000;
    const [badNames, injected, relayed] = await Promise.all([
      unresolvable(ctx, serving, signal),
      hurried ? { findings: [], memory: undefined } : tryInjection(ctx, serving, limits, signal),
      hurried || !options.relayTest ? [] : tryRelay(ctx, domain, serving, options, signal),
    ]);
    const waits = looks.flatMap(({ greetingMs }) => greetingMs ?? []);
    return {
      findings: [
        ...reachFindings(domain, looks),
        ...slowFindings(looks, options.limits.slow * 1_000),
        ...tlsFindings(serving, policy),
        ...certificateFindings(domain, serving, policy, ctx.now()),
        ...injected.findings,
        ...badNames,
        ...relayed,
      ],
      metrics: {
        addresses: looks.length,
        serving: serving.length,
        ...(waits.length === 0 ? {} : { greeting: Math.max(...waits) / 1_000 }),
      },
      ...(injected.memory === undefined ? {} : { memory: injected.memory }),
    };
  },
});

const inMs = ({ connect, greeting, session }: SmtpMxOptions["limits"]): MxLimits => ({
  connect: connect * 1_000,
  greeting: greeting * 1_000,
  session: session * 1_000,
});

interface Servers {
  readonly failure: string | undefined;
  /** As they are named, whether they can be tried or not; the domain itself where it has addresses that cannot. */
  readonly hosts: readonly string[];
  readonly addresses: readonly MxAddress[];
  /** DNSSEC proves the MX records. */
  readonly secure: boolean;
}

/** The hosts of the MX records, or the domain itself where it has none (RFC 5321 section 5.1), with their public addresses. */
async function mailServers(ctx: CheckContext, domain: string, { port }: SmtpMxOptions, signal: AbortSignal): Promise<Servers> {
  // Without MX records the domain itself is looked at: that must not rest on one resolver's word.
  const mx = await ctx.ask(domain, "MX", { confirm: true, signal });
  if (mx.outcome === "failed") return { failure: mx.failure?.text ?? "", hosts: [], addresses: [], secure: false };
  const ordered = mx.records.toSorted((a, b) => a.priority - b.priority || a.exchange.localeCompare(b.exchange));
  const named = [...new Set(ordered.map(({ exchange }) => exchange.toLowerCase()))].filter((name) => name !== "");
  const isImplicit = mx.outcome === "nodata";
  const hosts = isImplicit ? [domain] : named.filter(isMailHost).slice(0, maxHosts);
  let failure: string | undefined;
  let isInside = false;
  const found = await Promise.all(
    hosts.map(async (host) => {
      const answers = await Promise.all([ctx.ask(host, "A", { signal }), ctx.ask(host, "AAAA", { signal })]);
      const some = answers.flatMap(({ records }) => records.filter(ctx.isPublic).slice(0, maxAddresses));
      isInside ||= some.length === 0 && answers.some(({ records }) => records.length > 0);
      if (some.length === 0) failure ??= answers.find(({ outcome }) => outcome === "failed")?.failure?.text;
      return some.map((address) => ({ host, address, port }));
    }),
  );
  const addresses = found.flat();
  const told = isImplicit && isInside ? hosts : named;
  return { failure: addresses.length === 0 ? failure : undefined, hosts: told, addresses, secure: mx.authenticated };
}

/** What senders that honour a published policy insist on. */
interface Policy {
  readonly sts: boolean;
  /** Hosts with usable TLSA records that DNSSEC proves, by what the records name: an authority, or the certificate itself. */
  readonly dane: ReadonlyMap<string, "authority" | "certificate">;
}

async function policyOf(
  ctx: CheckContext,
  domain: string,
  { addresses, secure }: Servers,
  { limits }: SmtpMxOptions,
  signal: AbortSignal,
): Promise<Policy> {
  const hosts = [...new Set(addresses.map(({ host }) => host))];
  const [sts, ...tlsa] = await Promise.all([
    isEnforced(ctx, domain, Math.min(limits.greeting * 1_000, 20_000), signal),
    ...hosts.map((host) => (secure ? ctx.ask(`_25._tcp.${host}`, "TLSA", { signal }) : undefined)),
  ]);
  const dane = new Map<string, "authority" | "certificate">();
  for (const [index, host] of hosts.entries()) {
    const answer = tlsa[index];
    if (!answer?.authenticated) continue;
    const usable = answer.records.flatMap((rdata) => readTlsa(rdata) ?? []).filter(isUsable);
    const usages = new Set(usable.map(({ usage }) => usage));
    if (usages.has(3)) dane.set(host, "certificate");
    else if (usages.has(2)) dane.set(host, "authority");
  }
  ctx.note(`policy of ${domain}: MTA-STS ${sts ? "enforce" : "not enforced"}, DANE ${[...dane.keys()].join(", ") || "none"}`);
  return { sts, dane };
}

/** A policy that cannot be read is not enforced by anybody who has not read it before; dns-mta-sts tells about it. */
async function isEnforced(ctx: CheckContext, domain: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const answer = await ctx.ask(`_mta-sts.${domain}`, "TXT", { signal });
  if (readStsRecords(textsOf(answer)).kind !== "record") return false;
  const fetched = await Promise.race([fetchStsPolicy(ctx, domain, signal), sleep(timeoutMs, undefined, { ref: false, signal })]);
  if (fetched?.kind !== "answer" || fetched.status !== 200) return false;
  const reading = readStsPolicy(fetched.body);
  return reading.kind === "policy" && reading.policy.mode === "enforce";
}

const shown = ({ host, address }: MxAddress): string => `${host} (${address})`;
const unreached = ({ state }: MxLook): boolean => state === "silent" || state === "refuses";

function reachFindings(domain: string, looks: readonly MxLook[]): Found[] {
  const findings: Found[] = [];
  const of = (some: readonly MxLook[]) => ({
    domain,
    hosts: listed(some.map(shown)),
    missing: some.length,
    count: looks.length,
    reason: some[0]?.reason ?? "",
  });
  const say = (code: Found["code"], some: readonly MxLook[], severity?: Found["severity"]): void => {
    if (some.length > 0) findings.push({ code, data: of(some), ...(severity ? { severity } : {}) });
  };
  const bad = looks.filter(unreached);
  const noWay = looks.filter(({ state }) => state === "no-way");
  if (looks.every(unreached)) {
    // Somebody spoke: our way there is open. A silence may be our own network's.
    if (bad.some(({ state }) => state === "refuses")) say("mx-refuses", bad);
    else if (bad.every(({ address }) => isIPv6(address))) say("mx-unreachable-ipv6", bad);
    else say("mx-unreachable", bad);
  } else if (looks.every((look) => unreached(look) || look.state === "no-way")) {
    const reached = bad.filter(({ address }) => !isIPv6(address));
    say("mx-unreachable", reached.length > 0 ? reached : []);
    say("mx-unreachable-ipv6", reached.length > 0 ? [] : bad);
    say("mx-not-seen", noWay, bad.length > 0 ? "info" : undefined);
  } else {
    say(
      "mx-some-unreachable",
      bad.filter(({ address, state }) => !isIPv6(address) || state === "refuses"),
    );
    say(
      "mx-ipv6-unreachable",
      bad.filter(({ address, state }) => isIPv6(address) && state === "silent"),
    );
    say("mx-not-seen", noWay, "info");
  }
  say(
    "mx-refuses-us",
    looks.filter(({ state }) => state === "refuses-us"),
  );
  say(
    "mx-busy",
    looks.filter(({ state }) => state === "busy"),
  );
  return findings;
}

function slowFindings(looks: readonly MxLook[], slowMs: number): Found[] {
  const slow = looks.filter(({ greetingMs }) => (greetingMs ?? 0) >= slowMs);
  if (slow.length === 0) return [];
  const worst = Math.max(...slow.map(({ greetingMs }) => greetingMs ?? 0));
  return [{ code: "mx-greeting-slow", data: { hosts: listed(slow.map(shown)), seconds: Math.round(worst / 100) / 10 } }];
}

const byPolicy = ({ sts, dane }: Policy, host: string): string | undefined => {
  const some = [...(sts ? ["MTA-STS"] : []), ...(dane.has(host) ? ["DANE"] : [])];
  return some.length === 0 ? undefined : some.join(", ");
};

function tlsFindings(serving: readonly MxLook[], policy: Policy): Found[] {
  const off = serving.flatMap((look) => (look.tls?.kind === "off" ? [{ look, reason: look.tls.reason }] : []));
  const stripped = serving.flatMap((look) => (look.tls?.kind === "stripped" ? [{ look, reason: look.tls.reason }] : []));
  const { enforced = [], free = [] } = Object.groupBy(off, ({ look }) => (byPolicy(policy, look.host) ? "enforced" : "free"));
  const groups = [
    ["starttls-missing-enforced", enforced],
    ["starttls-missing", free],
    ["starttls-stripped", stripped],
  ] as const;
  return groups.flatMap(([code, some]): Found[] => {
    const [first] = some;
    if (first === undefined) return [];
    const hosts = listed(some.map(({ look }) => shown(look)));
    return [{ code, data: { hosts, reason: first.reason, policy: byPolicy(policy, first.look.host) ?? "–" } }];
  });
}

function certificateFindings(domain: string, serving: readonly MxLook[], policy: Policy, now: number): Found[] {
  const findings: Found[] = [];
  const { intercepted = [], presented = [] } = Object.groupBy(
    serving.flatMap((look) => (look.tls?.kind === "on" ? [{ look, peer: look.tls.peer }] : [])),
    ({ peer }) => (certificateProblem(peer.problem) === "intercepted" ? "intercepted" : "presented"),
  );
  const [boxed] = intercepted;
  if (boxed) {
    // Without a policy no sender cares who the server is, so nothing is missing.
    const matters = intercepted.some(({ look }) => byPolicy(policy, look.host) !== undefined);
    const { data } = certificateFinding(boxed.peer, boxed.look.address, boxed.look);
    const host = listed(intercepted.map(({ look }) => shown(look)));
    findings.push({ code: "certificate-intercepted", ...(matters ? {} : { severity: "info" }), data: { ...data, host } });
  }
  const refused = presented.flatMap(({ look, peer }) => {
    const problem = policyProblem(domain, look.host, peer, policy, now);
    return problem === undefined ? [] : [{ look, problem }];
  });
  const unproven = presented.filter(({ look, peer }) => !peer.verified && refused.every((one) => one.look !== look));
  if (refused[0]) {
    const hosts = listed(refused.map(({ look }) => shown(look)));
    const { problem, look } = refused[0];
    findings.push({ code: "certificate-refused", data: { hosts, problem, policy: byPolicy(policy, look.host) ?? "–" } });
  }
  if (unproven[0]) {
    const hosts = listed(unproven.map(({ look }) => shown(look)));
    findings.push({ code: "certificate-unproven", data: { hosts, problem: problemInWords(unproven[0].peer) } });
  }
  const ending = presented.flatMap(({ look, peer }) => {
    const [leaf] = peer.chain;
    return leaf && leaf.validTo > now && endingSoon(leaf, now) ? [{ look, left: leaf.validTo - now }] : [];
  });
  const [soonest] = ending.toSorted((a, b) => a.left - b.left);
  if (soonest) {
    const days = Math.floor((soonest.left / day) * 10) / 10;
    findings.push({ code: "certificate-expiring", data: { hosts: listed(ending.map(({ look }) => shown(look))), days } });
  }
  const short = presented.flatMap(({ look, peer: { chain } }) =>
    chain[0] && isShort(chain[0]) ? [{ look, leaf: chain[0] }] : [],
  );
  if (short[0]) {
    const { keyType, keyBits } = short[0].leaf;
    const hosts = listed(short.map(({ look }) => shown(look)));
    findings.push({ code: "certificate-short-key", data: { hosts, keyType: keyType.toUpperCase(), keyBits } });
  }
  return findings;
}

const isShort = (leaf: PeerCertificate): boolean => keyStrength(leaf) !== "strong";

/** Why a sender that honours the policy refuses this certificate; undefined where it takes it. */
function policyProblem(domain: string, host: string, peer: TlsPeer, { sts, dane }: Policy, now: number): string | undefined {
  if (sts && !peer.verified) return problemInWords(peer);
  // RFC 7672 section 3.1.1: with DANE-EE neither name nor date counts; whether it matches is for dns-dane.
  if (dane.get(host) !== "authority") return undefined;
  const [leaf] = peer.chain;
  if (leaf === undefined) return "there is none";
  if (leaf.validTo < now) return certificateWords.expired;
  // RFC 7672 section 3.2.2: the name of the host, or of the domain.
  const certificate = new X509Certificate(leaf.pem);
  const isNamed = [host, domain].some((name) => certificate.checkHost(name, { partialWildcards: false }) !== undefined);
  return isNamed ? undefined : certificateWords["wrong-host"];
}

const remembered = z.strictObject({ injectionPassed: z.record(z.string(), z.number()) });

/** Once a day for each address: a pass is remembered (Internet.nl does likewise). */
async function tryInjection(
  ctx: CheckContext,
  serving: readonly MxLook[],
  limits: MxLimits,
  signal: AbortSignal,
): Promise<{ readonly findings: readonly Found[]; readonly memory: Json | undefined }> {
  const parsed = remembered.safeParse(ctx.memory);
  const before = parsed.success ? parsed.data.injectionPassed : {};
  const passed: Record<string, number> = {};
  const failed: MxLook[] = [];
  const now = ctx.now();
  await Promise.all(
    serving
      .filter(({ tls }) => tls?.kind === "on")
      .map(async (look) => {
        const key = shown(look);
        const last = before[key] ?? 0;
        if (last <= now && now - last < day) passed[key] = last;
        else if (await answersInjected(ctx, look, limits, signal)) failed.push(look);
        else passed[key] = now;
      }),
  );
  const findings: Found[] =
    failed.length === 0 ? [] : [{ code: "starttls-injection", data: { hosts: listed(failed.map(shown)) } }];
  return { findings, memory: { injectionPassed: passed } };
}

/** MX-22: the names by which servers greet must be names that can be looked up. */
async function unresolvable(ctx: CheckContext, serving: readonly MxLook[], signal: AbortSignal): Promise<Found[]> {
  const names = [...new Set(serving.flatMap((look) => look.names))].slice(0, 2 * maxHosts);
  const judged = await Promise.all(
    names.map(async (name) => {
      if (/^\[(IPv6:)?[\da-f.:]+\]$/i.test(name)) return undefined;
      const host = name.toLowerCase().replace(/\.$/, "");
      if (!isMailHost(host)) return `“${name}”`;
      for (const type of ["A", "AAAA"] as const) {
        const answer = await ctx.ask(host, type, { signal, confirm: true });
        if (answer.outcome === "failed" || answer.records.length > 0) return undefined;
      }
      return name;
    }),
  );
  const bad = judged.filter((name) => name !== undefined);
  return bad.length === 0 ? [] : [{ code: "mx-name-unresolvable", data: { names: listed(bad) } }];
}

async function tryRelay(
  ctx: CheckContext,
  domain: string,
  serving: readonly MxLook[],
  { limits, relayTo }: SmtpMxOptions,
  signal: AbortSignal,
): Promise<Found[]> {
  const nobody = `mailvigil-${randomBytes(6).toString("hex")}@${domain}`;
  const request = { domain, outside: relayTo, nobody };
  const answers = await Promise.all(
    serving.map(async (look) => ({ look, ...(await askToRelay(ctx, look, request, inMs(limits), signal)) })),
  );
  const findings: Found[] = [];
  const isTaken = (status: number | undefined): boolean => status === 250 || status === 251;
  const open = answers.filter(({ outside }) => outside.some(({ status }) => isTaken(status)));
  const all = answers.filter(({ unknown }) => isTaken(unknown?.status));
  if (open.length > 0)
    findings.push({ code: "open-relay", data: { hosts: listed(open.map(({ look }) => shown(look))), to: relayTo } });
  if (all.length > 0)
    findings.push({ code: "unknown-user-taken", data: { domain, hosts: listed(all.map(({ look }) => shown(look))) } });
  return findings;
}
