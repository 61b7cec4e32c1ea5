import type { FindingDeclaration } from "../src/model/check.ts";

/** All info: no mail depends on a logo. `{rules}` are names of what the standard wants or forbids. */
export const bimiFindings = {
  "bimi-absent": {
    severity: "info",
    text: {
      en: "{domain} shows no logo beside its mail (no BIMI record)",
      zh: "{domain} 的邮件旁不显示企业标志（没有 BIMI 记录）",
    },
    advice: {
      en: "Nothing is broken. Who wants it needs an enforced DMARC policy, a logo as SVG Tiny PS and mostly a bought certificate (VMC or CMC).",
      zh: "没有故障。若想显示，需要已生效的 DMARC 策略、SVG Tiny PS 格式的标志，通常还要购买证书（VMC 或 CMC）。",
    },
    source: "draft-brand-indicators-for-message-identification",
  },
  "bimi-several": {
    severity: "info",
    text: {
      en: "No logo is shown for {domain}: {name} has {count} BIMI records, and only one may be",
      zh: "{domain} 的标志不会显示：{name} 有 {count} 条 BIMI 记录，只能有一条",
    },
    advice: {
      en: "The DNS host of {domain} deletes all but one.",
      zh: "请 {domain} 的 DNS 管理员只保留一条。",
    },
    source: "draft-brand-indicators-for-message-identification section 7.2",
  },
  "bimi-record-bad": {
    severity: "info",
    text: {
      en: "No logo is shown for {domain}: {tag} in the record at {name} is missing or no https:// address",
      zh: "{domain} 的标志不会显示：{name} 的记录中 {tag} 缺失或不是 https:// 地址",
    },
    advice: {
      en: 'The DNS host of {domain} publishes: {name}. TXT "v=BIMI1; l=https://<address of the SVG>; a=https://<address of the certificate>"',
      zh: '请 {domain} 的 DNS 管理员改为：{name}. TXT "v=BIMI1; l=https://<SVG 地址>; a=https://<证书地址>"',
    },
    source: "draft-brand-indicators-for-message-identification section 4.3",
  },
  "bimi-dmarc": {
    severity: "info",
    text: {
      en: "No logo is shown for {domain}: its DMARC policy must be quarantine or reject for all mail, subdomains too",
      zh: "{domain} 的标志不会显示：DMARC 策略须对全部邮件（含子域名）为 quarantine 或 reject",
    },
    advice: {
      en: "First bring the DMARC policy of {domain} to quarantine or reject, without pct, t=y or sp=none (see the DMARC check).",
      zh: "请先把 {domain} 的 DMARC 策略提升为 quarantine 或 reject，不带 pct、t=y 和 sp=none（见 DMARC 检查）。",
    },
    source: "draft-brand-indicators-for-message-identification section 7.1",
  },
  "bimi-logo-unreachable": {
    severity: "info",
    text: {
      en: "The logo of {domain} could not be fetched from {url}: {reason}",
      zh: "无法从 {url} 取得 {domain} 的标志：{reason}",
    },
    advice: {
      en: "Whoever runs that web server makes the file available by https with a valid certificate.",
      zh: "请该网站的管理员以有效证书通过 https 提供此文件。",
    },
    source: "draft-brand-indicators-for-message-identification section 4.3",
  },
  "bimi-logo-bad": {
    severity: "info",
    text: {
      en: "The logo of {domain} is not as SVG Tiny PS wants it: {rules}",
      zh: "{domain} 的标志不符合 SVG Tiny PS 的要求：{rules}",
    },
    advice: {
      en: "Whoever made the logo exports it as SVG Tiny PS 1.2: square, with a title, without scripts or outside references, 32 KB at most.",
      zh: "请设计人员导出为 SVG Tiny PS 1.2：方形、带标题、无脚本和外部引用，不超过 32 KB。",
    },
    source: "draft-svg-tiny-ps-abrotman",
  },
  "bimi-no-certificate": {
    severity: "info",
    text: {
      en: "Gmail and Apple Mail show no logo for {domain}: the record names no certificate (a=)",
      zh: "Gmail 和 Apple Mail 不会显示 {domain} 的标志：记录没有指定证书（a=）",
    },
    advice: {
      en: "Nothing is broken. Who wants the logo there buys a mark certificate (VMC or CMC) and names it in a=.",
      zh: "没有故障。若想在那里显示，请购买标志证书（VMC 或 CMC），并写入 a=。",
    },
    source: "Gmail and Apple: BIMI needs a mark certificate",
  },
  "bimi-certificate-unreachable": {
    severity: "info",
    text: {
      en: "The mark certificate of {domain} could not be fetched from {url}: {reason}",
      zh: "无法从 {url} 取得 {domain} 的标志证书：{reason}",
    },
    advice: {
      en: "Whoever runs that web server makes the file available by https with a valid certificate.",
      zh: "请该网站的管理员以有效证书通过 https 提供此文件。",
    },
    source: "draft-brand-indicators-for-message-identification section 4.3",
  },
  "bimi-certificate-bad": {
    severity: "info",
    text: {
      en: "The mark certificate of {domain} does not count: {rules}",
      zh: "{domain} 的标志证书无效：{rules}",
    },
    advice: {
      en: "Ask the authority that sold the certificate for the whole chain as PEM, for {domain} and this very logo.",
      zh: "请向签发机构索取适用于 {domain} 和当前标志的完整 PEM 证书链。",
    },
    source: "RFC 3709; Mark Certificate requirements of the AuthIndicators group",
  },
  "bimi-certificate-ends": {
    severity: "info",
    text: {
      en: "The mark certificate of {domain} is valid until {date} ({days} days); after that the logo is gone",
      zh: "{domain} 的标志证书有效期至 {date}（还有 {days} 天），过期后标志不再显示",
    },
    advice: {
      en: "Whoever bought the certificate renews it and puts the new one at the address in a=.",
      zh: "请证书的购买人续期，并把新证书放到 a= 所指的地址。",
    },
    source: "RFC 5280 section 4.1.2.5",
  },
  "bimi-unanswered": {
    severity: "unknown",
    text: {
      en: "Whether {domain} shows a logo could not be found out: the question for {name} has no usable answer ({reason})",
      zh: "无法得知 {domain} 是否显示标志：{name} 的查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查其域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the record",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
