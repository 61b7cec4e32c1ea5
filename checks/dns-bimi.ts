import { z } from "zod";
import { isBimiRecord, lintLogo, maxLogoBytes, readBimiRecord } from "../src/mail/bimi-record.ts";
import { type Discovery, discoverPolicy } from "../src/mail/dmarc-discovery.ts";
import { effectivePolicy } from "../src/mail/dmarc-record.ts";
import { readMarkCertificate } from "../src/mail/mark-certificate.ts";
import { senderOptions } from "../src/mail/own-senders.ts";
import { isRegistry } from "../src/mail/registry-name.ts";
import { textsOf, txtLine } from "../src/mail/txt-answer.ts";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import type { DnsAnswer } from "../src/model/dns.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";
import { get } from "../src/net/get.ts";
import { bimiFindings } from "./dns-bimi.texts.ts";

/** A chain with a logo in it is some 20 KB. */
const maxCertificateBytes = 256 * 1024;
const fetchMs = 10_000;
const soonDays = 30;
const day = 24 * 60 * 60_000;

type Found = FoundFinding<keyof typeof bimiFindings>;

/** The logo that mail programs show beside a company's mail. No mail depends on it, so it is told and never alarmed about. */
export default defineCheck({
  id: "dns-bimi",
  title: { en: "Logo beside the mail (BIMI)", zh: "邮件旁的企业标志（BIMI）" },
  measures: "posture",
  answers: "trusted",
  every: 24 * 60 * 60_000,
  deadline: 45_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    sends: senderOptions.sends,
    receives: receivesOption,
  }),
  findings: bimiFindings,
  metrics: {},
  target: ({ domain }) => domain,

  async run(ctx, { domain, sends }, signal) {
    if (!sends) return { findings: [], nothing: true };
    const own = asciiName(domain) ?? domain;
    const discovery = await discoverPolicy(own, ctx.ask, { signal, isRegistry });
    const places = [own, discovery.organization].filter((name) => name !== undefined);
    for (const place of new Set(places)) {
      const name = `default._bimi.${place}`;
      const answer = await ctx.ask(name, "TXT", { signal });
      ctx.note(txtLine(answer));
      if (answer.outcome === "failed") return { findings: [unanswered(domain, answer)] };
      const records = textsOf(answer).filter(isBimiRecord);
      const [record, ...others] = records;
      if (others.length > 0) return { findings: [{ code: "bimi-several", data: { domain, name, count: records.length } }] };
      if (record !== undefined) return { findings: await judge(ctx, { domain, own, name, record, discovery }, signal) };
    }
    return { findings: [{ code: "bimi-absent", data: { domain } }] };
  },
});

interface Given {
  readonly domain: string;
  readonly own: string;
  readonly name: string;
  readonly record: string;
  readonly discovery: Discovery;
}

async function judge(ctx: CheckContext, { domain, own, name, record, discovery }: Given, signal: AbortSignal): Promise<Found[]> {
  const read = readBimiRecord(record);
  if (read.kind === "declined") return [];
  const findings: Found[] = [];
  if (discovery.source === undefined && discovery.failed !== undefined) findings.push(unanswered(domain, discovery.failed));
  else if (!isEnforced(discovery, own)) findings.push({ code: "bimi-dmarc", data: { domain } });
  if (read.kind === "bad") return [...findings, { code: "bimi-record-bad", data: { domain, name, tag: read.tag } }];

  const [logo, certificate] = await Promise.all([
    fetched(ctx, read.logo, maxLogoBytes, signal),
    read.certificate === undefined ? undefined : fetched(ctx, read.certificate, maxCertificateBytes, signal),
  ]);
  if (logo.body === undefined)
    findings.push({ code: "bimi-logo-unreachable", data: { domain, url: read.logo, reason: logo.reason } });
  else {
    const rules = lintLogo(logo.body);
    if (rules.length > 0) findings.push({ code: "bimi-logo-bad", data: { domain, rules: rules.join(", ") } });
  }
  if (certificate === undefined) findings.push({ code: "bimi-no-certificate", data: { domain } });
  else if (certificate.body === undefined) {
    const data = { domain, url: read.certificate ?? "", reason: certificate.reason };
    findings.push({ code: "bimi-certificate-unreachable", data });
  } else findings.push(...judgeCertificate({ domain, name, pem: certificate.body, logo: logo.body, now: ctx.now() }));
  return findings;
}

/** Draft section 7.1: quarantine or reject for the domain and those below it, and for all of the mail. */
function isEnforced({ source }: Discovery, own: string): boolean {
  if (source === undefined) return false;
  const { record } = source;
  const relations = source.domain === own ? (["own", "subdomain"] as const) : (["subdomain"] as const);
  const enforced = relations.every((relation) => (effectivePolicy(record, relation) ?? "none") !== "none");
  return enforced && !record.testing && (record.pct ?? 100) === 100;
}

interface Fetched {
  readonly body: string | undefined;
  readonly reason: string;
}

async function fetched(ctx: CheckContext, url: string, maxBytes: number, signal: AbortSignal): Promise<Fetched> {
  const { ask, isPublic, authorities } = ctx;
  const outcome = await get({ url, ask, isPublic, authorities, signal, maxBytes, timeoutMs: fetchMs, redirects: 2 });
  const isGood = outcome.kind === "answer" && outcome.status === 200;
  const reason = outcome.kind === "answer" ? `HTTP ${outcome.status}` : outcome.text;
  ctx.note(`GET ${url}: ${reason}`);
  return { body: isGood ? outcome.body : undefined, reason };
}

interface Certificate {
  readonly domain: string;
  /** `default._bimi.<domain>`, which the certificate may name instead of the domain. */
  readonly name: string;
  readonly pem: string;
  readonly logo: string | undefined;
  readonly now: number;
}

function judgeCertificate({ domain, name, pem, logo, now }: Certificate): Found[] {
  const certificate = readMarkCertificate(pem);
  if (certificate === undefined) return [{ code: "bimi-certificate-bad", data: { domain, rules: "PEM" } }];
  const { notBefore, notAfter, names, forMarks, chained } = certificate;
  const covered = name.slice("default._bimi.".length);
  const rules = [
    now < notBefore || now > notAfter ? `${dateOf(notBefore)} – ${dateOf(notAfter)}` : "",
    names.includes(name) || names.some((one) => covered === one || covered.endsWith(`.${one}`)) ? "" : `≠ ${covered}`,
    forMarks ? "" : "EKU BIMI",
    chained ? "" : "broken chain",
    certificate.logo === undefined || (logo !== undefined && certificate.logo.toString() !== logo) ? "logo ≠ l=" : "",
  ].filter((rule) => rule !== "");
  if (rules.length > 0) return [{ code: "bimi-certificate-bad", data: { domain, rules: rules.join(", ") } }];
  const days = Math.floor((notAfter - now) / day);
  return days < soonDays ? [{ code: "bimi-certificate-ends", data: { domain, days, date: dateOf(notAfter) } }] : [];
}

const dateOf = (at: number): string => (Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : "–");

const unanswered = (domain: string, { name, failure }: DnsAnswer): Found => ({
  code: "bimi-unanswered",
  data: { domain, name, reason: failure?.text ?? "" },
});
