import type { FindingDeclaration } from "../src/model/check.ts";
import { ownSendersFindings } from "./own-senders.texts.ts";

/** `{lists}` names each list with what it says; `{reason}` is the list's own text, `–` if none; `{why}` how an address is known. */
export const listingFindings = {
  "address-listed": {
    severity: "critical",
    cause: "blacklisted",
    text: {
      en: "Many receivers refuse mail of {domain} from {subject} ({why}): the address is on {lists}",
      zh: "许多收件方会拒收 {domain} 从 {subject}（{why}）发出的邮件：该地址被列入黑名单 {lists}",
    },
    advice: {
      en: "Whoever runs that server first finds and stops what sent the spam (a broken-into account, a script, a form), then asks for removal: {removal}. The list says: {reason}",
      zh: "请该服务器的管理员先找出并停掉垃圾邮件的来源（被盗账号、脚本或网站表单），再申请移除：{removal}。名单说明：{reason}",
    },
    source: "RFC 5782; RFC 6471; the list named",
  },
  "domain-listed": {
    severity: "critical",
    cause: "blacklisted",
    text: {
      en: "Many receivers refuse mail that names {subject}, whoever sends it: the domain is on {lists}",
      zh: "凡提到 {subject} 的邮件，不论由谁发出，都会被许多收件方拒收：该域名被列入黑名单 {lists}",
    },
    advice: {
      en: "Whoever runs the website and the mail of {subject} looks for a break-in and for newsletters that nobody ordered, then asks for removal: {removal}. The list says: {reason}",
      zh: "请 {subject} 网站和邮件的管理员检查是否被入侵、是否群发过未经订阅的邮件，再申请移除：{removal}。名单说明：{reason}",
    },
    source: "RFC 5782 section 2.5; the list named",
  },
  "policy-listed": {
    severity: "warning",
    text: {
      en: "{subject} ({why}) is listed as an address that is not meant to send mail itself: {lists}",
      zh: "{subject}（{why}）被标为不应直接发信的地址：{lists}",
    },
    advice: {
      en: "Whoever runs that server sends through the provider's mail server, or has the address taken off as one with a mail server of its own: {removal}",
      zh: "请该服务器的管理员改由服务商的邮件服务器发信，或以自建邮件服务器为由申请移除：{removal}",
    },
    source: "Spamhaus PBL",
  },
  "listed-minor": {
    severity: "warning",
    text: {
      en: "Some receivers take mail of {domain} for spam: {subject} is on {lists}",
      zh: "部分收件方会把 {domain} 的邮件当作垃圾邮件：{subject} 被列入 {lists}",
    },
    advice: {
      en: "Whoever runs the mail looks for what sent the spam and stops it; most of these entries then end by themselves ({removal}). The list says: {reason}",
      zh: "请邮件管理员找出并停掉垃圾邮件的来源；此类记录多会自动解除（{removal}）。名单说明：{reason}",
    },
    source: "RFC 5782; the list named",
  },
  "listed-noted": {
    severity: "info",
    text: {
      en: "{subject} is on a list that few receivers go by: {lists}",
      zh: "{subject} 出现在少有收件方采用的名单中：{lists}",
    },
    advice: {
      en: "Nothing, while mail arrives. Removal: {removal}",
      zh: "若收发正常则无需处理。移除申请：{removal}",
    },
    source: "RFC 5782; the list named",
  },
  "listed-once": {
    severity: "info",
    text: {
      en: "{subject} was on {lists} for the first time; it counts if it is there at the next look, too",
      zh: "{subject} 首次出现在 {lists}；下次检查仍在时才计入故障",
    },
    advice: {
      en: "Nothing yet; the next look is in half an hour.",
      zh: "暂不处理，半小时后会再次检查。",
    },
    source: "Two looks in a row: lists have bad minutes, too",
  },
  "good-listed": {
    severity: "info",
    text: { en: "{subject} is recommended by {lists}", zh: "{subject} 在白名单 {lists} 中" },
    advice: { en: "Nothing. That helps.", zh: "无需处理，这对投递有利。" },
    source: "RFC 5782; the list named",
  },
  "code-unknown": {
    severity: "unknown",
    text: {
      en: "{list} said {raw} about {subject}, and what that means is not known",
      zh: "{list} 对 {subject} 返回 {raw}，含义未知",
    },
    advice: {
      en: "Look the code up at the list ({removal}). For a list of your own: name its codes in the options of this probe.",
      zh: "请到该名单的网站查询此代码（{removal}）；若是自行添加的名单，请在本检查的选项中写明代码含义。",
    },
    source: "RFC 5782 section 2.1: each list defines its own codes",
  },
  "resolver-rewrites": {
    severity: "unknown",
    cause: "own-resolver",
    text: {
      en: "No list can be asked from here: the resolver {server} invents addresses for names that do not exist ({answer})",
      zh: "无法在此查询黑名单：解析器 {server} 会为不存在的名称伪造地址（{answer}）",
    },
    advice: {
      en: "Whoever runs this machine sets settings.dns.servers (audit: --dns) to a resolver of your own (unbound) that tells the truth.",
      zh: "请本机管理员把 settings.dns.servers（审查时用 --dns）设为自建的解析器（如 unbound）。",
    },
    source: "RFC 5782 section 2.1; RFC 6761 section 6.4 (invalid has no addresses)",
  },
  "list-ill": {
    severity: "warning",
    text: {
      en: "The list {list} that you named is not believed: {reason}",
      zh: "您指定的名单 {list} 不可信：{reason}",
    },
    advice: {
      en: "Look at the page of the list: closed, key or registration missing? Then take it out of the options, or ask it through a resolver of your own.",
      zh: "请查看该名单的网站：是否已停止服务，是否需要密钥或登记？可从选项中删除，或改用自建解析器查询。",
    },
    source: "RFC 5782 section 5 (test entries)",
  },
  "lists-left-out": {
    severity: "info",
    text: {
      en: "{count} built-in lists did not pass their self-test and were left out: {lists} (the first: {reason})",
      zh: "{count} 个内置名单未通过自检，已跳过：{lists}（第一个的原因：{reason}）",
    },
    advice: {
      en: "Nothing, while others answer. Most lists answer only to a recursive resolver of your own: settings.dns.servers (audit: --dns); for Spamhaus a free DQS key helps: option dqs_key.",
      zh: "若其他名单正常则无需处理。多数名单只应答自建的递归解析器（settings.dns.servers，审查时用 --dns）；Spamhaus 可用免费的 DQS 密钥（dqs_key 选项）。",
    },
    source: "RFC 5782 section 5 (test entries); Spamhaus: public resolvers are refused",
  },
  "lists-none": {
    severity: "unknown",
    text: {
      en: "Whether {domain} is on a blocklist could not be found out: no list answered as a list does: {lists} (the first: {reason})",
      zh: "无法得知 {domain} 是否在黑名单中：没有一个名单能用：{lists}（第一个的原因：{reason}）",
    },
    advice: {
      en: "Whoever runs this machine sets settings.dns.servers (audit: --dns) to a recursive resolver of your own (unbound); for Spamhaus a free DQS key helps: option dqs_key.",
      zh: "请本机管理员把 settings.dns.servers（审查时用 --dns）设为自建的递归解析器（如 unbound）；Spamhaus 可用免费的 DQS 密钥（dqs_key 选项）。",
    },
    source: "RFC 5782 section 5 (test entries)",
  },
  ...ownSendersFindings,
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
