import { z } from "zod";
import { type CheckContext, defineCheck, type FindingDeclaration, type FoundFinding } from "../src/model/check.ts";
import type { DnsAnswer } from "../src/model/dns.ts";
import { senderOptions } from "../src/mail/own-senders.ts";
import { isTlsRptLike, isTlsRptRecord, proposedTlsRpt, readTlsRpt, type TlsRptProblem } from "../src/mail/tls-rpt-record.ts";
import { shortened, textsOf, txtLine } from "../src/mail/txt-answer.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";

/** MX hosts whose TLSA is asked for. */
const maxHosts = 10;

const declared = {
  "tls-rpt-missing": {
    severity: "info",
    text: {
      en: "{domain} asks for no reports about failed encryption (TLS-RPT), so nobody tells when others cannot deliver securely",
      zh: "{domain} 没有要求加密失败报告（TLS-RPT）；他人无法加密投递时，没有人会告诉你",
    },
    advice: {
      en: 'Nothing is broken. The DNS host of {domain} may publish: _smtp._tls.{domain}. TXT "{record}" (the mailbox must exist)',
      zh: '没有故障。{domain} 的 DNS 管理员可发布：_smtp._tls.{domain}. TXT "{record}"（该邮箱须存在）',
    },
    source: "RFC 8460 section 3",
  },
  "tls-rpt-needed": {
    severity: "warning",
    text: {
      en: "{domain} makes others deliver encrypted ({why}) and asks for no reports (TLS-RPT): mail that they hold back for it stays unnoticed",
      zh: "{domain} 要求他人加密投递（{why}），却没有要求报告（TLS-RPT）：因此被扣下的来信无人知晓",
    },
    advice: {
      en: 'The DNS host of {domain} publishes: _smtp._tls.{domain}. TXT "{record}" (the mailbox must exist)',
      zh: '请 {domain} 的 DNS 管理员发布：_smtp._tls.{domain}. TXT "{record}"（该邮箱须存在）',
    },
    source: "RFC 8460 section 3",
  },
  "tls-rpt-several": {
    severity: "critical",
    text: {
      en: "Nobody sends encryption reports about {domain}: _smtp._tls.{domain} has {count} records, and only one may be",
      zh: "没有人会发送 {domain} 的加密报告：_smtp._tls.{domain} 有 {count} 条记录，只能有一条",
    },
    advice: {
      en: 'The DNS host of {domain} keeps one: _smtp._tls.{domain}. TXT "{record}"',
      zh: '请 {domain} 的 DNS 管理员只保留一条：_smtp._tls.{domain}. TXT "{record}"',
    },
    source: "RFC 8460 section 3",
  },
  "tls-rpt-unreadable": {
    severity: "critical",
    text: {
      en: "Nobody sends encryption reports about {domain}: the record must begin with v=TLSRPTv1; and reads “{content}”",
      zh: "没有人会发送 {domain} 的加密报告：记录必须以 v=TLSRPTv1; 开头，现为「{content}」",
    },
    advice: {
      en: 'The DNS host of {domain} publishes: _smtp._tls.{domain}. TXT "{record}"',
      zh: '请 {domain} 的 DNS 管理员改为：_smtp._tls.{domain}. TXT "{record}"',
    },
    source: "RFC 8460 section 3",
  },
  "tls-rpt-no-address": {
    severity: "critical",
    text: {
      en: "Nobody sends encryption reports about {domain}: the record names no address (rua)",
      zh: "没有人会发送 {domain} 的加密报告：记录没有写报告地址（rua）",
    },
    advice: {
      en: 'The DNS host of {domain} publishes: _smtp._tls.{domain}. TXT "{record}" (the mailbox must exist)',
      zh: '请 {domain} 的 DNS 管理员改为：_smtp._tls.{domain}. TXT "{record}"（该邮箱须存在）',
    },
    source: "RFC 8460 section 3",
  },
  "tls-rpt-address-bad": {
    severity: "critical",
    text: {
      en: "No encryption report about {domain} can go to {uri}: it must be mailto: and an address, or https://",
      zh: "{domain} 的加密报告无法发到 {uri}：应为 mailto: 加邮箱地址，或 https://",
    },
    advice: {
      en: 'The DNS host of {domain} publishes: _smtp._tls.{domain}. TXT "{record}"',
      zh: '请 {domain} 的 DNS 管理员改为：_smtp._tls.{domain}. TXT "{record}"',
    },
    source: "RFC 8460 section 3",
  },
  "tls-rpt-many": {
    severity: "warning",
    text: {
      en: "The TLS-RPT record of {domain} names {count} addresses; senders may report to the first one only",
      zh: "{domain} 的 TLS-RPT 记录写了 {count} 个地址；发件方可能只向第一个报告",
    },
    advice: {
      en: 'The DNS host of {domain} keeps one: _smtp._tls.{domain}. TXT "{record}"',
      zh: '请 {domain} 的 DNS 管理员保留一个：_smtp._tls.{domain}. TXT "{record}"',
    },
    source: "NCSC MailCheck: TLS-RPT with more than one URI",
  },
  "tls-rpt-own-mailbox": {
    severity: "info",
    text: {
      en: "Encryption reports about {domain} go to a mailbox in it ({address}); it must take them even while encryption is broken",
      zh: "{domain} 的加密报告发到本域邮箱（{address}）；即使加密出故障，它也必须能收到",
    },
    advice: {
      en: "Nothing is broken: senders may report without encryption. An address in another domain, or https://, is on the safe side.",
      zh: "没有故障：报告可以不加密投递。改用其他域名的邮箱或 https:// 地址更稳妥。",
    },
    source: "RFC 8460 section 5.3",
  },
  "tls-rpt-unanswered": {
    severity: "unknown",
    text: {
      en: "Whether {domain} asks for encryption reports could not be found out: the question for {name} has no usable answer ({reason})",
      zh: "无法得知 {domain} 是否要求加密报告：{name} 的查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查其域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the record",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;

type Found = FoundFinding<keyof typeof declared>;

/** RFC 8460: where other mail servers report that they could not deliver to a domain encrypted. */
export default defineCheck({
  id: "dns-tls-rpt",
  title: { en: "Reports about failed encryption (TLS-RPT)", zh: "加密失败报告（TLS-RPT）" },
  measures: "posture",
  answers: "trusted",
  every: 60 * 60_000,
  deadline: 45_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    sends: senderOptions.sends,
    receives: receivesOption,
  }),
  findings: declared,
  metrics: {},
  target: ({ domain }) => domain,

  async run(ctx, { domain, receives }, signal) {
    if (!receives) return { findings: [], nothing: true };
    const own = asciiName(domain) ?? domain;
    const answer = await ctx.ask(`_smtp._tls.${own}`, "TXT", { confirm: true, signal });
    ctx.note(txtLine(answer));
    if (answer.outcome === "failed") return { findings: [unanswered(domain, answer)] };
    const texts = textsOf(answer);
    const records = texts.filter(isTlsRptRecord);
    const [record, ...others] = records;
    if (others.length > 0) {
      const good = records.find((text) => readTlsRpt(text, own).problems.length === 0) ?? proposedTlsRpt(own);
      return { findings: [{ code: "tls-rpt-several", data: { domain, count: records.length, record: good } }] };
    }
    if (record !== undefined) return { findings: judge(domain, own, record) };
    const meant = texts.find(isTlsRptLike);
    if (meant === undefined) {
      const missing = await withoutRecord(ctx, domain, own, signal);
      return { findings: missing, nothing: missing.length === 0 };
    }
    const [uri] = readTlsRpt(meant, own).uris;
    const data = { domain, content: shortened(meant), record: proposedTlsRpt(own, uri?.text) };
    return { findings: [{ code: "tls-rpt-unreadable", data }] };
  },
});

const codes = {
  "no-rua": "tls-rpt-no-address",
  uri: "tls-rpt-address-bad",
  many: "tls-rpt-many",
} as const satisfies Readonly<Record<TlsRptProblem["code"], keyof typeof declared>>;

function judge(domain: string, own: string, record: string): Found[] {
  const { uris, problems } = readTlsRpt(record, own);
  const findings: Found[] = problems.map(({ code, ...more }) => {
    const found: Found = { code: codes[code], data: { domain, ...more } };
    // Where another address is good, reports arrive all the same.
    return code === "uri" && uris.length > 0 ? { ...found, severity: "warning" } : found;
  });
  const addresses = uris.map((uri) => uri.address);
  const [address] = addresses;
  if (address !== undefined && uris.every((uri) => uri.domain === own)) {
    findings.push({ code: "tls-rpt-own-mailbox", data: { domain, address } });
  }
  return findings;
}

/** Without MTA-STS and DANE nobody holds mail back for want of encryption, and there is little to report; with a null MX nothing. */
async function withoutRecord(ctx: CheckContext, domain: string, own: string, signal: AbortSignal): Promise<Found[]> {
  const data = { domain, record: proposedTlsRpt(own) };
  const [sts, mx] = await Promise.all([ctx.ask(`_mta-sts.${own}`, "TXT", { signal }), ctx.ask(own, "MX", { signal })]);
  ctx.note(txtLine(sts));
  if (mx.outcome === "records" && mx.records.every((record) => record.exchange === "")) return [];
  if (textsOf(sts).some((text) => /^v=STSv1\s*;/.test(text)))
    return [{ code: "tls-rpt-needed", data: { ...data, why: "MTA-STS" } }];
  const hosts = [...new Set(mx.records.map((record) => record.exchange.toLowerCase()))].filter((name) => name !== "");
  const tlsa = await Promise.all(hosts.slice(0, maxHosts).map((host) => ctx.ask(`_25._tcp.${host}`, "TLSA", { signal })));
  // A TLSA record that DNSSEC does not prove has no effect (RFC 7672 section 2.1).
  const proved = tlsa.find((answer) => answer.outcome === "records" && answer.authenticated);
  if (proved !== undefined) return [{ code: "tls-rpt-needed", data: { ...data, why: "DANE" } }];
  const failed = [sts, mx, ...tlsa].find((answer) => answer.outcome === "failed");
  return failed === undefined ? [{ code: "tls-rpt-missing", data }] : [unanswered(domain, failed)];
}

const unanswered = (domain: string, { name, failure }: DnsAnswer): Found => ({
  code: "tls-rpt-unanswered",
  data: { domain, name, reason: failure?.text ?? "" },
});
