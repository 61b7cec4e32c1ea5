import type { FindingDeclaration } from "../src/model/check.ts";

export const autoconfigFindings = {
  "points-to-former-provider": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Mail programs of {domain} send passwords to {former}, while its mail is at {provider}: {where}",
      zh: "{domain} 的邮件客户端会把密码发往 {former}，而邮箱在 {provider}：{where}",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes these records, or points them to {provider} as its set-up page says. Who has been asked for the password by the old server changes it.",
      zh: "请 {domain} 的 DNS 管理员删除这些记录，或按 {provider} 的设置说明修改。若有人已在旧服务器上输入过密码，请更换密码。",
    },
    source: "RFC 6186 section 6; Autodiscover: an old server goes on asking for passwords",
  },
  "points-elsewhere": {
    severity: "warning",
    text: {
      en: "Mail of {domain} goes to its own servers ({exchanges}), while mail programs are led to {former}: {where}",
      zh: "{domain} 的邮件送到自己的服务器（{exchanges}），邮件客户端却被引到 {former}：{where}",
    },
    advice: {
      en: "Are the mailboxes at {former} behind your own gateway? Then all is well: set this finding's severity to info. If not, whoever manages the DNS of {domain} deletes or corrects these records.",
      zh: "若邮箱确在 {former}、自己的服务器只是网关，则没有问题，可把此项严重级别设为 info；否则请 {domain} 的 DNS 管理员删除或更正这些记录。",
    },
    source: "RFC 6186 section 6",
  },
  "autoconfig-http-only": {
    severity: "warning",
    text: {
      en: "On an open network anybody can lead mail programs of {domain} to a false server: {url} is offered without TLS alone",
      zh: "在公共网络上，任何人都能把 {domain} 的邮件客户端引到假服务器：{url} 只提供不加密的版本",
    },
    advice: {
      en: "Whoever runs that web server gives it a certificate for autoconfig.{domain}; the same file at https is then read first.",
      zh: "请该网站的管理员为 autoconfig.{domain} 安装证书；客户端会优先读取 https 下的同一文件。",
    },
    source: "Mozilla: Thunderbird autoconfiguration; draft-ietf-mailmaint-autoconfig",
  },
  "autoconfig-plain": {
    severity: "warning",
    text: {
      en: "Mail programs of {domain} are told to send passwords without encryption to {hosts} ({url})",
      zh: "{domain} 的自动配置要求客户端不加密地把密码发往 {hosts}（{url}）",
    },
    advice: {
      en: "Whoever keeps that file writes socketType SSL with port 993 and 465, and deletes what is plain.",
      zh: "请维护该文件的人改为 socketType SSL，端口 993 和 465，并删除不加密的条目。",
    },
    source: "RFC 8314 section 3",
  },
  "autoconfig-unreadable": {
    severity: "warning",
    text: {
      en: "Mail programs cannot read how mailboxes of {domain} are set up: {url} is broken ({reason})",
      zh: "邮件客户端读不了 {domain} 的自动配置：{url} 的内容有误（{reason}）",
    },
    advice: {
      en: "Whoever keeps that file mends it (xmllint shows the place), or deletes it so that mail programs look elsewhere.",
      zh: "请维护该文件的人修正它（可用 xmllint 找到位置），或删除它，让客户端改用其他途径。",
    },
    source: "Mozilla: Thunderbird autoconfiguration, config file format",
  },
  "srv-dead": {
    severity: "warning",
    text: {
      en: "Mail programs of {domain} are led to servers that do not exist ({hosts}, by {records})",
      zh: "{domain} 的邮件客户端被引到不存在的服务器（{hosts}，来自 {records}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} points these SRV records to the present servers, or deletes them.",
      zh: "请 {domain} 的 DNS 管理员把这些 SRV 记录改到现在的服务器，或删除它们。",
    },
    source: "RFC 2782; RFC 6186 section 3",
  },
  "srv-certificate": {
    severity: "warning",
    text: {
      en: "Mail programs warn when they are set up by the SRV records: the certificate at {hosts} is for another name",
      zh: "按 SRV 记录设置的邮件客户端会告警：{hosts} 的证书属于其他名称",
    },
    advice: {
      en: "Whoever manages the DNS writes the host name that the certificate has into the SRV record, or the server gets a certificate for this name.",
      zh: "请 DNS 管理员把 SRV 记录改为证书中的主机名，或为服务器换上包含该名称的证书。",
    },
    source: "RFC 6186 section 6; RFC 9525",
  },
  "autoconfig-directory": {
    severity: "info",
    text: {
      en: "{domain} says nothing itself about its servers; mail programs find them in Mozilla's directory ({hosts})",
      zh: "{domain} 自己没有公布服务器，邮件客户端可从 Mozilla 的目录中找到（{hosts}）",
    },
    advice: { en: "Nothing has to be done.", zh: "无需处理。" },
    source: "https://autoconfig.thunderbird.net (ISPDB)",
  },
  "autoconfig-missing": {
    severity: "info",
    text: {
      en: "Whoever sets up a mailbox of {domain} must type the servers by hand: there is neither an SRV record nor autoconfig nor autodiscover",
      zh: "设置 {domain} 的邮箱时须手动填写服务器：没有 SRV 记录、autoconfig 或 autodiscover",
    },
    advice: {
      en: "To spare it them, whoever manages the DNS of {domain} publishes, with the servers that the provider names: {record}",
      zh: "如需自动设置，请 {domain} 的 DNS 管理员按服务商给出的服务器发布：{record}",
    },
    source: "RFC 6186; RFC 8314 section 5.1",
  },
  "directory-unreachable": {
    severity: "info",
    text: {
      en: "{domain} says nothing itself about its servers; whether Mozilla's directory knows them could not be found out ({reason})",
      zh: "{domain} 自己没有公布服务器；Mozilla 的目录中有没有，暂时查不到（{reason}）",
    },
    advice: {
      en: "Nothing is broken. To be found without the directory, whoever manages the DNS of {domain} publishes: {record}",
      zh: "没有故障。若不想依赖该目录，请 {domain} 的 DNS 管理员发布：{record}",
    },
    source: "https://autoconfig.thunderbird.net (ISPDB); RFC 6186",
  },
  "autoconfig-unknown": {
    severity: "unknown",
    text: {
      en: "Where mail programs of {domain} are led could not be found out: the question for {name} has no usable answer ({reason})",
      zh: "无法得知 {domain} 的邮件客户端被引到哪里：{name} 查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查其域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the record",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
