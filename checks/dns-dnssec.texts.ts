import type { FindingDeclaration } from "../src/model/check.ts";

export const dnssecFindings = {
  "signatures-expired": {
    severity: "critical",
    cause: "zone-broken",
    outage: true,
    text: {
      en: "Senders and customers that check DNSSEC no longer find {domain}, its mail and its web site: the signatures of the zone ended on {ends}",
      zh: "校验 DNSSEC 的发件方和客户已无法解析 {domain}，邮件和网站都受影响：区域签名已于 {ends} 过期",
    },
    advice: {
      en: "The DNS host of {domain} signs the zone again now and looks why it was not done by itself. If that takes long, have the DS record deleted at the registrar first: {record}",
      zh: "请 {domain} 的 DNS 服务商立即重新签名，并检查自动签名为何停止。若一时无法恢复，请先在注册商处删除 DS 记录：{record}",
    },
    source: "RFC 4035 section 5.3.1",
  },
  "ds-mismatch": {
    severity: "critical",
    cause: "zone-broken",
    outage: true,
    text: {
      en: "Senders and customers that check DNSSEC no longer find {domain}, its mail and its web site: the DS record at the registrar belongs to no key of the zone ({found})",
      zh: "校验 DNSSEC 的发件方和客户已无法解析 {domain}，邮件和网站都受影响：注册商处的 DS 记录与区域的密钥不符（{found}）",
    },
    advice: {
      en: "After a change of the DNS host the old DS stays behind. Whoever has the login at the registrar deletes it, or replaces it by: {record}",
      zh: "更换 DNS 服务商后常会遗留旧的 DS。请注册商账号的管理人删除它，或改为：{record}",
    },
    source: "RFC 4035 section 5.2; RFC 6781 section 4.3.5",
  },
  bogus: {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "Senders and customers that check DNSSEC no longer find {domain}, its mail and its web site: its signatures do not hold ({reason})",
      zh: "校验 DNSSEC 的发件方和客户已无法解析 {domain}，邮件和网站都受影响：签名校验失败（{reason}）",
    },
    advice: {
      en: "The DNS host of {domain} signs the zone again and compares its keys with the DS record at the registrar. If that takes long, have the DS record deleted first.",
      zh: "请 {domain} 的 DNS 服务商重新签名，并核对密钥与注册商处的 DS 记录。若一时无法恢复，请先删除 DS 记录。",
    },
    source: "RFC 4035 section 4.3 (bogus); RFC 8914",
  },
  "mx-bogus": {
    severity: "critical",
    cause: "zone-broken",
    outage: true,
    text: {
      en: "Senders that check DNSSEC cannot deliver to {domain}: the signatures for its mail server {hosts} do not hold ({reason})",
      zh: "校验 DNSSEC 的发件方无法投递到 {domain}：邮件服务器 {hosts} 的签名校验失败（{reason}）",
    },
    advice: {
      en: "Whoever manages the DNS of that mail server (the mail provider, or you) signs its zone again and compares the keys with the DS record at the registrar.",
      zh: "请该邮件服务器域名的 DNS 管理员（邮件服务商或本公司）重新签名，并核对密钥与注册商处的 DS 记录。",
    },
    source: "RFC 4035 section 4.3 (bogus); RFC 8914",
  },
  "signatures-ending": {
    severity: "warning",
    text: {
      en: "From {ends} on, senders and customers that check DNSSEC will not find {domain}: its signatures end then and have not been renewed",
      zh: "自 {ends} 起，校验 DNSSEC 的发件方和客户将无法解析 {domain}：签名届时过期，至今没有续签",
    },
    advice: {
      en: "The DNS host of {domain} looks why the zone is not signed again: signatures made for {lifetime} days should be renewed before {left} days are left.",
      zh: "请 {domain} 的 DNS 服务商检查为何没有重新签名：有效期 {lifetime} 天的签名，剩余 {left} 天之前就应续签。",
    },
    source: "RFC 6781 section 4.4.2; Zonemaster DNSSEC04",
  },
  "weak-algorithm": {
    severity: "warning",
    text: {
      en: "Some resolvers treat {domain} as if it were not signed: its DNSSEC uses {algorithms}, which is no longer believed",
      zh: "部分解析器会把 {domain} 当作未签名：其 DNSSEC 使用了不再可信的 {algorithms}",
    },
    advice: {
      en: "The DNS host of {domain} moves the zone to ECDSA P-256 (13); then whoever has the login at the registrar replaces the DS record, with digest type 2 (SHA-256).",
      zh: "请 {domain} 的 DNS 服务商改用 ECDSA P-256（13）；然后由注册商账号的管理人更换 DS 记录，摘要类型用 2（SHA-256）。",
    },
    source: "RFC 8624 section 3; RFC 9905; Zonemaster DNSSEC01, DNSSEC05",
  },
  "ds-without-effect": {
    severity: "warning",
    text: {
      en: "DNSSEC does not protect {domain}, although it has a DS record ({found}): resolvers cannot follow its algorithm, or the zone above is not signed",
      zh: "{domain} 虽有 DS 记录（{found}），DNSSEC 却没有生效：解析器不支持其算法，或上级区域没有签名",
    },
    advice: {
      en: "The DNS host of {domain} moves the zone to ECDSA P-256 (13); then whoever has the login at the registrar replaces the DS record.",
      zh: "请 {domain} 的 DNS 服务商改用 ECDSA P-256（13）；然后由注册商账号的管理人更换 DS 记录。",
    },
    source: "RFC 4035 section 5.2; RFC 8624 section 3",
  },
  "ds-missing": {
    severity: "info",
    text: {
      en: "{domain} is signed, and nobody can check it: its registrar publishes no DS record",
      zh: "{domain} 已签名，但无人能校验：注册商处没有发布 DS 记录",
    },
    advice: {
      en: "Nothing is broken. If the signing is meant to stay, whoever has the login at the registrar publishes: {record}",
      zh: "没有故障。若要长期启用签名，请注册商账号的管理人发布：{record}",
    },
    source: "RFC 4035 section 2.4",
  },
  unsigned: {
    severity: "info",
    text: {
      en: "{domain} is not signed (no DNSSEC): a resolver can be given forged records for it unnoticed",
      zh: "{domain} 没有签名（未启用 DNSSEC）：伪造的解析记录不会被发现",
    },
    advice: {
      en: "Nothing is broken. If the DNS host offers DNSSEC, it is switched on there first; then the DS record that it names goes to the registrar.",
      zh: "没有故障。若 DNS 服务商支持 DNSSEC，先在其控制台启用，再把给出的 DS 记录填到注册商处。",
    },
    source: "RFC 4033",
  },
  "dnssec-unverified": {
    severity: "unknown",
    text: {
      en: "Whether the signatures of {domain} hold could not be found out: the configured resolvers do not check DNSSEC",
      zh: "无法得知 {domain} 的签名是否有效：本机使用的解析器不校验 DNSSEC",
    },
    advice: {
      en: "Name a validating resolver in settings.dns.servers (audit: --dns): an Unbound or BIND of your own, or a public one that you trust. Nothing is wrong with {domain} by this.",
      zh: "请在 settings.dns.servers（审查时用 --dns）中指定会校验 DNSSEC 的解析器：自建的 Unbound 或 BIND，或可信的公共解析器。这并不表示 {domain} 有问题。",
    },
    source: "RFC 4035 section 3.2.3: the AD bit; asked for the root, which is signed",
  },
  "dnssec-unknown": {
    severity: "unknown",
    text: {
      en: "Whether the signatures of {name} hold could not be found out: the question for {type} has no usable answer ({reason})",
      zh: "无法得知 {name} 的签名是否有效：{type} 查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {name} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {name} 的 DNS 管理员检查域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the signatures",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
