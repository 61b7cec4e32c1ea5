import type { FindingDeclaration } from "../src/model/check.ts";

export const driftFindings = {
  "mx-hijacked": {
    severity: "critical",
    cause: "mx-changed",
    immediate: true,
    text: {
      en: "All mail to {domain} now goes to somebody else ({hosts}), as its own name server {witness} says. Changed: {changes}",
      zh: "发往 {domain} 的邮件现在全部送往他处（{hosts}），其域名服务器 {witness} 也这样回答。变更：{changes}",
    },
    advice: {
      en: "Did nobody of your company move the mail? Then lock the accounts at the registrar and the DNS host now, change their passwords, and publish again: {restore}. If you moved it, write in mailvigil.yaml, under probes: {domain}/dns-drift: { options: { acknowledged: {mark} } }, and have it read again (SIGHUP, or a restart).",
      zh: "若公司没有人迁移过邮件：请立即锁定注册商和 DNS 服务商的账号、更换密码，并恢复记录：{restore}。若确是自己迁移，请在 mailvigil.yaml 的 probes 下写 {domain}/dns-drift: { options: { acknowledged: {mark} } }，再让它重读配置（SIGHUP 或重启）。",
    },
    source: "DNS hijacking: MX records of another owner, or changed together with the name servers (CISA ED 19-01)",
  },
  "mx-change-unproven": {
    severity: "unknown",
    text: {
      en: "Our resolver says that all mail to {domain} goes to somebody else, and no name server of the zone says so ({changes})",
      zh: "本机的解析器称发往 {domain} 的邮件送往他处，但没有一台该域的域名服务器这样回答（{changes}）",
    },
    advice: {
      en: "Look at the resolver that Mailvigil asks (settings.dns.servers): it may hold an old answer, or a forged one. If you are moving the mail just now, wait for the next look.",
      zh: "请检查 Mailvigil 使用的解析器（settings.dns.servers）：它的答案可能已过时或被伪造。若正在迁移邮件，请等下一次检查。",
    },
    source: "RFC 5452; an answer that nobody confirms is no proof",
  },
  "records-changed": {
    severity: "warning",
    text: {
      en: "Records that the mail of {domain} rests on have changed: {changes}",
      zh: "{domain} 的邮件所依赖的记录有变更：{changes}",
    },
    advice: {
      en: "Was it you? Write in mailvigil.yaml, under probes: {domain}/dns-drift: { options: { acknowledged: {mark} } }, and have it read again (SIGHUP, or a restart). If not, ask whoever manages the DNS; to undo it, publish: {restore}",
      zh: "若是自己改的，请在 mailvigil.yaml 的 probes 下写 {domain}/dns-drift: { options: { acknowledged: {mark} } }，再让它重读配置（SIGHUP 或重启）。若不是，请询问 DNS 管理员；如需恢复，请发布：{restore}",
    },
    source: "A baseline of the records as they were first seen, or last accepted",
  },
  "records-unanswered": {
    severity: "unknown",
    text: {
      en: "Whether the {kinds} records of {domain} are still the same could not be found out ({reason})",
      zh: "无法得知 {domain} 的 {kinds} 记录是否有变（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers.",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查其域名服务器，并检查本机的 settings.dns.servers。",
    },
    source: "A failed question says nothing about the record",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
