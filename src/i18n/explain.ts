import type { Text } from "../model/text.ts";

/** What `mailvigil explain` cannot read, with the remedy. */
export const explainProblems = {
  "file-missing": {
    en: "{file}: there is no such file; write the path of a saved mail, or - for standard input",
    zh: "{file}：没有这个文件；请写已保存邮件的路径，或写 - 从标准输入读取",
  },
  "file-folder": { en: "{file} is a folder; name one saved mail in it", zh: "{file} 是文件夹；请写其中一封已保存的邮件" },
  "file-unreadable": {
    en: "{file} cannot be read ({code}); look at its permissions",
    zh: "无法读取 {file}（{code}）；请检查权限",
  },
  "file-large": {
    en: "{file} is larger than {mebibytes} MiB; save the mail without its attachments, the header is enough",
    zh: "{file} 超过 {mebibytes} MiB；请去掉附件再保存，只有邮件头也可以",
  },
  "file-empty": {
    en: "{file} is empty; save the mail once more with its whole header",
    zh: "{file} 是空的；请带完整邮件头重新保存",
  },
  "no-mail": {
    en: "{file} is no mail: it has no header such as From, Received or Subject. In the mail program choose “save as .eml” or “show original” and save that.",
    zh: "{file} 不是邮件：没有 From、Received、Subject 等邮件头。请在邮件程序中选择「另存为 .eml」或「显示原文」后保存。",
  },
  "outlook-msg": {
    en: "{file} is an Outlook .msg, which keeps the mail in a form of its own. Open it in Outlook on the web or another program and save it as .eml.",
    zh: "{file} 是 Outlook 的 .msg，格式特殊。请在网页版 Outlook 或其他邮件程序中另存为 .eml。",
  },
} as const satisfies Record<string, Text>;

