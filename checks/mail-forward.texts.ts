import type { FindingDeclaration } from "../src/model/check.ts";
import { roundTripFindings } from "./mail-roundtrip.texts.ts";

/** What only a mail to several can show; the rest is shared with the other checks that log in. */
export const forwardFindings = {
  "forward-lost": {
    severity: "critical",
    cause: "silent-loss",
    text: {
      en: "Mail to {to} reaches nobody: the server of {from} took it, and {minutes} min later none of its members has it ({members})",
      zh: "发到 {to} 的邮件没有人收到：发件服务器已收下，{minutes} 分钟后所有成员都没有收到（{members}）",
    },
    advice: {
      en: "Look whether {to} still exists as an alias, group or shared mailbox and who is in it. Then trace mail number {number} in the log of its server; ask for quarantine and for rules that hold mail from outside.",
      zh: "先确认 {to} 作为别名、群组或共享邮箱是否还在、成员有谁；再在其服务器日志里查第 {number} 封；并检查隔离区和限制外部来信的规则。",
    },
    source: "RFC 5321 section 6.1: who has taken a mail delivers it or says that it cannot",
  },
  "member-missing": {
    severity: "warning",
    text: {
      en: "Not everybody gets the mail to {to}: {members} lacks it {minutes} min later ({count} of {all} members)",
      zh: "发到 {to} 的邮件不是人人都收到：{minutes} 分钟后 {members} 仍没有（{all} 个成员中缺 {count} 个）",
    },
    advice: {
      en: "Look whether {members} is still a member of {to}, or its forwarding still there. Then at the filters and the junk rules of that mailbox, and whether it is full.",
      zh: "先看 {members} 是否仍是 {to} 的成员，或转发是否还在；再看该邮箱的过滤规则、反垃圾设置，以及是否已满。",
    },
    source: "the members in the configuration",
  },
  "member-late": {
    severity: "warning",
    text: {
      en: "Mail to {to} reaches {members} late: it took {seconds} s, more than {limit} s",
      zh: "发到 {to} 的邮件到达 {members} 较慢：用了 {seconds} 秒，超过 {limit} 秒",
    },
    advice: {
      en: "Compare the Received lines of a late mail: the gap shows which server held it.",
      zh: "对比一封迟到邮件的 Received 行，时间差最大处就是卡住它的服务器。",
    },
    source: "RFC 5321 section 4.5.4.1",
  },
  "member-junk": {
    severity: "warning",
    cause: "junk-filter",
    text: {
      en: "Mail to {to} lands in the junk folder of {members} ({folder}), where nobody looks",
      zh: "发到 {to} 的邮件进了 {members} 的垃圾邮件文件夹（{folder}），收件人很可能看不到",
    },
    advice: {
      en: "Forwarded mail fails SPF at the next server. Let the forwarding server rewrite the sender (SRS) and keep the DKIM signature, or let {members} trust it; mark one probe mail as not junk.",
      zh: "转发的邮件在下一台服务器会通不过 SPF。请让转发服务器改写发件人（SRS）并保留 DKIM 签名，或让 {members} 信任它；也可将一封探测邮件标为「非垃圾邮件」。",
    },
    source: "RFC 7960 section 2; RFC 6154 section 2 (\\Junk)",
  },
  "member-twice": {
    severity: "warning",
    text: {
      en: "{members} gets each mail to {to} {copies} times: two ways lead there, or it goes round in circles",
      zh: "{members} 会重复收到发往 {to} 的邮件（{copies} 份）：有两条路径通到那里，或转发形成了循环",
    },
    advice: {
      en: "Look for a member that stands in two groups, or for a forwarding on both sides (rule of the mailbox and alias). The Received lines of two copies show where they part.",
      zh: "检查是否有成员同时在两个群组中，或两处都设了转发（邮箱规则和别名）。对比两份副本的 Received 行可看出从哪里分开。",
    },
    source: "RFC 5321 section 6.3 (loops)",
  },
  "member-unread": {
    severity: "unknown",
    text: {
      en: "Whether {members} has the mail to {to} was not found out: its mailbox cannot be looked into ({reason})",
      zh: "未能得知 {members} 是否收到发往 {to} 的邮件：无法查看该邮箱（{reason}）",
    },
    advice: {
      en: "What is wrong there is told by the login check of {members}.",
      zh: "原因见 {members} 的登录检查。",
    },
    source: "a mailbox that cannot be read says nothing about the forwarding",
  },
  "forward-bounced": {
    severity: "critical",
    text: {
      en: "Mail from {from} to {to} comes back. {reason} {by} says: “{said}”",
      zh: "{from} 发给 {to} 的邮件被退回。{reason}{by} 的原话：「{said}」",
    },
    advice: { en: "This is for {who}. {act}", zh: "应由{who}处理。{act}" },
    source: "RFC 3464; RFC 3463; the words of the server that returned it",
  },
  "auto-reply-missing": {
    severity: "warning",
    text: {
      en: "Whoever writes to {to} is not told of {names}: no automatic answer came within {minutes} min",
      zh: "写信到 {to} 的人不会得知 {names}：{minutes} 分钟内没有收到自动回复",
    },
    advice: {
      en: "Look whether the automatic answer of {to} is on, for senders outside as well, and not past its end. A program that answers one sender only once in some days: let auto_reply.every be longer than that.",
      zh: "检查 {to} 的自动回复是否开启、是否对外部发件人生效、是否已过期。如果程序对同一发件人若干天内只回复一次，请把 auto_reply.every 设得更长。",
    },
    source: "RFC 5230 section 4.2; RFC 3834 section 2",
  },
  "auto-reply-names-other": {
    severity: "warning",
    text: {
      en: "The automatic answer of {to} does not name {names} (it begins: “{said}”)",
      zh: "{to} 的自动回复里没有写 {names}（开头是「{said}」）",
    },
    advice: {
      en: "Write {names} into the text of the automatic answer of {to}, as plain text and not only in a picture or a link.",
      zh: "请把 {names} 写进 {to} 的自动回复正文，用文字写明，不要只放在图片或链接里。",
    },
    source: "the option auto_reply.names",
  },
  "auto-reply-repeated": {
    severity: "warning",
    text: {
      en: "{to} answers one mail {count} times: with another such program they would write to each other for ever",
      zh: "{to} 对同一封邮件自动回复了 {count} 次：遇到另一个自动回复程序就会互相回个不停",
    },
    advice: {
      en: "Let one program answer, once for each sender in some days (Sieve: vacation :days 7), and take the others out.",
      zh: "只保留一个自动回复程序，并对同一发件人若干天只回复一次（Sieve：vacation :days 7）。",
    },
    source: "RFC 3834 section 2; RFC 5230 section 4.2",
  },
  "auto-reply-to-machines": {
    severity: "warning",
    text: {
      en: "{to} answers mail that says it is from a machine (Auto-Submitted): with another such program they would write to each other for ever",
      zh: "{to} 会回复已声明由程序发出的邮件（Auto-Submitted）：遇到另一个自动回复程序就会互相回个不停",
    },
    advice: {
      en: "Use the server's own vacation function, which leaves such mail alone, in place of a filter rule that answers everything.",
      zh: "请改用服务器自带的假期自动回复，它不会回复这类邮件；不要用「回复所有来信」的过滤规则。",
    },
    source: "RFC 3834 section 2; RFC 5230 section 4.6",
  },
  "auto-reply-unmarked": {
    severity: "info",
    text: {
      en: "The answer of {to} does not say that a program wrote it (no Auto-Submitted): other programs may answer it",
      zh: "{to} 的自动回复没有标明由程序发出（没有 Auto-Submitted）：其他程序可能会回复它",
    },
    advice: {
      en: "Use the server's own vacation function in place of a rule or a macro.",
      zh: "请改用服务器自带的假期自动回复，代替规则或宏。",
    },
    source: "RFC 3834 section 3.1.7",
  },
  "not-there-yet": {
    severity: "unknown",
    text: {
      en: "A probe mail from {from} to {to} is on its way: sent {seconds} s ago; not seen yet: {waiting}",
      zh: "从 {from} 发往 {to} 的探测邮件还在路上：{seconds} 秒前发出；尚未看到：{waiting}",
    },
    advice: roundTripFindings["not-there-yet"].advice,
    source: roundTripFindings["not-there-yet"].source,
  },
  "between-mails": roundTripFindings["between-mails"],
  "send-refused": roundTripFindings["send-refused"],
  "send-deferred": roundTripFindings["send-deferred"],
  "probe-not-removed": roundTripFindings["probe-not-removed"],
} as const satisfies Record<string, FindingDeclaration>;
