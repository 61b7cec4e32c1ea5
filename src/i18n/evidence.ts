import type { Cause } from "../model/cause.ts";
import type { Text } from "../model/text.ts";

/** The words of an evidence pack. Heads stand in both languages beside each other, paragraphs below each other. */
export const evidenceHeads = {
  what: { en: "What is broken", zh: "故障" },
  question: { en: "What we ask you", zh: "请协助" },
  diagnosis: { en: "Diagnosis", zh: "诊断" },
  asked: { en: "Which addresses were asked", zh: "访问过的地址" },
  transcripts: { en: "What was said", zh: "会话记录" },
  mails: { en: "Our probe mails", zh: "检测邮件" },
  history: { en: "Changes of status", zh: "状态变化" },
  works: { en: "What worked at the same time", zh: "同期正常的项目" },
  from: { en: "From where it was looked", zh: "检测来源" },
} as const satisfies Record<string, Text>;

export const evidenceWords = {
  pack: { en: "Evidence for the provider's support", zh: "提供给服务商客服的证据" },
  made: { en: "Made {time} for {company}", zh: "{company}，生成于 {time}" },
  demonstration: { en: "A demonstration: nothing of this is real", zh: "演示数据，并非真实故障" },
  about: { en: "{asset}: {said}", zh: "{asset}：{said}" },
  nothingWrong: { en: "{asset}: {check} has found nothing wrong", zh: "{asset}：{check}没有发现问题" },
  checkOf: { en: "{check} of {asset}", zh: "{asset} 的{check}" },
  // A list of facts.
  since: { en: "Since", zh: "开始" },
  until: { en: "Until", zh: "结束" },
  lasting: { en: "not over yet", zh: "仍未恢复" },
  duration: { en: "For", zh: "持续" },
  seen: { en: "Seen", zh: "次数" },
  runs: { en: "{bad} of {all} runs failed", zh: "共检测 {all} 次，{bad} 次失败" },
  runsUnclear: {
    en: "{bad} of {all} runs failed, {unknown} could not tell",
    zh: "共检测 {all} 次，{bad} 次失败，{unknown} 次无法判断",
  },
  every: { en: "every {every}", zh: "每 {every}一次" },
  probes: { en: "Affected", zh: "涉及" },
  more: { en: "and {count} more", zh: "另有 {count} 项" },
  server: { en: "Server", zh: "服务器" },
  provider: { en: "Provider", zh: "服务商" },
  support: { en: "its help: {support}", zh: "客服：{support}" },
  // Diagnosis.
  sure: { en: "Confidence: {confidence}", zh: "把握：{confidence}" },
  evidence: { en: "It rests on this:", zh: "依据：" },
  alternatives: { en: "It could also be: {list}", zh: "也可能是：{list}" },
  ruledOut: { en: "Ruled out:", zh: "已排除：" },
  noDiagnosis: {
    en: "No cause was worked out; this is what was found:",
    zh: "没有得出原因，以下是检测到的情况：",
  },
  // Addresses.
  address: { en: "Address", zh: "地址" },
  port: { en: "Port", zh: "端口" },
  family: { en: "Family", zh: "协议族" },
  tls: { en: "TLS", zh: "TLS" },
  certificate: { en: "Certificate: issuer, SHA-256", zh: "证书：颁发者、SHA-256" },
  inRun: { en: "In the run of (UTC)", zh: "检测时间（UTC）" },
  noAddress: { en: "No address was reached.", zh: "没有连到任何地址。" },
  // Transcripts.
  firstRun: { en: "First failed run, {time}", zh: "首次失败，{time}" },
  lastRun: { en: "Latest failed run on record, {time}", zh: "最近一次有记录的失败，{time}" },
  onlyRun: { en: "Failed run, {time}", zh: "失败的检测，{time}" },
  anyRun: { en: "Latest run, {time}", zh: "最近一次检测，{time}" },
  noTrail: { en: "This run left no trail.", zh: "这次检测没有留下记录。" },
  leftOut: { en: "[… {count} lines left out · 省略 {count} 行 …]", zh: "[… {count} lines left out · 省略 {count} 行 …]" },
  masked: {
    en: "Passwords and tokens are replaced by [secret]; characters that cannot be seen are written as \\x.. or \\u....",
    zh: "密码和令牌已替换为 [secret]；不可见字符写作 \\x.. 或 \\u....。",
  },
  // Mails.
  messageId: { en: "Message-ID", zh: "Message-ID" },
  sent: { en: "Sent (UTC)", zh: "发送时间（UTC）" },
  fate: { en: "Arrived", zh: "是否到达" },
  arrived: { en: "yes", zh: "是" },
  missing: { en: "no", zh: "否" },
  underWay: { en: "not yet", zh: "尚未" },
  route: { en: "From {from} to {to}:", zh: "{from} 发往 {to}：" },
  sendingAddress: { en: "Our mail leaves from: {list}", zh: "我方邮件的出口地址：{list}" },
  // History.
  time: { en: "UTC", zh: "UTC" },
  local: { en: "Local time", zh: "当地时间" },
  from: { en: "From", zh: "原状态" },
  to: { en: "To", zh: "新状态" },
  confirmed: { en: "Confirmed (UTC)", zh: "确认时间（UTC）" },
  someShown: {
    en: "{all} changes in this time; the latest {shown} are shown.",
    zh: "期间共 {all} 次变化，列出最近 {shown} 次。",
  },
  noHistory: { en: "The status has not changed.", zh: "状态没有变化。" },
  // What works.
  wellRuns: { en: "{all} runs, all well", zh: "检测 {all} 次，全部正常" },
  wellRunsLately: {
    en: "well all the time; {all} runs in the last 24 h of it, all well",
    zh: "全程正常；最后 24 小时检测 {all} 次，全部正常",
  },
  worksElsewhere: {
    en: "{count} more checks of other servers were well the whole time",
    zh: "其他服务器的 {count} 项检测全程正常",
  },
  nothingWorks: { en: "Nothing that could be compared was well the whole time.", zh: "没有可供对比、且全程正常的项目。" },
  // The observer.
  version: { en: "Observer: Mailvigil {version} on {host}", zh: "检测程序：Mailvigil {version}，主机 {host}" },
  addresses: { en: "Addresses of the observer: {list}", zh: "检测主机的地址：{list}" },
  zone: { en: "Local times are those of {timezone}", zh: "当地时间的时区为 {timezone}" },
} as const satisfies Record<string, Text>;