/** The sentences of an explanation. */
export const explainWords = {
  theMail: { en: "The mail “{subject}” to {to}", zh: "发给 {to} 的邮件「{subject}」" },
  theMailUntitled: { en: "The mail to {to}", zh: "发给 {to} 的邮件" },
  thisMail: { en: "The mail “{subject}” from {from}", zh: "{from} 发来的邮件「{subject}」" },
  someone: { en: "the recipient", zh: "收件人" },
  someoneElse: { en: "an unnamed sender", zh: "未署名的发件人" },
  andMore: { en: "{first} and {count} more", zh: "{first} 等 {count} 个地址" },
  returned: { en: "{mail} came back.", zh: "{mail}被退回。" },
  delayed: { en: "{mail} is late, not lost: it is still being tried.", zh: "{mail}尚未送达，但没有丢失，系统仍在重试。" },
  delayedUntil: {
    en: "{mail} is late, not lost: it is being tried until {until}.",
    zh: "{mail}尚未送达，但没有丢失，系统会重试到 {until}。",
  },
  handedOn: {
    en: "{mail} was handed on to a server that sends no further notices. Nothing was refused.",
    zh: "{mail}已转交给下一台服务器，之后不再有通知。没有被拒收。",
  },
  delivered: { en: "{mail} was delivered.", zh: "{mail}已送达。" },
  "auto-reply": {
    en: "This is an automatic reply, not a bounce: the mail it answers arrived, and its reader is away or the address has changed. Read it for another address.",
    zh: "这是自动回复，不是退信：原邮件已送达，只是对方不在或已换邮箱。请看其中有没有新地址。",
  },
  receipt: {
    en: "This is a receipt: the mail arrived and was opened or deleted.",
    zh: "这是回执：邮件已送达，并已被打开或删除。",
  },
  complaint: {
    en: "This is a complaint: somebody who got the mail called it spam. Take the address off the list that it was sent to.",
    zh: "这是投诉报告：收件人把邮件标为垃圾邮件。请把该地址从发送名单中去掉。",
  },
  said: { en: "{host} said: “{said}”.", zh: "{host} 的原话：「{said}」。" },
  saidBy: { en: "The bounce says: “{said}”.", zh: "退信原文：「{said}」。" },
  undecided: {
    en: "These words do not decide why; likeliest first: {causes}",
    zh: "这些话不足以确定原因，按可能性排列：{causes}",
  },
  others: { en: "{address}: {means}", zh: "{address}：{means}" },
  unnamedList: { en: "(not named)", zh: "（未写明）" },
  removal: { en: "To be taken off {list}: {page}", zh: "申请从 {list} 移除：{page}" },
  page: { en: "The receiver explains it at {page}", zh: "对方的说明：{page}" },

  junk: { en: "{mail} was marked as spam on the way: {marks}.", zh: "{mail}途中被判为垃圾邮件：{marks}。" },
  slow: { en: "{mail} took {total}.", zh: "{mail}用了 {total} 才送达。" },
  unproven: {
    en: "{mail} arrived, but did not prove that it comes from the domain of its sender, so filters distrust it.",
    zh: "{mail}已送达，但没能证明来自发件人的域名，过滤系统会因此不信任它。",
  },
  fine: {
    en: "{mail} shows nothing wrong in its header. If it was in the junk folder, a rule or the reader's own filter put it there.",
    zh: "{mail}的邮件头没有异常。如果它在垃圾箱里，应是收件人的规则或个人过滤所致。",
  },
  bare: {
    en: "{mail} carries nothing that its way could be read from. Save it anew with its whole header (“show original”).",
    zh: "{mail}没有可供判断的邮件头。请用「显示原文」带完整邮件头重新保存。",
  },
  clean: { en: "{filter} did not take it for spam ({says}).", zh: "{filter} 没有判为垃圾邮件（{says}）。" },
  suspect: { en: "{filter} had doubts ({says}).", zh: "{filter} 有所怀疑（{says}）。" },
  mark: { en: "{filter} ({says})", zh: "{filter}（{says}）" },

  wayQuick: { en: "It passed {count} servers in {total}.", zh: "它经过 {count} 台服务器，用时 {total}。" },
  waySlow: {
    en: "Of {total} on the way, it waited {wait} at {from} until {by} took it: in the queue of {from}, or because {by} put it off (greylisting, limits).",
    zh: "全程 {total}，其中 {wait} 停在 {from}，之后才由 {by} 接收：可能是 {from} 的队列积压，也可能是 {by} 暂缓接收（灰名单或限速）。",
  },
  waySlowWithin: {
    en: "Of {total} on the way, it waited {wait} between {from} and {by}, which belong together: their queue or filter held it.",
    zh: "全程 {total}，其中 {wait} 耗在 {from} 与 {by} 之间，两者属于同一家：是其队列或过滤系统造成的。",
  },
  wroteEarlier: {
    en: "It was written {before} before its first server got it: it lay in the outbox, or was sent later on purpose.",
    zh: "它写好 {before} 后才到达第一台服务器：可能停在发件箱里，或设了定时发送。",
  },
  skew: {
    en: "The clock of {hosts} is wrong; its times are left out.",
    zh: "{hosts} 的时钟不准，其时间未计入。",
  },

  stated: { en: "When it arrived, {by} found {results}.", zh: "送达时，{by} 的结论：{results}。" },
  statedUnnamed: { en: "When it arrived, the receiver found {results}.", zh: "送达时，收件方的结论：{results}。" },
  statedNothing: {
    en: "The receiver did not write down what SPF, DKIM and DMARC gave.",
    zh: "收件方没有写下 SPF、DKIM 和 DMARC 的结果。",
  },
  now: { en: "By the DNS of today: {results}.", zh: "按今天的 DNS：{results}。" },
  result: { en: "{method} {result}", zh: "{method} {result}" },
  resultFor: { en: "{method} {result} ({domain})", zh: "{method} {result}（{domain}）" },
  unsigned: { en: "no DKIM signature", zh: "没有 DKIM 签名" },
  mended: { en: "So it has been mended since.", zh: "可见之后已经修好。" },
  broken: { en: "So something has changed since: today it would not pass.", zh: "可见之后有了变化：今天不会通过。" },
  bodyChanged: {
    en: "The body is not what {domain} signed: it was changed on the way, or when the file was saved.",
    zh: "正文与 {domain} 签名时不同：在途中或保存文件时被改动过。",
  },
  bodyOpen: {
    en: "The signature of {domain} leaves out {count} octets at the end of the body (l=): anybody may have added them, so it proves nothing.",
    zh: "{domain} 的签名没有覆盖正文末尾的 {count} 个字节（l=），任何人都可以添加，因此不能作为证明。",
  },
  keyGone: {
    en: "The key of {domain} is no longer published, as is usual for an old mail.",
    zh: "{domain} 的签名公钥已不再发布，旧邮件常会如此。",
  },
  noDns: { en: "DNS did not answer from here, so nothing is known about today.", zh: "此处 DNS 没有应答，今天的情况未能查明。" },
  notAsked: { en: "The DNS of today was not asked (--offline).", zh: "未查询今天的 DNS（--offline）。" },
  tooMuch: {
    en: "It has more signatures or a longer header than any real mail, so it was not checked against the DNS of today.",
    zh: "签名过多或邮件头过长，不像真实邮件，因此没有按今天的 DNS 验证。",
  },
  headerOnly: {
    en: "The bounce gives back the header alone, so the DKIM signature cannot be checked.",
    zh: "退信只附了邮件头，无法验证 DKIM 签名。",
  },

  toDo: { en: "What to do ({who}): {act}", zh: "怎么办（{who}）：{act}" },
  toDoCase: { en: "What to do in case {case} ({who}): {act}", zh: "如果是{case}，怎么办（{who}）：{act}" },
  case: { en: "({number})", zh: "（{number}）" },
  answerRecipient: {
    en: "If our mail did not reach the customer, write: {answer}",
    zh: "如果是客户没收到我们的邮件，可以这样告诉客户：{answer}",
  },
  answerSender: {
    en: "If the customer's mail did not reach us, write: {answer}",
    zh: "如果是客户的邮件没到我们这里，可以这样回复：{answer}",
  },
  slowAct: {
    en: "If it happens again, ask the administrator of {from} for the queue log of {id} and the administrator of {by} whether it puts off new senders.",
    zh: "如果再次发生，请 {from} 的管理员查 {id} 的队列日志，并请 {by} 的管理员确认是否暂缓陌生发件方。",
  },
  slowAnswer: {
    en: "The mail was on its way for {total}; it waited at {from}. Nothing is lost.",
    zh: "邮件在途中用了 {total}，停在 {from}，没有丢失。",
  },

  evidence: { en: "Evidence (times in {zone})", zh: "依据（时区 {zone}）" },
  recipientLine: { en: "{address}  {action}  {code}", zh: "{address}  {action}  {code}" },
  source: { en: "the meaning of the reply: {source}, looked up {checkedAt}", zh: "应答含义的出处：{source}，{checkedAt} 核对" },
  reportedBy: { en: "reported by {host}", zh: "报告方：{host}" },
  reportedIn: { en: "reported by {host} in the form of {dialect}", zh: "报告方：{host}，格式：{dialect}" },
  messageId: { en: "Message-ID of the mail: {id}", zh: "邮件的 Message-ID：{id}" },
  inClear: { en: "not encrypted", zh: "未加密" },
  wrongClock: { en: "wrong clock", zh: "时钟不准" },
} as const satisfies Record<string, Text>;

/** RFC 3464 section 2.3.3. */
export const actionWords = {
  failed: { en: "failed", zh: "失败" },
  delayed: { en: "delayed", zh: "延迟" },
  relayed: { en: "relayed", zh: "已转交" },
  expanded: { en: "expanded", zh: "已展开" },
  delivered: { en: "delivered", zh: "已送达" },
} as const satisfies Record<string, Text>;

/** RFC 8601 section 2.7. */
export const resultWords: Readonly<Record<string, Text>> = {
  pass: { en: "pass", zh: "通过" },
  fail: { en: "fail", zh: "未通过" },
  softfail: { en: "softfail", zh: "软失败" },
  neutral: { en: "neutral", zh: "中立" },
  none: { en: "none", zh: "没有记录" },
  policy: { en: "refused by policy", zh: "不符合策略" },
  temperror: { en: "temporary error", zh: "临时错误" },
  permerror: { en: "faulty record", zh: "记录有错" },
};
