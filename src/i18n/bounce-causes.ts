import type { Text } from "../model/text.ts";

/** Why a mail was refused or put off. */
export const bounceCauses = [
  "unknown-mailbox",
  "mailbox-full",
  "account-disabled",
  "bad-address",
  "blocklisted",
  "reputation",
  "authentication",
  "reverse-dns",
  "sender-dns",
  "sender-refused",
  "content",
  "attachment",
  "malformed",
  "too-large",
  "greylisted",
  "rate-limited",
  "policy",
  "approval",
  "route",
  "unreachable",
  "receiver-trouble",
  "loop",
  "tls",
  "relay-denied",
  "login",
  "sender-quota",
  "sender-blocked",
  "smtputf8",
  "unknown",
] as const;
export type BounceCause = (typeof bounceCauses)[number];

/** Who can mend it. */
export type Acting = "sender" | "sender-admin" | "recipient" | "recipient-admin" | "nobody";

interface CauseWords {
  readonly acts: Acting;
  /** What happened, one sentence. `{to}` is the recipient, `{list}` a block list. */
  readonly means: Text;
  /** What who acts does, from easy to hard. */
  readonly act: Text;
}

export const actingWords: Readonly<Record<Acting, Text>> = {
  sender: { en: "whoever sent it", zh: "发件人" },
  "sender-admin": { en: "the sender's mail administrator", zh: "发件方的邮件管理员" },
  recipient: { en: "the recipient", zh: "收件人" },
  "recipient-admin": { en: "the recipient's mail administrator", zh: "收件方的邮件管理员" },
  nobody: { en: "nobody: it is being tried again", zh: "无需处理，系统会自动重试" },
};

