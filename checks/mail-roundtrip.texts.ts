import type { FindingDeclaration } from "../src/model/check.ts";

/** What only a mail on its way can show; the rest is shared with the other checks that log in. */
export const roundTripFindings = {
  "delivered-to-junk": {
    severity: "critical",
    cause: "junk-filter",
    text: {
      en: "Mail from {from} is not read at {to}: it lands in the folder {folder}, where nobody looks ({seconds} s after it was sent; {reason})",
      zh: "{from} 发给 {to} 的邮件进了「{folder}」文件夹，收件人很可能看不到（发出 {seconds} 秒后到达；{reason}）",
    },
    advice: {
      en: "Send a mail by hand and see where it lands. The sender's administrator looks at SPF, DKIM, DMARC and block lists; the receiver's at the spam filter. If only probe mails land there, mark one as not junk.",
      zh: "先手动发一封信，看落在哪个文件夹。发件方管理员检查 SPF、DKIM、DMARC 和黑名单，收件方检查反垃圾设置。若只有探测邮件被误判，可将其标为「非垃圾邮件」。",
    },
    source: "RFC 6154 section 2 (\\Junk)",
  },
  late: {
    severity: "warning",
    text: {
      en: "Mail from {from} reaches {to} late: it took {seconds} s, more than {limit} s; {reason}",
      zh: "{from} 发给 {to} 的邮件到得慢：用了 {seconds} 秒，超过 {limit} 秒；{reason}",
    },
    advice: {
      en: "Compare the Received lines of a late mail: the gap shows which server held it. Greylisting ends by itself after the first mails; a full queue does not.",
      zh: "对比一封迟到邮件的 Received 行，时间差最大处就是卡住它的服务器。灰名单在头几封信之后会自行消失，队列积压则不会。",
    },
    source: "RFC 5321 section 4.5.4.1; RFC 6647 (greylisting)",
  },
  lost: {
    severity: "critical",
    cause: "silent-loss",
    text: {
      en: "Mail from {from} does not arrive at {to}: the server of {from} took it, and {minutes} min later it is in no folder; it is lost, or still in a queue",
      zh: "{from} 发给 {to} 的邮件没有送达：发件服务器已收下，{minutes} 分钟后收件邮箱的任何文件夹里都没有，可能已丢失，也可能还在队列里",
    },
    advice: {
      en: "Look for a returned mail at {from} and for mail number {number} in the log of its server; then ask the receiver's administrator about quarantine and filters.",
      zh: "先看 {from} 有没有收到退信，并在发件服务器日志里查第 {number} 封探测邮件；再请收件方管理员查隔离区和过滤规则。",
    },
    source: "RFC 5321 section 6.1: who has taken a mail delivers it or says that it cannot",
  },
  bounced: {
    severity: "critical",
    text: {
      en: "Mail from {from} to {to} comes back. {reason} {by} says: “{said}”",
      zh: "{from} 发给 {to} 的邮件被退回。{reason}{by} 的原话：「{said}」",
    },
    advice: { en: "This is for {who}. {act}", zh: "应由{who}处理。{act}" },
    source: "RFC 3464; RFC 3463; the words of the server that returned it",
  },
  delayed: {
    severity: "info",
    text: {
      en: "A probe mail from {from} to {to} is put off and being tried again, {seconds} s after it was sent. {reason} {by} says: “{said}”",
      zh: "从 {from} 到 {to} 的探测邮件被暂缓，系统正在重试（{seconds} 秒前发出）。{reason}{by} 的原话：「{said}」",
    },
    advice: {
      en: "Wait: it is looked for until its time is up. If it stays so, this is for {who}. {act}",
      zh: "请稍候，到时限之前会一直查看。若一直如此，应由{who}处理。{act}",
    },
    source: "RFC 3464 section 2.3.3 (delayed)",
  },
  greylisted: {
    severity: "info",
    cause: "greylisting",
    text: {
      en: "{by} greylists mail from {from} to {to}: it takes what comes again after some minutes (sent {seconds} s ago; “{said}”)",
      zh: "{by} 对 {from} 发给 {to} 的邮件启用了灰名单：稍后重试才会接收（{seconds} 秒前发出；「{said}」）",
    },
    advice: {
      en: "Wait: greylisting ends by itself after the first mails. Ask the receiver's administrator to exempt {from} if it does not.",
      zh: "请稍候，灰名单通常在头几封信之后自行消失。若不消失，请收件方管理员放行 {from}。",
    },
    source: "RFC 6647",
  },
  "as-expected": {
    severity: "info",
    text: {
      en: "Mail from {from} to {to} is treated as this route expects: {outcome}",
      zh: "从 {from} 到 {to} 的邮件符合此线路的预期：{outcome}",
    },
    advice: { en: "Nothing to do: the rule works.", zh: "无需处理，规则有效。" },
    source: "the route's own `expect`",
  },
  "not-held": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Mail from {from} should be held back before {to}, and it arrives in {folder} ({seconds} s after it was sent): the rule does not work",
      zh: "{from} 发给 {to} 的邮件本应被拦下，却进了「{folder}」（发出 {seconds} 秒后到达）：规则没有生效",
    },
    advice: {
      en: "Look at the quarantine or approval rule that should hold it: whether it is on, its order, and exceptions for the sender.",
      zh: "检查应拦下它的隔离或审批规则：是否启用、先后顺序、是否对发件人设了例外。",
    },
    source: "the route's own `expect: held`",
  },
  "not-rejected": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Mail from {from} should be refused before {to}, and it arrives in {folder} ({seconds} s after it was sent): the filter does not work",
      zh: "{from} 发给 {to} 的邮件本应被拒收，却进了「{folder}」（发出 {seconds} 秒后到达）：过滤没有生效",
    },
    advice: {
      en: "Look at the filter that should refuse it: whether it is on, its order, and exceptions for the sender.",
      zh: "检查应拒收它的过滤规则：是否启用、先后顺序、是否对发件人设了例外。",
    },
    source: "the route's own `expect: rejected`",
  },
  "not-in-junk": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Mail from {from} should be put into the junk folder of {to}, and it arrives in {folder} ({seconds} s after it was sent): the filter does not work",
      zh: "{from} 发给 {to} 的邮件本应进垃圾邮件文件夹，却进了「{folder}」（发出 {seconds} 秒后到达）：过滤没有生效",
    },
    advice: {
      en: "Look at the junk filter of {to}: whether it is on, and whether the sender stands on a list of those that are let through.",
      zh: "检查 {to} 的反垃圾设置：是否启用，发件人是否在白名单中。",
    },
    source: "the route's own `expect: junk`; RFC 6154 section 2 (\\Junk)",
  },
  "filed-elsewhere": {
    severity: "info",
    text: {
      en: "Mail from {from} arrives at {to} and is filed under {folder}, past the inbox ({seconds} s after it was sent)",
      zh: "{from} 发给 {to} 的邮件到了，但被归入「{folder}」，没有进收件箱（发出 {seconds} 秒后到达）",
    },
    advice: {
      en: "Look at the filter rules of {to} if its mail should be in the inbox.",
      zh: "如果应进收件箱，请检查 {to} 的过滤规则。",
    },
    source: "RFC 6154 section 2 (\\All)",
  },
  "not-there-yet": {
    severity: "unknown",
    text: {
      en: "A probe mail from {from} to {to} is on its way: sent {seconds} s ago, not there yet",
      zh: "从 {from} 到 {to} 的探测邮件还在路上：{seconds} 秒前发出，尚未到达",
    },
    advice: {
      en: "Wait: it is looked for again after 20 s, 1, 3, 8, 15 and 30 min.",
      zh: "请稍候：发出后 20 秒、1、3、8、15、30 分钟会再次查看。",
    },
    source: "nothing is said about a mail before its time is up",
  },
  "between-mails": {
    severity: "unknown",
    text: {
      en: "The last probe mail from {from} to {to} did not go well ({last}); the next one is sent in {minutes} min",
      zh: "从 {from} 到 {to} 的上一封探测邮件不顺利（{last}），{minutes} 分钟后发下一封",
    },
    advice: {
      en: "Wait for the next mail: one alone may have been an accident.",
      zh: "请等下一封的结果，单独一封可能只是偶然。",
    },
    source: "a change is believed when two mails in a row show it",
  },
  "send-refused": {
    severity: "critical",
    text: {
      en: "{from} cannot send to {to}. {reason} {host} refuses at {command} ({status}: “{reply}”)",
      zh: "{from} 无法给 {to} 发信。{reason}{host} 在 {command} 阶段拒收（{status}：「{reply}」）",
    },
    advice: { en: "This is for {who}. {act}", zh: "应由{who}处理。{act}" },
    source: "RFC 5321 section 4.2.1 (5yz); RFC 3463",
  },
  "send-deferred": {
    severity: "warning",
    text: {
      en: "{from} cannot send just now: {host} puts the mail off at {command} ({status}: “{reply}”). {reason}",
      zh: "{from} 暂时发不出信：{host} 在 {command} 阶段要求稍后再试（{status}：「{reply}」）。{reason}",
    },
    advice: {
      en: "Wait for the next try. If it stays so, this is for {who}. {act}",
      zh: "请等下一次尝试。若一直如此，应由{who}处理。{act}",
    },
    source: "RFC 5321 section 4.2.1 (4yz); RFC 3463",
  },
  "size-limit": {
    severity: "warning",
    text: {
      en: "A mail with an attachment of {size} cannot leave {from}: it has {needs} on its way, and {host} takes {limit} at most",
      zh: "带 {size} 附件的邮件无法从 {from} 发出：编码后为 {needs}，而 {host} 最多接收 {limit}",
    },
    advice: {
      en: "Send large files as a link, or ask the administrator of {host} for a higher limit. An attachment grows by 37 % on its way.",
      zh: "大文件请改用链接发送，或请 {host} 的管理员调高上限。附件编码后会增大约 37%。",
    },
    source: "RFC 1870 section 3 (SIZE)",
  },
  "size-refused": {
    severity: "warning",
    text: {
      en: "A mail with an attachment of {size} from {from} to {to} is not taken. {reason} {by} says: “{said}”",
      zh: "{from} 发给 {to} 的带 {size} 附件的邮件被拒收。{reason}{by} 的原话：「{said}」",
    },
    advice: { en: "This is for {who}. {act}", zh: "应由{who}处理。{act}" },
    source: "RFC 3463 (5.3.4, 5.2.3); the words of the server that refused it",
  },
  "size-lost": {
    severity: "warning",
    text: {
      en: "A mail with an attachment of {size} from {from} does not arrive at {to}: the server of {from} took it, and {minutes} min later it is in no folder",
      zh: "{from} 发给 {to} 的带 {size} 附件的邮件没有送达：发件服务器已收下，{minutes} 分钟后仍不在任何文件夹里",
    },
    advice: {
      en: "Look for mail number {number} in the log of the server of {from}, then ask the receiver's administrator about filters for attachments and about size limits.",
      zh: "先在 {from} 的服务器日志里查第 {number} 封，再请收件方管理员查附件过滤和大小限制。",
    },
    source: "RFC 5321 section 6.1",
  },
  "size-passed": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "A mail with an attachment of {size} from {from} should not reach {to}, and it does: the rule does not work",
      zh: "{from} 发给 {to} 的带 {size} 附件的邮件本不应送达，却送达了：规则没有生效",
    },
    advice: {
      en: "Look at the rule that should stop it: whether it is on, its limit, and exceptions for the sender.",
      zh: "检查应拦下它的规则：是否启用、大小上限、是否对发件人设了例外。",
    },
    source: "the route's own `expect`",
  },
  "size-slow": {
    severity: "warning",
    text: {
      en: "A mail with an attachment of {size} could not be handed over to {host} within {within} s",
      zh: "带 {size} 附件的邮件在 {within} 秒内没能交给 {host}",
    },
    advice: {
      en: "Measure the upload of this line. If it is fast, the server or a filter in between is slow with large mails; ask its administrator.",
      zh: "先测这条线路的上行速度。若不慢，则是服务器或中间的过滤设备处理大邮件慢，请联系其管理员。",
    },
    source: "RFC 5321 section 4.5.3.2",
  },
  "size-broken": {
    severity: "warning",
    text: {
      en: "The connection to {host} breaks off while a mail with an attachment of {size} is handed over",
      zh: "向 {host} 投递带 {size} 附件的邮件时连接中断",
    },
    advice: {
      en: "Ordinary mails pass: look for a firewall or a filter in between that cuts long transfers, then at limits of the server.",
      zh: "普通邮件能通过：先查中间有没有切断长时间传输的防火墙或过滤设备，再查服务器的限制。",
    },
    source: "seen behind firewalls that scan mail",
  },
  "authentication-fails": {
    severity: "warning",
    cause: "sender-refused",
    text: {
      en: "A mail from {from} to {to} does not prove whose it is: our own test of it as it arrived finds “{ours}”; {reason}",
      zh: "{from} 发给 {to} 的邮件未通过身份验证：我们对收到的邮件自行检验，结果为「{ours}」；{reason}",
    },
    advice: {
      en: "The administrator of the sender's domain mends what fails: SPF lists every server that sends, DKIM signs with a key that is published. If only the body hash fails, something on the way changes mail.",
      zh: "请发件域名的管理员修正未通过的项：SPF 要列出所有发信服务器，DKIM 要用已发布的密钥签名。若只有正文哈希不符，则是途中有设备改动了邮件。",
    },
    source: "RFC 7208, RFC 6376, RFC 9989, tested by mailauth with the records of today",
  },
  "authentication-disputed": {
    severity: "warning",
    cause: "sender-refused",
    text: {
      en: "The receiver's server does not believe a mail from {from} to {to}, and we find nothing wrong with it: our own test finds “{ours}”; {reason}",
      zh: "收件服务器不认可 {from} 发给 {to} 的邮件，而我们检验未见问题：自行检验结果为「{ours}」；{reason}",
    },
    advice: {
      en: "Look whether a record was changed a short while ago: the receiver's resolver may still hold the old one. If it stays so, ask the receiver's administrator for a filter or gateway that changes mail before it is tested.",
      zh: "先确认近期是否改过记录：收件方的解析器可能仍缓存旧记录。若一直如此，请收件方管理员检查是否有网关在验证之前改动了邮件。",
    },
    source: "RFC 8601 (Authentication-Results) against our own test by mailauth",
  },
  "authentication-changed": {
    severity: "info",
    text: {
      en: "A mail from {from} to {to} passed when it came, and does not pass our own test: “{ours}”; {reason}",
      zh: "{from} 发给 {to} 的邮件到达时通过了验证，但我们自行检验未通过：「{ours}」；{reason}",
    },
    advice: {
      en: "A footer or a tag that the receiver adds explains a body hash; a record changed since explains the rest. Look at SPF and the DKIM key if it stays so.",
      zh: "收件方加了页脚或标记，会使正文哈希不符；其余情况多为记录在此期间改动过。若一直如此，请检查 SPF 和 DKIM 密钥。",
    },
    source: "RFC 8601 (Authentication-Results) against our own test by mailauth",
  },
  "spam-score-high": {
    severity: "warning",
    cause: "junk-filter",
    text: {
      en: "SpamAssassin calls a mail from {from} to {to} spam: {score} points, {threshold} are enough. What costs most: {rules}",
      zh: "SpamAssassin 把 {from} 发给 {to} 的邮件判为垃圾邮件：{score} 分，达到 {threshold} 分即为垃圾邮件。扣分最多的规则：{rules}",
    },
    advice: {
      en: "The sender's administrator mends what the rules name: records, HELO, relays on block lists. Rules about the text concern the probe mail alone.",
      zh: "请发件方管理员按规则名逐项修正：DNS 记录、HELO、被列入黑名单的中继等。针对正文的规则只与探测邮件有关。",
    },
    source: "spamd of your own; https://spamassassin.apache.org/full/4.0.x/doc/",
  },
  "spam-score-near": {
    severity: "info",
    text: {
      en: "SpamAssassin gives a mail from {from} to {to} {score} points, near the {threshold} that make it spam. What costs most: {rules}",
      zh: "SpamAssassin 给 {from} 发给 {to} 的邮件打了 {score} 分，已接近判为垃圾邮件的 {threshold} 分。扣分最多的规则：{rules}",
    },
    advice: {
      en: "Look at the rules that cost most, before one more makes the mail spam.",
      zh: "请先处理扣分最多的规则，再多一条就会被判为垃圾邮件。",
    },
    source: "spamd of your own; https://spamassassin.apache.org/full/4.0.x/doc/",
  },
  "spamd-unread": {
    severity: "info",
    text: {
      en: "What SpamAssassin thinks of mail from {from} to {to} is not known: {spamd} gives no score ({reason})",
      zh: "无法得知 SpamAssassin 对 {from} 发给 {to} 的邮件的评分：{spamd} 未返回结果（{reason}）",
    },
    advice: {
      en: "See whether spamd runs at {spamd} and lets this machine in (its option -A). The mail itself is not concerned.",
      zh: "请确认 {spamd} 上的 spamd 正在运行，并允许本机访问（参数 -A）。邮件本身不受影响。",
    },
    source: "spamd/PROTOCOL of SpamAssassin",
  },
  "probe-not-removed": {
    severity: "info",
    text: {
      en: "Probe mails of ours stay in {folder} of {to}: the server did not let them be removed alone",
      zh: "{to} 的「{folder}」里留有探测邮件：服务器不允许单独删除它们",
    },
    advice: {
      en: "Delete them by hand (header X-Mailvigil-Probe); Mailvigil tries again once a day. Other mail is never touched.",
      zh: "可手动删除（邮件头 X-Mailvigil-Probe）；Mailvigil 每天会再试一次，绝不会动其他邮件。",
    },
    source: "RFC 4315 (UIDPLUS): without it EXPUNGE takes everything that is marked",
  },
} as const satisfies Record<string, FindingDeclaration>;
