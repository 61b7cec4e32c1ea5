import type { FindingDeclaration } from "../src/model/check.ts";
import { ownSendersFindings } from "./own-senders.texts.ts";

/** `{why}` is how the address is known: `SPF mx mail.example.com`, `options: senders`, `Received`. */
export const ptrFindings = {
  "ptr-missing": {
    severity: "critical",
    text: {
      en: "Gmail and many others refuse mail of {domain} from {address}: the address has no name (no PTR record; {why})",
      zh: "Gmail 等许多收件方会拒收 {domain} 从 {address} 发出的邮件：该地址没有反向解析（无 PTR 记录；{why}）",
    },
    advice: {
      en: "Whoever rents out the address (internet line or cloud provider) publishes: {record}",
      zh: "请提供该 IP 的运营商或云厂商设置反向解析：{record}",
    },
    source: "RFC 1912 section 2.1; Gmail 550-5.7.25",
  },
  "ptr-unconfirmed": {
    severity: "critical",
    text: {
      en: "Gmail and many others refuse mail of {domain} from {address}: its name {names} does not lead back to it ({why})",
      zh: "Gmail 等许多收件方会拒收 {domain} 从 {address} 发出的邮件：它的反向解析 {names} 不能正向解析回该地址（{why}）",
    },
    advice: {
      en: "Whoever manages the DNS of that name publishes: {record}. Or the provider of the address names another host in its PTR record.",
      zh: "请该名称的 DNS 管理员发布：{record}；或请该 IP 的提供方把反向解析改为正确的主机名。",
    },
    source: "RFC 1912 section 2.1 (FCrDNS); RFC 8601 section 2.7.3 (iprev)",
  },
  "ptr-generic": {
    severity: "critical",
    text: {
      en: "Many receivers take mail of {domain} from {address} for spam: its name {names} is the provider's, made of the address ({why})",
      zh: "许多收件方会把 {domain} 从 {address} 发出的邮件当作垃圾邮件：反向解析 {names} 是运营商自动生成的名称（{why}）",
    },
    advice: {
      en: "Whoever rents out the address (internet line or cloud provider) publishes a name of yours: {record}",
      zh: "请提供该 IP 的运营商或云厂商把反向解析改为贵司的主机名：{record}",
    },
    source: "M3AAWG Sending Domains Best Common Practices; Spamhaus PBL",
  },
  "ptr-unknown": {
    severity: "unknown",
    text: {
      en: "Whether receivers accept the name of the sending server {address} could not be found out: {reason}",
      zh: "无法得知发信服务器 {address} 的反向解析是否合格：{reason}",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever rents out the address looks at the name servers of its reverse zone.",
      zh: "请等下一次检查。若持续，请该 IP 的提供方检查其反向解析域的域名服务器。",
    },
    source: "A failed question says nothing about the record",
  },
  "helo-literal": {
    severity: "warning",
    text: {
      en: "Some receivers refuse mail of {domain} from {address}: the server introduces itself as “{helo}”, which is no host name",
      zh: "部分收件方会拒收 {domain} 从 {address} 发出的邮件：服务器自称「{helo}」，不是合法的主机名",
    },
    advice: {
      en: "Whoever runs the mail server sets its host name (Postfix: myhostname, smtp_helo_name) to the name of its PTR record.",
      zh: "请邮件服务器管理员把主机名（Postfix：myhostname、smtp_helo_name）设为与反向解析一致的名称。",
    },
    source: "RFC 5321 section 4.1.1.1, section 4.1.4",
  },
  "helo-unresolved": {
    severity: "warning",
    text: {
      en: "Some receivers refuse mail of {domain} from {address}: the server calls itself {helo}, a name without an address",
      zh: "部分收件方会拒收 {domain} 从 {address} 发出的邮件：服务器自称 {helo}，而该名称没有地址",
    },
    advice: {
      en: "Whoever manages the DNS of that name publishes: {record}. Or the mail server gets another host name (Postfix: myhostname).",
      zh: "请该名称的 DNS 管理员发布：{record}；或修改邮件服务器的主机名（Postfix：myhostname）。",
    },
    source: "RFC 5321 section 4.1.1.1, section 2.3.5",
  },
  "helo-mismatch": {
    severity: "warning",
    text: {
      en: "Some receivers distrust mail of {domain} from {address}: the server calls itself {helo}, which is {found}",
      zh: "部分收件方不信任 {domain} 从 {address} 发出的邮件：服务器自称 {helo}，而它的地址是 {found}",
    },
    advice: {
      en: "Whoever manages the DNS of that name publishes: {record}. Or the mail server gets another host name (Postfix: myhostname).",
      zh: "请该名称的 DNS 管理员发布：{record}；或修改邮件服务器的主机名（Postfix：myhostname）。",
    },
    source: "RFC 5321 section 4.1.4",
  },
  ...ownSendersFindings,
  "senders-many": {
    severity: "info",
    text: {
      en: "{domain} names more own sending addresses than are looked at: {left} were left out",
      zh: "{domain} 列出的自有发信地址过多，有 {left} 个未检查",
    },
    advice: {
      en: "Name the important ones in the options of this probe: senders: [203.0.113.5].",
      zh: "请在本检查的选项中写明重要的地址：senders: [203.0.113.5]。",
    },
    source: "At most 16 addresses are looked at in a run",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
