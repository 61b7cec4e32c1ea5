import type { BounceCause } from "../i18n/bounce-causes.ts";

/**
 * One fact about what servers say: pattern, cause, where it is documented, when that was looked up. All that a rule names must fit;
 * several causes mean that the words do not decide between them, the likeliest first.
 */
export interface ReplyRule {
  /** `5.7.26`, `x.2.2` (4 or 5), `5.7.606-649`, `5.7.*`. */
  readonly status?: string;
  /** `550`, `4xx`. */
  readonly reply?: string;
  /** One of these stands in the words, lower case; `…` stands for anything. */
  readonly any?: readonly string[];
  /** One of these stands in the words or in the name of the host that refused. */
  readonly by?: readonly string[];
  readonly causes: readonly BounceCause[];
  readonly source: string;
  readonly checkedAt: string;
}

const checkedAt = "2026-11-22";
const from = (source: string): Pick<ReplyRule, "source" | "checkedAt"> => ({ source, checkedAt });

const tencent = from("https://service.mail.qq.com/detail/122");
const netease = from("https://mail.163.com/help/help_spam_16.htm");
const aliyun = from("https://help.aliyun.com/document_detail/36612.html");
const coremail = from("https://www.icoremail.vip/support/index.php?cate_id=84");
const m263 = from("http://www.263gmail.js.cn/help/13/2.htm");

/** Services in China; they say by words or by codes of their own what the three digits do not. */
export const chineseRules: readonly ReplyRule[] = [
  // Tencent: QQ Mail, Exmail
  { ...tencent, any: ["spf check failed", "dmarc check failed", "dkim check failed"], causes: ["authentication"] },
  { ...tencent, any: ["mailbox unavailable or access den"], causes: ["rate-limited", "unknown-mailbox"] },
  {
    ...tencent,
    any: [
      "ip frequency limited",
      "domain frequency limited",
      "sender frequency limited",
      "connection frequency limited",
      "frequency of receiving messages is limited",
    ],
    causes: ["rate-limited"],
  },
  { ...tencent, any: ["suspected spam ip", "suspected bounce attacks"], causes: ["reputation"] },
  { ...tencent, any: ["connection denied"], by: ["qq.com", "exmail"], causes: ["reputation"] },
  { ...tencent, any: ["mail content denied", "spam is embedded in the email", "error: content rejected"], causes: ["content"] },
  { ...tencent, any: ["suspected spam"], by: ["qq.com", "exmail"], causes: ["content", "reputation"] },
  { ...tencent, any: ["mail is rejected by recipients"], causes: ["sender-refused"] },
  { ...tencent, any: ["is a deactivated mailbox"], causes: ["account-disabled"] },
  { ...tencent, any: ["该用户未开通"], causes: ["unknown-mailbox"] },
  // NetEase: 163, 126, yeah.net, the enterprise mail
  { ...netease, any: ["dt:spm"], reply: "4xx", causes: ["content", "reputation"] },
  { ...netease, any: ["dt:spm"], causes: ["content"] },
  { ...netease, any: ["dt:sum"], causes: ["malformed", "sender-refused"] },
  { ...netease, any: ["dt:rbl"], causes: ["blocklisted"] },
  { ...netease, any: ["mi:spf", "mi:dmc …dmarc", "dmarc …mi:dmc"], causes: ["authentication"] },
  { ...netease, any: ["mi:dmc"], reply: "550", causes: ["authentication"] },
  { ...netease, any: ["mi:dmc", "mi:cel", "mi:ccl", "rp:drc", "rp:ccl", "rp:cel"], reply: "4xx", causes: ["rate-limited"] },
  { ...netease, any: ["mi:sfq", "rp:qrc", "mi:stc", "rp:trc", "rp:rcl"], causes: ["rate-limited"] },
  { ...netease, any: ["mi:imf"], causes: ["malformed"] },
  { ...netease, any: ["mi:nhd"], causes: ["malformed"] },
  { ...netease, any: ["mi:spb", "wm:blu", "user in blacklist"], causes: ["sender-refused"] },
  { ...netease, any: ["hl:icc", "hl:ifc"], causes: ["rate-limited"] },
  {
    ...netease,
    any: ["hl:rep", "hl:mep", "hl:ihu", "hl:ipb", "wm:bli", "ip in blacklist", "ip is hangup", "ip is rejected"],
    causes: ["reputation"],
  },
  { ...netease, any: ["rp:frl"], causes: ["relay-denied"] },
  { ...netease, any: ["too much recipient"], causes: ["rate-limited"] },
  { ...netease, any: ["user suspended", "user hangup", "该用户被停用"], causes: ["account-disabled"] },
  { ...netease, any: ["too much fail authentication", "smtp auth error limit exceed"], causes: ["login"] },
  { ...netease, any: ["illegal attachment"], causes: ["attachment"] },
  { ...netease, any: ["rejected by system"], causes: ["content", "policy"] },
  { ...netease, any: ["local user only", "no smtp mx only"], causes: ["relay-denied"] },
  // Aliyun
  { ...aliyun, any: ["reject by behaviour spam", "antispam_bat"], causes: ["rate-limited", "reputation"] },
  { ...aliyun, any: ["local_spam", "spamed by local spam engine"], causes: ["content"] },
  {
    ...aliyun,
    any: ["rcpt attempts is achieved the maximum", "total of rcpts is achieved the maximum"],
    causes: ["sender-quota"],
  },
  { ...aliyun, any: ["length of data content is achieved", "length of attach is achieved"], causes: ["too-large"] },
  { ...aliyun, any: ["isn't a local account", "isn’t a local account"], causes: ["unknown-mailbox"] },
  // 263, Coremail
  { ...m263, any: ["mail size limit exceeded"], causes: ["too-large", "mailbox-full"] },
  { ...m263, any: ["maillist … is null"], causes: ["unknown-mailbox"] },
  { ...coremail, any: ["sending quota exceeded"], causes: ["sender-quota"] },
  { ...coremail, any: ["content reject", "spam denied", "rejected by content"], causes: ["content"] },
  { ...coremail, any: ["rcpt handle timeout", "can not connect to"], causes: ["unreachable"] },
  { ...coremail, any: ["quota exceed the hard limit", "收件人空间不足", "邮箱空间已满", "邮箱已满"], causes: ["mailbox-full"] },
  { ...coremail, any: ["null sender is not allowed", "sender is rejected", "fake sender"], causes: ["sender-refused"] },
  { ...coremail, any: ["dns query error"], causes: ["route"] },
  { ...coremail, any: ["审批未通过", "等待审批", "审批被拒"], causes: ["approval"] },
  {
    ...coremail,
    any: ["该用户不存在", "用户不存在", "收件人不存在", "收件地址不存在", "地址不存在"],
    causes: ["unknown-mailbox"],
  },
  { ...coremail, any: ["发信频率", "发送频率", "频率过高", "频率超"], causes: ["rate-limited"] },
  { ...coremail, any: ["垃圾邮件"], causes: ["content"] },
];

