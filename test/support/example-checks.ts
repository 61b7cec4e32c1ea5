import { z } from "zod";
import type { AnyCheck, FindingDeclaration, Measures, MetricDeclaration, Question } from "../../src/model/check.ts";
import { defineCheck } from "../../src/model/check.ts";
import type { Text } from "../../src/model/text.ts";

interface Example {
  readonly id: string;
  readonly title: Text;
  readonly answers: Question | undefined;
  readonly measures?: Measures;
  readonly findings?: Readonly<Record<string, FindingDeclaration>>;
  readonly metrics?: Readonly<Record<string, MetricDeclaration>>;
}

/** Checks that say what real ones say, and never run: the page and the API are shown by their words. */
const example = ({ id, title, answers, measures = "service", findings = {}, metrics = {} }: Example): AnyCheck =>
  defineCheck({
    id,
    title,
    measures,
    answers,
    every: 300_000,
    deadline: 30_000,
    confirm: { bad: [2, 2], good: 1, recheckMs: 20_000 },
    options: z.looseObject({}),
    findings,
    metrics,
    target: () => id,
    run: () => Promise.reject(new Error("An example does not run")),
  });

export const exampleChecks: readonly AnyCheck[] = [
  example({
    id: "dns-mx",
    title: { en: "Way in (MX)", zh: "收信入口（MX）" },
    answers: "receive",
    findings: {
      "mx-missing": {
        severity: "critical",
        text: {
          en: "Nobody can find where to deliver mail for {domain}: it has no MX record",
          zh: "别人找不到 {domain} 的收信服务器：没有 MX 记录",
        },
        advice: {
          en: "Whoever manages the zone adds the MX records that the mail provider names.",
          zh: "请域名管理员按邮件服务商的说明添加 MX 记录。",
        },
        source: "RFC 5321 5.1",
      },
    },
    metrics: {
      hosts: { label: { en: "mail servers", zh: "收信服务器数" }, help: "Hosts that mail is delivered to.", unit: "none" },
    },
  }),
  example({
    id: "dns-dmarc",
    title: { en: "DMARC policy", zh: "DMARC 策略" },
    answers: "trusted",
    measures: "posture",
    findings: {
      "dmarc-only-watches": {
        severity: "warning",
        text: {
          en: "Forged mail in the name of {domain} is let through: DMARC only watches (p=none)",
          zh: "冒用 {domain} 的邮件不会被拦截：DMARC 只观察（p=none）",
        },
        advice: {
          en: "Read the reports for two weeks, then set p=quarantine.",
          zh: "先看两周报告，再改为 p=quarantine。",
        },
        source: "RFC 7489 6.3",
      },
    },
  }),
  example({
    id: "imap-login",
    title: { en: "Mailbox login", zh: "邮箱登录" },
    answers: "read",
    findings: {
      "login-refused": {
        severity: "critical",
        text: { en: "The password of {account} was rejected", zh: "{account} 的密码被拒绝" },
        advice: {
          en: "Check whether the password was changed; enter the new one where the configuration takes it from.",
          zh: "请确认密码是否改过，并在配置所指的位置更新。",
        },
        source: "RFC 5530",
      },
    },
    metrics: { login: { label: { en: "login", zh: "登录" }, help: "From connecting until logged in.", unit: "seconds" } },
  }),
  example({
    id: "imap-quota",
    title: { en: "Space in the mailbox", zh: "邮箱空间" },
    answers: "receive",
    findings: {
      "mailbox-full": {
        severity: "critical",
        text: {
          en: "Customers' mail to {mailbox} is being returned: the mailbox is full ({used} of {size} GB)",
          zh: "客户发往 {mailbox} 的邮件正被退回：邮箱已满（{used} / {size} GB）",
        },
        advice: {
          en: "Delete or archive large attachments, or have the administrator add space.",
          zh: "删除或归档大附件，或请管理员扩容。",
        },
        source: "RFC 9208",
      },
    },
    metrics: { used: { label: { en: "used", zh: "已用" }, help: "Share of the space that is used.", unit: "ratio" } },
  }),
  example({
    id: "smtp-submission",
    title: { en: "Sending by SMTP", zh: "SMTP 发信" },
    answers: "send",
    metrics: { connect: { label: { en: "connect", zh: "连接" }, help: "Until connected.", unit: "seconds" } },
  }),
  example({
    id: "mail-roundtrip",
    title: { en: "Round trip", zh: "邮件往返" },
    answers: "receive",
    findings: {
      "not-there-yet": {
        severity: "unknown",
        text: { en: "The probe mail has not arrived yet", zh: "探测邮件尚未到达" },
        advice: { en: "Nothing to do yet; it is looked for again.", zh: "暂不用处理，稍后会再查。" },
        source: "RFC 5321 4.5.4",
      },
    },
    metrics: {
      roundtrip: { label: { en: "round trip", zh: "往返" }, help: "From sending until it was in the inbox.", unit: "seconds" },
    },
  }),
  example({
    id: "tls-certificate",
    title: { en: "Certificate", zh: "证书" },
    answers: "trusted",
    measures: "expiry",
    metrics: {
      "valid-for": { label: { en: "valid for", zh: "有效期" }, help: 'Until it ends;\nas its "notAfter" says.', unit: "seconds" },
    },
  }),
  example({ id: "egress", title: { en: "Our way out", zh: "出网连接" }, answers: undefined, measures: "monitor" }),
];