/** What a check looks at, in a request: `Please check … for … at …`. Others are told by their title. */
export const requestSubjects: Readonly<Record<string, Text>> = {
  "imap-login": { en: "the IMAP login", zh: "IMAP 登录" },
  "pop3-login": { en: "the POP3 login", zh: "POP3 登录" },
  "smtp-submission": { en: "the SMTP login for sending", zh: "SMTP 发信登录" },
  "imap-quota": { en: "the mailbox's size limit", zh: "邮箱容量" },
  "mail-roundtrip": { en: "the delivery of mail", zh: "邮件投递" },
  "smtp-mx": { en: "the server that takes our mail", zh: "收信服务器（MX）" },
  "tls-certificate": { en: "the server's certificate", zh: "服务器证书" },
};

export const requestWords = {
  please: {
    en: "Please check {what} for {asset} at {target}: it has failed since {since}.",
    zh: "请检查 {asset} 的{what}（{target}）：自 {since} 起失败。",
  },
  pleaseOver: {
    en: "Please check {what} for {asset} at {target}: it failed from {since} to {until}.",
    zh: "请检查 {asset} 的{what}（{target}）：{since} 至 {until} 期间失败。",
  },
  answer: {
    en: "Tell us what you found, what was done, and whether it can happen again.",
    zh: "请告知查到的原因、采取的措施，以及是否会再次发生。",
  },
  answerOpen: {
    en: "Tell us what you find and when it will work again.",
    zh: "请告知查到的原因和预计恢复时间。",
  },
} as const satisfies Record<string, Text>;