const gmail = from("https://support.google.com/a/answer/3726730");
const microsoft = from("https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online");
const outlook = from("https://sendersupport.olc.protection.outlook.com/pm/troubleshooting.aspx");
const basicAuth = from("https://techcommunity.microsoft.com/blog/exchange/4489835");
const yahoo = from("https://senders.yahooinc.com/smtp-error-codes/");

/** Gmail and Google Workspace, Microsoft 365 and Outlook.com, Yahoo. */
export const worldRules: readonly ReplyRule[] = [
  // The same code means other things elsewhere: the words first.
  { ...gmail, status: "x.7.26", any: ["spf", "dkim", "dmarc", "unauthenticated", "authenticat"], causes: ["authentication"] },
  { ...gmail, status: "x.7.27", any: ["spf"], causes: ["authentication"] },
  { ...basicAuth, status: "5.7.30", any: ["basic authentication is not supported"], causes: ["login"] },
  { ...gmail, status: "x.7.30", any: ["dkim"], causes: ["authentication"] },
  { ...gmail, status: "x.7.32", any: ["aligned"], causes: ["authentication"] },
  { ...gmail, status: "x.7.24", any: ["spf record"], causes: ["authentication"] },
  { ...gmail, status: "x.7.30", causes: ["authentication", "login"] },
  { ...gmail, status: "x.7.25", causes: ["reverse-dns"] },
  { ...gmail, status: "x.7.23", any: ["ptr"], causes: ["reverse-dns"] },
  {
    ...gmail,
    any: ["does not have a ptr record", "have a ptr record", "ptr records and authentication"],
    causes: ["reverse-dns"],
  },
  { ...gmail, status: "x.7.29", any: ["tls"], causes: ["tls"] },
  { ...gmail, any: ["tls required for rcpt domain"], causes: ["tls"] },
  { ...gmail, status: "x.7.28", causes: ["rate-limited"] },
  { ...gmail, any: ["unusual rate of unsolicited mail", "unusual rate of mail"], causes: ["rate-limited", "reputation"] },
  { ...gmail, any: ["very low reputation of the sending", "low reputation of the sending"], causes: ["reputation"] },
  { ...gmail, any: ["likely unsolicited mail", "due to the nature of the content or the links"], causes: ["content"] },
  {
    ...gmail,
    any: ["content presents a potential security issue"],
    causes: ["attachment"],
  },
  { ...gmail, any: ["violates … email policy", "gcdp", "has a policy that prohibited"], causes: ["policy"] },
  { ...gmail, any: ["inbox is out of storage space"], causes: ["mailbox-full"] },
  { ...gmail, any: ["receiving mail too quickly", "rate that prevents additional messages"], causes: ["rate-limited"] },
  {
    ...gmail,
    any: ["user sending limit exceeded", "smtp relay limit exceeded", "smtp relay sending limit"],
    causes: ["sender-quota"],
  },
  {
    ...gmail,
    any: ["account that you tried to reach is disabled", "account that you tried to reach is inactive"],
    causes: ["account-disabled"],
  },
  { ...gmail, any: ["invalid credentials for relay", "mail relay denied", "mail sending denied"], causes: ["relay-denied"] },
  {
    ...gmail,
    any: [
      "not rfc 5322 compliant",
      "missing a valid address in the from",
      "multiple addresses in from",
      "missing a valid message-id",
    ],
    causes: ["malformed"],
  },
  { ...gmail, any: ["does not advertise auth"], causes: ["login"] },
  { ...gmail, any: ["did not accept our requests to connect"], causes: ["unreachable"] },
  { ...gmail, any: ["responded with code nxdomain", "dns error: domain name not found"], causes: ["route"] },
  { ...gmail, any: ["responded with code servfail", "dns error"], causes: ["route"] },
  // Microsoft
  { ...microsoft, status: "5.7.515", causes: ["authentication"] },
  { ...microsoft, status: "5.7.509", causes: ["authentication"] },
  { ...microsoft, status: "x.7.23", any: ["sender policy framework", "spf"], causes: ["authentication"] },
  { ...microsoft, status: "5.7.139", causes: ["login"] },
  { ...microsoft, status: "5.7.57", causes: ["login"] },
  { ...microsoft, status: "5.7.64", causes: ["relay-denied"] },
  { ...microsoft, status: "5.7.501-503", causes: ["sender-blocked"] },
  { ...microsoft, status: "5.7.504-505", causes: ["account-disabled", "unknown-mailbox"] },
  { ...microsoft, status: "5.7.506", causes: ["malformed"] },
  { ...microsoft, status: "5.7.507", causes: ["sender-refused"] },
  { ...microsoft, status: "5.7.508", causes: ["rate-limited"] },
  { ...microsoft, status: "5.7.510", causes: ["policy"] },
  { ...microsoft, status: "5.7.511", causes: ["reputation"] },
  { ...microsoft, status: "5.7.512", causes: ["malformed"] },
  { ...microsoft, status: "5.7.513", causes: ["sender-refused"] },
  { ...microsoft, status: "4.7.500-699", causes: ["rate-limited", "reputation"] },
  { ...microsoft, status: "5.7.606-649", causes: ["reputation"] },
  { ...microsoft, status: "5.7.700-749", causes: ["sender-blocked"] },
  { ...microsoft, status: "5.7.750", causes: ["sender-blocked"] },
  { ...microsoft, status: "5.1.8", any: ["bad outbound sender"], causes: ["sender-blocked"] },
  { ...microsoft, status: "4.7.850-899", causes: ["rate-limited", "reputation"] },
  { ...microsoft, status: "5.7.900-999", causes: ["policy"] },
  { ...outlook, any: ["on our block list (s3140)", "on our block list (s3150)", "on our block list"], causes: ["blocklisted"] },
  { ...microsoft, any: ["blocked using customer block list"], causes: ["sender-refused"] },
  { ...microsoft, status: "5.7.124", causes: ["policy"] },
  { ...microsoft, status: "5.7.133-136", causes: ["policy"] },
  { ...microsoft, status: "5.7.12", causes: ["policy"] },
  { ...microsoft, status: "x.4.1", any: ["recipient address rejected: access denied"], causes: ["unknown-mailbox", "policy"] },
  { ...microsoft, status: "5.1.10", any: ["recipient … not found"], causes: ["unknown-mailbox"] },
  { ...microsoft, status: "5.1.90", causes: ["sender-quota"] },
  { ...microsoft, status: "5.2.2", any: ["submission quota exceeded"], causes: ["sender-quota"] },
  { ...microsoft, status: "5.2.121-122", causes: ["rate-limited"] },
  { ...microsoft, any: ["recipient thread limit exceeded"], causes: ["rate-limited"] },
  { ...microsoft, any: ["recipsizelimit", "sendersizelimit"], causes: ["too-large"] },
  { ...microsoft, any: ["exrecipnotfound", "recipientnotfound"], causes: ["unknown-mailbox"] },
  { ...microsoft, status: "x.4.310", causes: ["route"] },
  { ...microsoft, status: "x.4.312", causes: ["route"] },
  { ...microsoft, status: "x.4.314-316", causes: ["unreachable"] },
  { ...microsoft, status: "x.4.317", causes: ["tls"] },
  { ...microsoft, status: "x.4.318", causes: ["unreachable"] },
  { ...microsoft, status: "x.7.321-325", causes: ["tls"] },
  { ...microsoft, status: "5.4.14", causes: ["loop"] },
  { ...microsoft, status: "5.6.11", causes: ["malformed"] },
  // Yahoo and AOL
  {
    ...yahoo,
    any: ["[ts01]", "[ts02]", "[ts03]", "[tss04]", "[tss05]", "[tss09]", "[tss11]"],
    causes: ["rate-limited", "reputation"],
  },
  { ...yahoo, status: "5.7.9", any: ["policy reasons"], causes: ["policy", "authentication", "reputation"] },
];
