import type { FindingDeclaration } from "../src/model/check.ts";

export const consistencyFindings = {
  "zone-dead": {
    severity: "critical",
    cause: "zone-broken",
    outage: true,
    text: {
      en: "Nobody can look {domain} up, so no mail arrives and what it sends is refused: no name server of {zone} answers ({servers}: {reason}), while other zones do",
      zh: "没有人能查到 {domain}，因此收不到邮件，发出的邮件也会被拒：{zone} 的域名服务器都没有可用的回答（{servers}：{reason}），而其他域正常",
    },
    advice: {
      en: "Whoever hosts the DNS of {zone} brings its name servers back or, where the zone has moved, the registrar is told the new ones. Look also whether the hosting is paid.",
      zh: "请 {zone} 的 DNS 服务商恢复域名服务器；若已迁移，请到注册商处改为新的域名服务器。同时确认 DNS 服务是否欠费。",
    },
    source: "RFC 1034 section 4.3; RFC 5321 section 5.1 (a temporary failure defers all mail)",
  },
  "zone-silent": {
    severity: "warning",
    cause: "zone-broken",
    text: {
      en: "{domain} still lives in the memory of resolvers alone: none of its name servers answers us ({servers}: {reason})",
      zh: "{domain} 目前只靠解析器的缓存维持：它的域名服务器都没有回答本机（{servers}：{reason}）",
    },
    advice: {
      en: "Whoever hosts the DNS of {zone} looks at its name servers now: when the memory ends, no mail arrives. If they are well, they may be refusing this machine.",
      zh: "请 {zone} 的 DNS 服务商立即检查域名服务器：缓存过期后就收不到邮件。若服务器正常，可能是它们拒绝了本机。",
    },
    source: "RFC 1034 section 4.3.4; RFC 2308 section 7",
  },
  "server-silent": {
    severity: "warning",
    timed: true,
    text: {
      en: "Look-ups of {zone} are slow and sometimes fail: {missing} of {count} name servers do not answer ({servers}: {reason})",
      zh: "查询 {zone} 会变慢，偶尔失败：{count} 台域名服务器中有 {missing} 台没有应答（{servers}：{reason}）",
    },
    advice: {
      en: "Whoever hosts the DNS of {zone} mends these servers, or takes them out of the NS records, both in the zone and at the registrar.",
      zh: "请 {zone} 的 DNS 服务商修复这些服务器，或从 NS 记录中去掉（区内和注册商处都要改）。",
    },
    source: "RFC 2182 section 3; Zonemaster Nameserver and Connectivity",
  },
  "server-lame": {
    severity: "warning",
    text: {
      en: "Look-ups of {zone} sometimes fail: {missing} of {count} name servers do not serve the zone ({servers}: {reason})",
      zh: "查询 {zone} 偶尔失败：{count} 台域名服务器中有 {missing} 台并不提供该域（{servers}：{reason}）",
    },
    advice: {
      en: "Whoever hosts the DNS of {zone} loads the zone on these servers, or takes them out of the NS records, both in the zone and at the registrar.",
      zh: "请 {zone} 的 DNS 服务商在这些服务器上加载该域，或从 NS 记录中去掉（区内和注册商处都要改）。",
    },
    source: "RFC 1912 section 2.8 (lame delegation); Zonemaster Delegation",
  },
  "server-without-address": {
    severity: "warning",
    text: {
      en: "Look-ups of {zone} sometimes fail: name servers that it names have no address on the public internet ({servers})",
      zh: "查询 {zone} 偶尔失败：它列出的域名服务器没有公网地址（{servers}）",
    },
    advice: {
      en: "Whoever hosts the DNS of {zone} gives these servers their A records back, or takes them out of the NS records, in the zone and at the registrar.",
      zh: "请 {zone} 的 DNS 服务商恢复这些服务器的 A 记录，或从 NS 记录中去掉（区内和注册商处都要改）。",
    },
    source: "RFC 1912 section 2.8; Zonemaster Delegation",
  },
  "mx-differs": {
    severity: "warning",
    text: {
      en: "Where mail to {domain} goes depends on which name server is asked: {versions}",
      zh: "发往 {domain} 的邮件送到哪里，取决于问到哪台域名服务器：{versions}",
    },
    advice: {
      en: "Whoever hosts the DNS brings the old copies up to date: raise the serial and transfer the zone again; with two DNS hosts, publish the same MX records at both.",
      zh: "请 DNS 服务商更新旧的副本：增大序列号并重新传送；若使用两家 DNS，请在两边发布相同的 MX 记录。",
    },
    source: "RFC 1034 section 4.3.5; Zonemaster Zone09",
  },
  "spf-differs": {
    severity: "warning",
    text: {
      en: "Whether mail from {domain} is accepted depends on which name server is asked, because their SPF records differ: {versions}",
      zh: "{domain} 发出的邮件能否被接受，取决于问到哪台域名服务器，因为 SPF 记录不一致：{versions}",
    },
    advice: {
      en: "Whoever hosts the DNS brings the old copies up to date: raise the serial and transfer the zone again; with two DNS hosts, publish the same SPF record at both.",
      zh: "请 DNS 服务商更新旧的副本：增大序列号并重新传送；若使用两家 DNS，请在两边发布相同的 SPF 记录。",
    },
    source: "RFC 1034 section 4.3.5; Zonemaster Zone11",
  },
  "txt-differs": {
    severity: "warning",
    text: {
      en: "The name servers of {domain} hold different TXT records: {versions}",
      zh: "{domain} 的域名服务器上 TXT 记录不一致：{versions}",
    },
    advice: {
      en: "Whoever hosts the DNS brings the old copies up to date; proofs of ownership for mail services are among these records.",
      zh: "请 DNS 服务商更新旧的副本；邮件服务的域名验证就在这些记录中。",
    },
    source: "RFC 1034 section 4.3.5",
  },
  "serial-differs": {
    severity: "warning",
    text: {
      en: "The name servers of {domain} hold different versions of the zone: {versions}",
      zh: "{domain} 的域名服务器上区数据版本不一致：{versions}",
    },
    advice: {
      en: "Right after a change this passes by itself. If it stays, whoever hosts the DNS looks why the zone is no longer transferred; old copies end by expiring.",
      zh: "刚改过记录时会自行恢复。若持续存在，请 DNS 服务商查明为何不再同步；旧副本最终会过期失效。",
    },
    source: "RFC 1982; Zonemaster Consistency01",
  },
  "delegation-differs": {
    severity: "warning",
    text: {
      en: "The registry sends the world to other name servers for {zone} ({parent}) than the zone itself names ({own}); one of them is out of date",
      zh: "注册局为 {zone} 指向的域名服务器（{parent}）与该域自己列出的（{own}）不一致，其中一份已过时",
    },
    advice: {
      en: "Whoever pays for {zone} makes both the same at the registrar. As the zone has it: {record}",
      zh: "请域名的付费人在注册商处改成一致。按区内的数据应为：{record}",
    },
    source: "RFC 1034 section 4.2.2; Zonemaster Delegation07",
  },
  "ttl-long": {
    severity: "info",
    text: {
      en: "A change of the {type} records of {domain} takes up to {hours} hours to be seen everywhere (TTL {ttl} s)",
      zh: "修改 {domain} 的 {type} 记录后，最长要 {hours} 小时才能全面生效（TTL {ttl} 秒）",
    },
    advice: {
      en: "Nothing is broken. Before a planned move of the mail service, whoever manages the DNS sets the TTL to 3600 or less, a day ahead.",
      zh: "没有故障。计划迁移邮件服务前，请 DNS 管理员提前一天把 TTL 降到 3600 或更低。",
    },
    source: "RFC 1912 section 2.2",
  },
  "consistency-unknown": {
    severity: "unknown",
    text: {
      en: "Whether the name servers of {zone} say the same could not be found out: none can be asked from here ({reason})",
      zh: "无法得知 {zone} 的域名服务器是否一致：本机问不到其中任何一台（{reason}）",
    },
    advice: {
      en: "See to it that this machine may ask name servers of the internet (port 53, UDP and TCP). Behind a firewall that allows only its own resolver, turn this check off.",
      zh: "请允许本机访问互联网上的域名服务器（53 端口，UDP 和 TCP）。若防火墙只允许内部解析器，请关闭此检查。",
    },
    source: "A failed question says nothing about the zone",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