export const causeWords: Readonly<Record<BounceCause, CauseWords>> = {
  "unknown-mailbox": {
    acts: "sender",
    means: { en: "There is no mailbox {to} any more, or there never was.", zh: "邮箱 {to} 不存在，可能写错或已注销。" },
    act: {
      en: "Look for a typing error, then ask the recipient for the present address by telephone and correct the address book.",
      zh: "先检查地址有没有写错，再打电话向对方确认现在的地址，并更正通讯录。",
    },
  },
  "mailbox-full": {
    acts: "recipient",
    means: { en: "The mailbox {to} is full.", zh: "邮箱 {to} 已满。" },
    act: {
      en: "The recipient deletes or archives large mails, or the administrator gives the mailbox more room; then send it again.",
      zh: "请收件人删除或归档大邮件，或由管理员扩容，然后重新发送。",
    },
  },
  "account-disabled": {
    acts: "recipient-admin",
    means: { en: "The mailbox {to} exists but is switched off.", zh: "邮箱 {to} 存在，但已停用或冻结。" },
    act: {
      en: "Ask the recipient on another way. The recipient's administrator looks for an expired licence, a lock, or a person who has left.",
      zh: "换一种方式联系对方。收件方管理员检查是否欠费、冻结或人员离职。",
    },
  },
  "bad-address": {
    acts: "sender",
    means: { en: "{to} is not written as a mail address.", zh: "地址 {to} 的写法不正确。" },
    act: {
      en: "Look for spaces, commas, quotes or full-width characters in the address and write it anew.",
      zh: "检查地址里有没有空格、逗号、引号或全角字符，重新输入。",
    },
  },
  blocklisted: {
    acts: "sender-admin",
    means: {
      en: "The receiver refuses the sending server's address because it is on the block list {list}.",
      zh: "发信服务器的地址在黑名单 {list} 中，被对方拒收。",
    },
    act: {
      en: "Find out who sends spam through this server, stop it, then ask the list to take the address off. On a provider's shared server, report the bounce to the provider.",
      zh: "查出谁通过这台服务器发垃圾邮件并制止，再向该黑名单申请移除。如是服务商的共用服务器，把退信交给服务商处理。",
    },
  },
  reputation: {
    acts: "sender-admin",
    means: {
      en: "The receiver distrusts the sending server or domain: too much of what came from there was unwanted.",
      zh: "对方不信任这台发信服务器或这个域名：来自那里的垃圾邮件太多。",
    },
    act: {
      en: "Look for a mailbox that was broken into and for mass mail; set up SPF, DKIM and DMARC; then ask the receiver's postmaster page for a review.",
      zh: "检查有没有邮箱被盗、有没有群发；配置好 SPF、DKIM 和 DMARC；再到对方的 postmaster 页面申请复核。",
    },
  },
  authentication: {
    acts: "sender-admin",
    means: {
      en: "The mail did not prove that it comes from the sender's domain: SPF, DKIM or DMARC failed.",
      zh: "邮件没能证明来自发件域名：SPF、DKIM 或 DMARC 未通过。",
    },
    act: {
      en: "Publish SPF with every server that sends for the domain, switch DKIM signing on at the provider, and see that the From domain is the one that passes. `mailvigil audit` of the domain names the records.",
      zh: "在 SPF 中写全所有发信服务器，在服务商处开启 DKIM 签名，并确认通过验证的正是发件人域名。用 `mailvigil audit` 审查域名可得到应发布的记录。",
    },
  },
  "reverse-dns": {
    acts: "sender-admin",
    means: {
      en: "The sending server's address has no name in reverse DNS, or one that does not lead back.",
      zh: "发信服务器的地址没有反向解析（PTR），或与正向解析不一致。",
    },
    act: {
      en: "Ask whoever rents out the address for a PTR record that equals the server's name, and publish the same address for that name.",
      zh: "请 IP 的提供商把 PTR 设为服务器的主机名，并让该主机名解析到同一地址。",
    },
  },
  "sender-dns": {
    acts: "sender-admin",
    means: { en: "The receiver could not find the sender's domain in DNS.", zh: "对方在 DNS 中查不到发件人的域名。" },
    act: {
      en: "Look whether the sender's domain has expired, whether its name servers answer, and whether the address is spelled right in the mail program.",
      zh: "检查发件域名是否到期、域名服务器是否应答，以及客户端里发件地址是否写对。",
    },
  },
  "sender-refused": {
    acts: "recipient-admin",
    means: { en: "The receiver refuses this sender by a list of its own.", zh: "对方用自己的名单拒收这个发件人。" },
    act: {
      en: "Ask the recipient on another way to allow the sender's address or domain; nothing on the sending side helps.",
      zh: "换一种方式请收件方放行发件地址或域名；在发件方这边改设置没有用。",
    },
  },
  content: {
    acts: "sender",
    means: { en: "The receiver's filter took the mail for spam.", zh: "对方的过滤系统把这封邮件判为垃圾邮件。" },
    act: {
      en: "Send it once more as plain text without links, tracking and large pictures. If that goes through, it was the content; if not, look at SPF, DKIM, DMARC and block lists.",
      zh: "去掉链接、跟踪代码和大图，用纯文本再发一次。能送达说明是内容问题；仍被拒则检查 SPF、DKIM、DMARC 和黑名单。",
    },
  },
  attachment: {
    acts: "sender",
    means: {
      en: "The receiver refuses the attachment: a forbidden kind of file, or a virus in it.",
      zh: "对方拒收附件：文件类型被禁止，或含有病毒。",
    },
    act: {
      en: "Scan the file and the computer it comes from. Then send it in a permitted form (PDF) or as a link.",
      zh: "先查杀该文件和来源电脑，再改为允许的格式（如 PDF）或用链接发送。",
    },
  },
  malformed: {
    acts: "sender-admin",
    means: { en: "The mail or the way it was handed over breaks a rule of mail.", zh: "邮件格式或发信方式不符合规范。" },
    act: {
      en: "Send the same words from webmail. If that goes through, mend the program or device that wrote this one (From, Date, Message-ID, line ends).",
      zh: "用网页邮箱发送同样内容。能送达则修正原来的程序或设备（From、Date、Message-ID、换行）。",
    },
  },
  "too-large": {
    acts: "sender",
    means: { en: "The mail is larger than the receiver takes.", zh: "邮件超过对方允许的大小。" },
    act: {
      en: "Send a link to the file, or cut it up. Mail grows by a third on the way: of 25 MB, 18 MB of files get through.",
      zh: "改发下载链接，或拆分附件。邮件编码后约增大三分之一：上限 25 MB 时，附件最好不超过 18 MB。",
    },
  },
  greylisted: {
    acts: "nobody",
    means: {
      en: "The receiver puts off mail from servers it does not know yet (greylisting).",
      zh: "对方暂缓接收陌生服务器的邮件（灰名单）。",
    },
    act: {
      en: "Wait: a mail server tries again by itself, usually within half an hour, and the next mail goes through at once. If it was returned, send it again.",
      zh: "稍等即可：服务器会自动重试，通常半小时内送达，之后的邮件会立即送达。如果已被退回，请重新发送。",
    },
  },
  "rate-limited": {
    acts: "sender",
    means: { en: "Too much mail came at once for what the receiver allows.", zh: "短时间内来信太多，超过对方的限制。" },
    act: {
      en: "Pause for an hour and send less at a time. If nobody sent much, a mailbox was broken into or the server is shared: ask the administrator.",
      zh: "暂停一小时，减少每次发送的数量。如果没有大量发信，可能邮箱被盗或服务器为共用，请管理员检查。",
    },
  },
  policy: {
    acts: "recipient-admin",
    means: { en: "A rule of the receiver forbids this mail or this sender.", zh: "对方的规则禁止接收这封邮件或这个发件人。" },
    act: {
      en: "Ask the recipient on another way: a group may take mail of members only, or a rule refuses outside senders. The recipient's administrator can allow it.",
      zh: "换一种方式联系收件方：可能该群组只收内部邮件，或有规则拒收外部来信。由收件方管理员放行。",
    },
  },
  approval: {
    acts: "recipient-admin",
    means: {
      en: "Somebody must approve the mail first, and it was held or turned down.",
      zh: "邮件需要审批，目前被扣留或未通过。",
    },
    act: {
      en: "Find the approver: the sender's own company where the rule is for outgoing mail, else the recipient's. Then send it again.",
      zh: "找到审批人：外发审批在发件方公司，收信审批在收件方公司。批准后重新发送。",
    },
  },
  route: {
    acts: "sender",
    means: {
      en: "The domain behind the @ of {to} has no mail server that can be found.",
      zh: "找不到 {to} 的 @ 后面那个域名的邮件服务器。",
    },
    act: {
      en: "Look for a typing error in the domain. If it is right, its DNS is broken or it has expired: tell the recipient by telephone.",
      zh: "先检查域名有没有写错。如果没错，则对方域名解析有误或已到期：请打电话告知对方。",
    },
  },
  unreachable: {
    acts: "recipient-admin",
    means: {
      en: "The receiver's server could not be reached or did not answer.",
      zh: "连接不上对方的邮件服务器，或对方没有应答。",
    },
    act: {
      en: "Wait while it is tried again. When it was returned, send it once more tomorrow and tell the recipient by telephone; if mail to others fails too, look at the own way out.",
      zh: "重试期间请等待。如果已被退回，明天再发一次并打电话告知对方；如果发往别处也失败，请检查本方网络出口。",
    },
  },
  "receiver-trouble": {
    acts: "recipient-admin",
    means: {
      en: "The receiver's server is in trouble: overloaded, out of room, or set up wrongly.",
      zh: "对方的邮件服务器有故障：过载、磁盘已满或设置有误。",
    },
    act: {
      en: "Send it again in an hour. If it stays so, tell the recipient by telephone.",
      zh: "一小时后再发一次。如果仍然如此，请打电话告知对方。",
    },
  },
  loop: {
    acts: "recipient-admin",
    means: {
      en: "The mail went round in circles between servers until one gave up.",
      zh: "邮件在服务器之间循环转发，最后被放弃。",
    },
    act: {
      en: "Two forwardings point at each other, or the MX leads back to the sender. The recipient's administrator follows the Received lines.",
      zh: "两个转发互相指向，或 MX 指回了发件方。请收件方管理员按 Received 逐跳检查。",
    },
  },
  tls: {
    acts: "sender-admin",
    means: {
      en: "One side demands encryption and the other cannot do it, or its certificate is not valid.",
      zh: "一方要求加密，另一方不支持，或证书无效。",
    },
    act: {
      en: "The sending side switches STARTTLS on; where the certificate is the trouble, the receiving side renews it.",
      zh: "发件方开启 STARTTLS；如果是证书问题，由收件方更换证书。",
    },
  },
  "relay-denied": {
    acts: "sender-admin",
    means: { en: "The server that was asked does not take mail for {to}.", zh: "所连接的服务器不负责接收 {to} 的邮件。" },
    act: {
      en: "Own mail program: switch on the login for sending. Otherwise the MX of the recipient's domain leads to a server that does not know the domain: the recipient's administrator mends it.",
      zh: "如是自己的客户端：开启发信登录（SMTP 认证）。否则是收件域名的 MX 指向了不认识该域名的服务器，由收件方管理员修正。",
    },
  },
  login: {
    acts: "sender",
    means: {
      en: "The mail was handed over without a login that the server accepts.",
      zh: "发信时没有登录，或登录方式不被接受。",
    },
    act: {
      en: "Correct user name and password for sending in the mail program or device; with Microsoft 365 and Google use OAuth or an app password.",
      zh: "在客户端或设备中修正发信的用户名和密码；Microsoft 365 和 Google 请用 OAuth 或应用专用密码。",
    },
  },
  "sender-quota": {
    acts: "sender",
    means: {
      en: "The sender's own provider allows no more mail from this account for now.",
      zh: "发件人自己的服务商暂时不允许该账号再发信：已达发信上限。",
    },
    act: {
      en: "Wait until tomorrow. Whoever did not send much: change the password, the mailbox may have been broken into. For mass mail use a service for it.",
      zh: "请等到明天。如果没有大量发信，请立即改密码，邮箱可能被盗。群发请用专门的服务。",
    },
  },
  "sender-blocked": {
    acts: "sender-admin",
    means: {
      en: "The sender's account or company is blocked because mail from it was suspicious.",
      zh: "发件账号或发件公司因可疑发信被封禁。",
    },
    act: {
      en: "Change the passwords of mailboxes that send unusually much, close open forms and relays, then ask the provider's support to lift the block.",
      zh: "更改发信异常的邮箱密码，关闭被滥用的表单和中继，再请服务商客服解封。",
    },
  },
  smtputf8: {
    acts: "sender",
    means: {
      en: "A server on the way cannot handle an address with other than Latin letters.",
      zh: "途中的服务器不支持含中文等字符的邮箱地址。",
    },
    act: { en: "Use the recipient's address in Latin letters.", zh: "请改用对方的英文字母地址。" },
  },
  unknown: {
    acts: "sender-admin",
    means: { en: "The receiver does not say why in words that are known.", zh: "对方没有用已知的说法说明原因。" },
    act: {
      en: "Send it once more. If it is refused again, send the words of the server to the recipient's mail administrator.",
      zh: "再发一次。如果仍被拒，把服务器的原话发给收件方的邮件管理员。",
    },
  },
};

export const unnamedList: Text = { en: "(not named)", zh: "（未写明）" };
/** Where the words fit several causes. */
export const undecided: Text = {
  en: "These words do not decide why. Likeliest: {reason}",
  zh: "这些话不足以确定原因，最可能是：{reason}",
};

/** All of them, as findings tell them. */
export const bouncePhrases: readonly Text[] = [
  undecided,
  unnamedList,
  ...Object.values(actingWords),
  ...Object.values(causeWords).flatMap(({ means, act }) => [means, act]),
];
