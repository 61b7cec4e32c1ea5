import { password, users } from "./addresses.ts";
import type { Fault } from "./fault.ts";
import type { EximAnswers } from "./exim.ts";
import type { Lab } from "./lab.ts";

const [sales] = users.harbour;
const [desk] = users.orchard;
const [canary] = users.partner;

/** The partner's server answers our mail in the words of a large one. */
const farSide = (
  id: string,
  title: Fault["title"],
  expect: Fault["expect"],
  answers: EximAnswers,
  at: string = sales,
): Fault => ({
  id,
  title,
  at,
  expect,
  apply: ({ partner }) => partner.exim.answer(answers),
});

const restartPostfix = async ({ harbour }: Lab, more?: string): Promise<void> => {
  await harbour.postfix.halt();
  await harbour.postfix.resume({ extraConfig: harbour.postfixConfig(more) });
};

const usualPostfix = (lab: Lab): Promise<void> => restartPostfix(lab);

/** Faults of mail on its way: logins work. */
export const mailFaults: readonly Fault[] = [
  farSide(
    "far-spf-refused",
    {
      en: "The customer's server refuses our mail: SPF and DKIM fail (Gmail's words)",
      zh: "客户的服务器因 SPF、DKIM 未通过而拒收（Gmail 的原文）",
    },
    ["sender-refused"],
    {
      data: "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\\n550 5.7.26 https://support.google.com/mail/answer/81126#authentication - gsmtp",
    },
  ),
  farSide(
    "far-dmarc-refused",
    {
      en: "The customer's server refuses our mail by our own DMARC policy (Gmail's words)",
      zh: "客户的服务器按我方 DMARC 策略拒收（Gmail 的原文）",
    },
    ["sender-refused"],
    {
      data: "550 5.7.26 Unauthenticated email from harbour.lab is not accepted due to domain's DMARC policy. Please contact the administrator of harbour.lab domain if this was a legitimate mail. - gsmtp",
    },
  ),
  farSide(
    "far-ptr-refused",
    {
      en: "The customer's server refuses our mail: no PTR record (Gmail's words)",
      zh: "客户的服务器因缺少 PTR 记录而拒收（Gmail 的原文）",
    },
    ["sender-refused"],
    {
      data: "550 5.7.25 The IP address sending this message does not have a PTR record setup, or the corresponding forward DNS entry does not match the sending IP. As a policy, Gmail does not accept messages from IPs with missing PTR records. - gsmtp",
    },
  ),
  farSide(
    "far-blocklist-spamhaus",
    {
      en: "Our address is on Spamhaus' list (a customer's Postfix says so)",
      zh: "我方地址被列入 Spamhaus 名单（客户的 Postfix 如此回答）",
    },
    ["blacklisted"],
    {
      rcpt: "554 5.7.1 Service unavailable; Client host [127.80.1.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/127.80.1.1",
    },
  ),
  farSide(
    "far-blocklist-exchange",
    { en: "Exchange Online bans our address", zh: "Exchange Online 封禁了我方地址" },
    // Microsoft's list is fed by reputation: either word is right.
    ["blacklisted", "sender-refused"],
    {
      rcpt: "550 5.7.606 Access denied, banned sending IP [127.80.1.1]. To request removal from this list please visit https://sender.office.com/ and follow the directions. (AS16012609)",
    },
  ),
  farSide(
    "far-content-tencent",
    { en: "The customer's server refuses the content (Tencent's words)", zh: "客户的服务器拒收邮件内容（腾讯的原文）" },
    ["sender-refused"],
    { data: "550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726" },
  ),
  farSide(
    "far-reputation-tencent",
    {
      en: "The customer's server limits our address for its reputation (Tencent's words)",
      zh: "客户的服务器因信誉限制我方地址（腾讯的原文）",
    },
    ["rate-limit", "sender-refused"],
    { mail: "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000725" },
  ),
  farSide(
    "far-policy-exim",
    {
      en: "The customer's server refuses the second system's mail (Microsoft's words)",
      zh: "客户的服务器拒收第二套系统的邮件（微软的原文）",
    },
    ["sender-refused"],
    {
      data: "550 5.7.509 Access denied, sending domain orchard.lab does not pass DMARC verification and has a DMARC policy of reject.",
    },
    desk,
  ),
  {
    id: "far-user-unknown",
    title: { en: "The customer's mailbox does not exist any more", zh: "客户的邮箱已不存在" },
    at: sales,
    expect: ["settings-changed", "account-locked"],
    apply: ({ partner }) => partner.exim.setUsers({ "somebody@partner.lab": password }),
    undo: ({ partner }) => partner.exim.setUsers({ [canary]: password }),
  },
  {
    id: "own-user-unknown",
    title: {
      en: "Our own mailbox was deleted on the server that takes mail; reading still works",
      zh: "我方收信服务器上的邮箱地址被删除，读信仍正常",
    },
    at: desk,
    expect: ["settings-changed", "account-locked"],
    apply: async ({ orchard }) => {
      await orchard.exim.refuse(desk);
    },
    undo: ({ orchard }) => orchard.exim.refuse(undefined),
  },
  {
    id: "greylisted-far",
    timed: true,
    title: {
      en: "The customer's server greylists us for five seconds: mail is late",
      zh: "客户的服务器对我方启用灰名单（5 秒），去信迟到",
    },
    at: sales,
    expect: ["greylisting"],
    apply: ({ partner }) => partner.exim.greylist(5),
  },
  {
    id: "greylisted-near",
    timed: true,
    title: {
      en: "Our own server greylists customers for five seconds: mail is late",
      zh: "我方服务器对客户启用灰名单（5 秒），来信迟到",
    },
    at: desk,
    expect: ["greylisting"],
    apply: ({ orchard }) => orchard.exim.greylist(5),
  },
  {
    id: "queue-stuck-out",
    title: { en: "Postfix holds back all mail to others", zh: "Postfix 把发往外部的邮件都滞留在队列里" },
    at: sales,
    expect: ["queue-stuck", "silent-loss"],
    apply: (lab) => restartPostfix(lab, "defer_transports = smtp"),
    undo: usualPostfix,
  },
  {
    id: "queue-stuck-in",
    title: { en: "Postfix takes mail from others and does not deliver it", zh: "Postfix 收下外部来信，却不投递" },
    at: sales,
    expect: ["queue-stuck", "silent-loss"],
    apply: (lab) => restartPostfix(lab, "defer_transports = delivery"),
    undo: usualPostfix,
  },
  {
    id: "filtered-to-junk",
    title: { en: "A filter of the user puts our customer's mail into Junk", zh: "用户的过滤规则把客户来信放进垃圾邮件" },
    at: sales,
    expect: ["junk-filter"],
    apply: ({ harbour }) => harbour.setFilter(sales, 'require ["fileinto"];\nfileinto "Junk";\n'),
  },
  {
    id: "far-junk",
    title: { en: "The customer's server puts our mail into Junk", zh: "客户的服务器把我方邮件放进垃圾邮件" },
    at: sales,
    expect: ["junk-filter"],
    apply: ({ partner }) => partner.exim.divert(".Junk"),
  },
  {
    id: "discarded-by-filter",
    title: { en: "A filter of the user throws mail away without a word", zh: "用户的过滤规则把邮件悄悄丢弃" },
    at: sales,
    expect: ["silent-loss"],
    apply: ({ harbour }) => harbour.setFilter(sales, "discard;\n"),
  },
  {
    id: "discarded-far",
    title: { en: "The customer's server takes our mail and throws it away", zh: "客户的服务器收下我方邮件后丢弃" },
    at: desk,
    expect: ["silent-loss"],
    apply: ({ partner }) => partner.exim.divert("nowhere"),
  },
  {
    id: "relay-refused",
    title: {
      en: "Submission takes the password and refuses every recipient outside",
      zh: "发信服务器接受密码，却拒绝所有外部收件人",
    },
    at: sales,
    expect: ["settings-changed", "permission-removed", "sender-refused"],
    apply: (lab) =>
      restartPostfix(lab, "mua_recipient_restrictions = reject_unauth_destination, permit_sasl_authenticated, reject"),
    undo: usualPostfix,
  },
  {
    id: "sender-not-owned",
    title: {
      en: "Submission says that the account may not send under this address",
      zh: "发信服务器认为该账号无权使用此发件地址",
    },
    at: sales,
    expect: ["sender-refused", "permission-removed", "settings-changed"],
    apply: (lab) =>
      restartPostfix(
        lab,
        `smtpd_sender_login_maps = inline:{{${sales}=boss@harbour.lab}}\nmua_recipient_restrictions = reject_sender_login_mismatch, permit_sasl_authenticated, reject`,
      ),
    undo: usualPostfix,
  },
  {
    id: "mail-too-large",
    title: {
      en: "The server takes small mails and refuses ours with an attachment",
      zh: "服务器接受小邮件，但拒绝我方带附件的邮件",
    },
    at: sales,
    expect: ["settings-changed", "sender-refused"],
    configure: (usual) => ({
      ...usual,
      routes: usual.routes.map((route) => (route.from === sales ? { ...route, size: "1MB" } : route)),
    }),
    apply: (lab) => restartPostfix(lab, "message_size_limit = 100000"),
    undo: usualPostfix,
  },
];
