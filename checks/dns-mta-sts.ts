import { createHash, X509Certificate } from "node:crypto";
import { z } from "zod";
import {
  matchesStsPattern,
  meaningOf,
  readStsPolicy,
  readStsRecords,
  type StsPolicy,
  writeStsPolicy,
} from "../src/mail/mta-sts.ts";
import { listed, shortened, textsOf, txtLine } from "../src/mail/txt-answer.ts";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import type { TlsPeer } from "../src/model/connection.ts";
import type { Json } from "../src/model/json.ts";
import { problemInWords } from "../src/net/certificate-words.ts";
import { certificateData } from "../src/net/certificate-findings.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";
import { type GetFailure, type GetOutcome } from "../src/net/get.ts";
import { fetchStsPolicy, stsPolicyUrl } from "../src/net/sts-policy.ts";
import { certificateProblem } from "../src/net/tls.ts";
import { isIntercepted, mxHosts, type PresentedAt, presentedBy } from "../src/net/mx-hosts.ts";
import { stsFindings } from "./dns-mta-sts.texts.ts";
import { endingSoon } from "./tls-certificate.ts";

type Code = keyof typeof stsFindings;
type Found = FoundFinding<Code>;

const day = 86_400_000;
const weakSeconds = 86_400;
const shortSeconds = 1_209_600;

/** RFC 8461: does the domain tell senders to insist on TLS, in a way that they understand and that lets its mail through? */
export default defineCheck({
  id: "dns-mta-sts",
  title: { en: "Senders are told to encrypt (MTA-STS)", zh: "要求发件方加密投递（MTA-STS）" },
  measures: "posture",
  answers: "trusted",
  every: 3_600_000,
  deadline: 60_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    receives: receivesOption,
  }),
  findings: stsFindings,
  metrics: {
    max_age: { label: { en: "kept for", zh: "策略保留" }, help: "How long senders keep the policy (max_age)", unit: "seconds" },
    until_expiry: {
      label: { en: "certificate valid for", zh: "策略网站证书剩余" },
      help: "Time until the certificate of the policy host ends",
      unit: "seconds",
    },
  },
  target: ({ domain }) => domain,

  async run(ctx, { domain: written, receives }, signal) {
    if (!receives) return { findings: [], nothing: true };
    const domain = asciiName(written) ?? written;
    const name = `_mta-sts.${domain}`;
    const [answer, mx] = await Promise.all([ctx.ask(name, "TXT", { signal }), mxHosts(ctx, domain, signal)]);
    ctx.note(txtLine(answer));
    if (mx.none) return { findings: [], nothing: true };
    if (answer.outcome === "failed") {
      return { findings: [{ code: "sts-record-unknown", data: { domain, name, reason: answer.failure?.text ?? "" } }] };
    }
    const record = recordFor(domain, ctx.now());
    const policy = shown({ mode: "testing", maxAge: shortSeconds, mx: mx.hosts.length > 0 ? mx.hosts : [`mail.${domain}`] });
    const reading = readStsRecords(textsOf(answer));
    switch (reading.kind) {
      case "none":
        return { findings: [{ code: "sts-missing", data: { domain, record, policy } }] };
      case "many":
        return { findings: [{ code: "sts-record-many", data: { domain, record, count: reading.count } }] };
      case "bad":
        return { findings: [{ code: "sts-record-bad", data: { domain, record, found: shortened(reading.text) } }] };
      case "record":
        break;
    }

    const url = stsPolicyUrl(domain);
    const given = { domain, url, record, policy };
    const [fetched, looks] = await Promise.all([
      fetchStsPolicy(ctx, domain, signal),
      Promise.all(mx.hosts.map((host) => presentedBy(ctx, host, signal))),
    ]);
    const { findings, served } = judgeFetch(ctx, fetched, given);
    if (served === undefined) return { findings };
    ctx.note(`${url}: ${shortened(shown(served), 500)}`);

    const ends = fetched.peer?.chain[0]?.validTo;
    const metrics = {
      max_age: served.maxAge,
      ...(ends === undefined ? {} : { until_expiry: Math.round((ends - ctx.now()) / 1000) }),
    };
    const now = { id: reading.id, meaning: createHash("sha256").update(meaningOf(served)).digest("hex") };
    const before = remembered(ctx.memory);
    const changed = before?.id === now.id && before.meaning !== now.meaning;
    if (changed) findings.push({ code: "policy-changed", data: { ...given, id: now.id } });
    if (mx.answer.outcome === "failed") {
      findings.push({ code: "mx-unknown", data: { domain, reason: mx.answer.failure?.text ?? "" } });
    }
    findings.push(...judgePolicy(served, mx.hosts, given), ...judgeLooks(looks.flat(), served, given));
    // Of an id, the first policy stays: it is the one that senders hold.
    return { findings, metrics, ...(changed ? {} : { memory: now }) };
  },
});

interface Given {
  readonly [key: string]: string;
  readonly domain: string;
  readonly url: string;
  readonly record: string;
  readonly policy: string;
}