/** What only the provider can see, by cause. */
export const requestsByCause: Readonly<Partial<Record<Cause, Text>>> = {
  "provider-outage": {
    en: "Is there an outage or maintenance, and where is it announced?",
    zh: "是否有故障或维护，公告在哪里？",
  },
  "server-down": {
    en: "What does your log say of connections to these addresses?",
    zh: "服务器日志中，访问上述地址的连接有何记录？",
  },
  certificate: { en: "When will the certificate be replaced, and by whom?", zh: "证书何时由谁更换？" },
  "settings-changed": {
    en: "Was the port, the encryption or the way of login changed, and where is that documented?",
    zh: "端口、加密或登录方式是否有变更，文档在哪里？",
  },
  "rate-limit": {
    en: "Which limit was reached, does it count by account or by address, and when does it end?",
    zh: "触发了哪项限制，按账号还是按 IP 计算，何时解除？",
  },
  "path-blocked": { en: "Is our address blocked on your side?", zh: "贵方是否屏蔽了我方地址？" },
  "subscription-expired": { en: "Until when is this service paid, by your books?", zh: "贵方系统中该服务的到期日是哪天？" },
  "client-access-off": {
    en: "Is IMAP, POP or SMTP switched off for this mailbox or for the organisation, since when and by which rule?",
    zh: "该邮箱或整个企业的 IMAP、POP、SMTP 是否被关闭，从何时起，由哪条策略？",
  },
  "account-locked": {
    en: "Is the account locked or held by a security policy, by which sign-in, and how is it released?",
    zh: "账号是否被锁定或被安全策略限制，由哪次登录触发，如何解除？",
  },
  "password-expired": { en: "When did the password expire?", zh: "密码何时过期？" },
  "password-rejected": {
    en: "What does your sign-in log give as the reason of the refusals at these times?",
    zh: "上述时间的登录日志中，拒绝的原因是什么？",
  },
  "permission-removed": { en: "When was the permission removed, and by whom?", zh: "权限在何时由谁收回？" },
  "mailbox-full": {
    en: "What do you count as the mailbox's size, and what is its limit?",
    zh: "贵方统计的邮箱用量和上限各是多少？",
  },
  "queue-stuck": { en: "What holds these mails in the queue?", zh: "这些邮件为何滞留在队列中？" },
  blacklisted: {
    en: "Which of your sending addresses is listed, and when will it be delisted?",
    zh: "贵方哪个发信地址被列入黑名单，何时移除？",
  },
  "sender-refused": { en: "Which rule refused these mails?", zh: "是哪条规则拒收了这些邮件？" },
  "junk-filter": { en: "Which mark of the filter put these mails into junk?", zh: "过滤系统依据什么把这些邮件判为垃圾邮件？" },
  "silent-loss": {
    en: "What does your log say of these Message-IDs after you had accepted them?",
    zh: "贵方接收之后，日志中这些 Message-ID 的去向是什么？",
  },
  unknown: { en: "What does your log say at these times?", zh: "上述时间贵方日志中有何记录？" },
};

/** Why there is no pack. */
export const evidenceProblems = {
  noIncident: {
    en: "there is no incident {name}; the nearest are {near}",
    zh: "没有事件 {name}；最接近的是 {near}",
  },
  noIncidentAtAll: {
    en: "there is no incident {name}: none has happened yet; name a probe instead (mailvigil plan shows their ids)",
    zh: "没有事件 {name}：还没有发生过任何事件；可改写探测 id（用 mailvigil plan 查看）",
  },
  noProbe: {
    en: "there is no probe {name}; near it are {near} (mailvigil plan shows all)",
    zh: "没有探测 {name}；接近的有 {near}（用 mailvigil plan 查看全部）",
  },
  noProbeNear: {
    en: "there is no incident and no probe {name}; write M-1042 or the id of a probe (mailvigil plan shows them)",
    zh: "没有名为 {name} 的事件或探测；请写 M-1042 或探测 id（用 mailvigil plan 查看）",
  },
  nothingStored: {
    en: "nothing is stored in {folder} yet; start Mailvigil with this configuration first",
    zh: "{folder} 中还没有数据；请先用此配置启动 Mailvigil",
  },
  notWritten: {
    en: "{file} cannot be written ({reason}); name another one with --out",
    zh: "{file} 无法写入（{reason}）；请用 --out 指定其他文件",
  },
  written: { en: "written: {file}", zh: "已写入：{file}" },
} as const satisfies Record<string, Text>;