function judgeFetch(
  ctx: CheckContext,
  fetched: GetOutcome,
  given: Given,
): { readonly findings: Found[]; readonly served?: StsPolicy } {
  if (fetched.kind === "failed") {
    ctx.note(`${given.url}: ${fetched.text}`);
    const data = { ...given, reason: fetched.text, ...peerData(fetched.peer) };
    // What somebody on the way put there says nothing about the host.
    const intercepted = certificateProblem(fetched.peer?.problem) === "intercepted";
    return { findings: [{ code: intercepted ? "policy-unknown" : failures[fetched.failure], data }] };
  }
  const { status, headers, body, peer } = fetched;
  const type = headers["content-type"] ?? "";
  if (status !== 200) return { findings: [{ code: "policy-not-found", data: { ...given, status } }] };
  const findings: Found[] = [];
  // RFC 8461 section 3.3: a DNS-ID; a common name counts for nothing.
  if (peer !== undefined && !hasDnsName(peer, new URL(given.url).hostname)) {
    findings.push({ code: "policy-certificate", data: { ...given, ...peerData(peer), problem: "no DNS name" } });
  }
  if (type.split(";", 1)[0]?.trim().toLowerCase() !== "text/plain") {
    findings.push({ code: "policy-type", data: { ...given, type: shortened(type) || "–" } });
  }
  const [leaf] = peer?.chain ?? [];
  const ending = leaf && endingSoon(leaf, ctx.now());
  if (leaf && ending) {
    const days = Math.max(0, Math.floor((leaf.validTo - ctx.now()) / day));
    findings.push({ code: "policy-certificate-ending", severity: ending, data: { ...given, ...peerData(peer), days } });
  }
  const reading = readStsPolicy(body);
  if (reading.kind === "policy") return { findings, served: reading.policy };
  const fields = listed([...new Set(reading.problems.map(({ field }) => field))], 5);
  const lines = listed(reading.problems.map(({ line }) => (line === "" ? "–" : `“${shortened(line, 60)}”`)));
  return { findings: [...findings, { code: "policy-bad", data: { ...given, fields, lines } }] };
}

const failures: Readonly<Record<GetFailure, Code>> = {
  "not-public": "policy-host-private",
  redirect: "policy-redirect",
  "too-large": "policy-too-large",
  timeout: "policy-unknown",
  certificate: "policy-certificate",
  refused: "policy-refused",
  "name-not-found": "policy-host-missing",
  "no-address": "policy-host-missing",
  "resolve-failed": "policy-unknown",
  // It is asked for directly.
  proxy: "policy-unknown",
  other: "policy-unknown",
};

const peerData = (peer: TlsPeer | undefined) => ({
  ...certificateData(peer?.chain[0]),
  problem: peer === undefined ? "" : problemInWords(peer),
});

const hasDnsName = ({ chain: [leaf] }: TlsPeer, host: string): boolean =>
  leaf !== undefined && new X509Certificate(leaf.pem).checkHost(host, { subject: "never" }) !== undefined;

function judgePolicy({ mode, maxAge, mx }: StsPolicy, hosts: readonly string[], given: Given): Found[] {
  if (mode === "none") return [{ code: "policy-none", data: { ...given, maxAge } }];
  const findings: Found[] = [];
  const unlisted = hosts.filter((host) => !mx.some((one) => matchesStsPattern(host, one)));
  if (unlisted.length > 0) {
    const lines = unlisted.map((host) => `mx: ${host}`).join(" ⏎ ");
    findings.push({
      code: "policy-mx-unlisted",
      severity: mode === "enforce" ? "critical" : "warning",
      data: { ...given, mode, hosts: listed(unlisted), patterns: listed(mx), lines },
    });
  }
  const stale = hosts.length === 0 ? [] : mx.filter((one) => !hosts.some((host) => matchesStsPattern(host, one)));
  if (stale.length > 0) findings.push({ code: "policy-mx-stale", data: { ...given, patterns: listed(stale) } });
  if (mode === "testing") findings.push({ code: "policy-testing", data: given });
  if (maxAge < weakSeconds) findings.push({ code: "policy-short", data: { ...given, maxAge } });
  else if (mode === "enforce" && maxAge < shortSeconds) {
    findings.push({ code: "policy-short", severity: "info", data: { ...given, maxAge } });
  }
  return findings;
}

function judgeLooks(looks: readonly PresentedAt[], { mode }: StsPolicy, given: Given): Found[] {
  if (mode === "none") return [];
  const severity = mode === "enforce" ? "critical" : "warning";
  const findings: Found[] = [];
  const add = (code: Code, some: readonly PresentedAt[], say: (look: PresentedAt) => string): void => {
    if (some.length === 0) return;
    const data = { ...given, mode, hosts: listed(some.map(say)) };
    findings.push({ code, severity, data });
  };
  const plain = looks.filter(({ kind }) => kind === "without-tls");
  add("mx-without-tls", plain, ({ host, address }) => `${host} (${address})`);
  const refused = looks.filter((look) => look.kind === "presented" && look.peer.problem !== undefined && !isIntercepted(look));
  const problemOf = (look: PresentedAt): string => (look.kind === "presented" ? problemInWords(look.peer) : "");
  add("mx-certificate", refused, (look) => `${look.host} (${look.address}, ${problemOf(look)})`);
  const hidden = looks.filter((look) => look.kind === "not-seen" || isIntercepted(look));
  const [first] = hidden;
  if (first) {
    const hosts = listed([...new Set(hidden.map(({ host }) => host))]);
    const reason = first.kind === "not-seen" ? first.reason : problemOf(first);
    findings.push({ code: "mx-not-seen", data: { ...given, hosts, reason } });
  }
  return findings;
}

function remembered(memory: Json | undefined): { id: string; meaning: string } | undefined {
  const shape = z.object({ id: z.string(), meaning: z.string() });
  return shape.safeParse(memory).data;
}

/** With the time as id, as RFC 8461 does it: a new one for each change. */
function recordFor(domain: string, now: number): string {
  const id = new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace(/[^\dZ]/g, "");
  return `_mta-sts.${domain}. TXT "v=STSv1; id=${id}"`;
}

const shown = (policy: StsPolicy): string => writeStsPolicy(policy).trim().replaceAll("\n", " ⏎ ");
