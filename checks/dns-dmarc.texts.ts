import type { FindingDeclaration } from "../src/model/check.ts";

/** `{at}` is the domain whose record it is, `{record}` what to publish at `_dmarc.{at}` instead. */
export const dmarcFindings = {
  "dmarc-missing": {
    severity: "critical",
    text: {
      en: "Anybody can send mail as {domain}, and large receivers trust its real mail less: it has no DMARC record",
      zh: "任何人都能冒用 {domain} 发信，大型收件方也会降低对真实来信的信任：没有 DMARC 记录",
    },
    advice: {
      en: 'The DNS host of {domain} publishes: _dmarc.{domain}. TXT "{record}" (the mailbox must exist; raise p=none to quarantine once the reports are clean)',
      zh: '请 {domain} 的 DNS 管理员发布：_dmarc.{domain}. TXT "{record}"（收报告的邮箱须存在；报告无误后把 p=none 改为 quarantine）',
    },
    source: "RFC 9989 section 4.7",
  },
  "dmarc-several": {
    severity: "critical",
    text: {
      en: "Receivers discard the DMARC policy of {at}: there are {count} records, and only one may be",
      zh: "收件方会丢弃 {at} 的 DMARC 策略：共有 {count} 条记录，只能有一条",
    },
    advice: {
      en: 'The DNS host of {at} deletes all of them at _dmarc.{at} but one, such as: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员在 _dmarc.{at} 只保留一条，例如：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.10",
  },
  "dmarc-unreadable": {
    severity: "critical",
    text: {
      en: "Receivers discard the DMARC record of {at}: it must begin with v=DMARC1; and have no tag twice, and it reads “{content}”",
      zh: "收件方会丢弃 {at} 的 DMARC 记录：必须以 v=DMARC1; 开头且标签不得重复，现为「{content}」",
    },
    advice: {
      en: 'The DNS host of {at} replaces it, typed by hand without quotes or spaces in front: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改为以下内容，开头不要有引号或空格：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7; RFC 6376 section 3.2",
  },
  "dmarc-misplaced": {
    severity: "critical",
    text: {
      en: "The DMARC record of {domain} stands at {place}, where no receiver looks, so it has no effect",
      zh: "{domain} 的 DMARC 记录放在了 {place}，收件方不会查看那里，因此不起作用",
    },
    advice: {
      en: 'The DNS host of {domain} moves it to the name _dmarc (many panels add the domain themselves): _dmarc.{domain}. TXT "{record}"',
      zh: '请 {domain} 的 DNS 管理员把它移到主机记录 _dmarc 下（许多控制台会自动补上域名）：_dmarc.{domain}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7; checkdmarc",
  },
  "dmarc-unrelated": {
    severity: "warning",
    text: {
      en: "At _dmarc.{domain} stands a TXT that is no DMARC record (“{content}”); some receivers stumble over it",
      zh: "_dmarc.{domain} 有与 DMARC 无关的 TXT 记录（「{content}」），部分收件方会因此出错",
    },
    advice: {
      en: "The DNS host of {domain} deletes it; where a wildcard TXT (*.{domain}) answers, it is that one.",
      zh: "请 {domain} 的 DNS 管理员删除它；若是泛解析 TXT（*.{domain}）作的回答，则删除泛解析。",
    },
    source: "checkdmarc: UnrelatedTXTRecordFoundAtDMARC",
  },
  "dmarc-policy-void": {
    severity: "critical",
    text: {
      en: "The DMARC record of {at} has no effect at all: {tag} is missing or no policy ({value}), and no reports are asked for",
      zh: "{at} 的 DMARC 记录完全不起作用：{tag} 缺失或不是有效策略（{value}），也没有要求报告",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}" (often a semicolon is missing)',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"（常见原因是漏了分号）',
    },
    source: "RFC 9989 section 4.10.1",
  },
  "dmarc-policy-invalid": {
    severity: "critical",
    text: {
      en: "Forged mail of {at} is delivered: {tag} is missing or no policy ({value}), so receivers act as with p=none",
      zh: "冒用 {at} 的邮件照样投递：{tag} 缺失或不是有效策略（{value}），收件方按 p=none 处理",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}" (often a semicolon is missing)',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"（常见原因是漏了分号）',
    },
    source: "RFC 9989 section 4.10.1",
  },
  "dmarc-none": {
    severity: "warning",
    text: {
      en: "Forged mail of {domain} is only counted, not stopped: the policy that takes effect is none",
      zh: "冒用 {domain} 的邮件只被统计，不被拦截：实际生效的策略是 none",
    },
    advice: {
      en: 'Whoever reads the reports makes sure that all own senders pass; then the DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请先从报告中确认自己的发信来源全部通过，再由 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7, p=",
  },
  "dmarc-none-silent": {
    severity: "critical",
    text: {
      en: "The DMARC record of {at} does nothing for {domain}: the policy that takes effect is none, and nobody gets reports",
      zh: "{at} 的 DMARC 记录对 {domain} 毫无作用：实际生效的策略是 none，也没有人收到报告",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}" and, once the reports are clean, p=quarantine',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"；报告无误后改为 p=quarantine',
    },
    source: "RFC 9989 section 4.7, p= and rua=",
  },
  "dmarc-below-weaker": {
    severity: "warning",
    text: {
      en: "Forgers use names below {at}: {tag}={weaker} is weaker than the domain's own policy {policy}",
      zh: "伪造者会改用 {at} 的子域名：{tag}={weaker} 弱于主域策略 {policy}",
    },
    advice: {
      en: 'If no real mail comes from names below it without passing, the DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '确认子域名的真实邮件都能通过后，请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7, sp= and np=",
  },
  "dmarc-np-absent": {
    severity: "info",
    text: {
      en: "Names below {at} that do not exist take over sp={weaker}; np=reject would stop forgeries of them without any risk",
      zh: "{at} 之下不存在的子域名沿用 sp={weaker}；加上 np=reject 即可无风险地拦截冒用",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7, np=",
  },
  "dmarc-below-no-effect": {
    severity: "info",
    text: {
      en: "{tags} at _dmarc.{at} has no effect: only the record of the organization's own domain, {organization}, may say it",
      zh: "_dmarc.{at} 中的 {tags} 不起作用：只有组织域 {organization} 的记录才能这样写",
    },
    advice: {
      en: 'Nothing is broken. The DNS host of {at} may publish: _dmarc.{at}. TXT "{record}"',
      zh: '没有故障。{at} 的 DNS 管理员可改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7, sp= and np=",
  },
  "dmarc-pct": {
    severity: "warning",
    text: {
      en: "Older receivers apply the policy {policy} of {at} to {pct} % of forged mail only; newer ones ignore pct",
      zh: "旧标准的收件方只对 {pct}% 的冒用邮件执行 {at} 的策略 {policy}；新标准的收件方忽略 pct",
    },
    advice: {
      en: 'The DNS host of {at} leaves pct out: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员去掉 pct：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 appendix A; RFC 7489 section 6.3",
  },
  "dmarc-pct-zero": {
    severity: "critical",
    text: {
      en: "Older receivers do not apply the policy {policy} of {at} at all (pct=0); newer ones ignore pct and apply it to everything",
      zh: "旧标准的收件方完全不执行 {at} 的策略 {policy}（pct=0）；新标准的收件方则忽略 pct 而全部执行",
    },
    advice: {
      en: 'The DNS host of {at} leaves pct out: _dmarc.{at}. TXT "{record}" (for a test write t=y instead)',
      zh: '请 {at} 的 DNS 管理员去掉 pct：_dmarc.{at}. TXT "{record}"（若想测试，应写 t=y）',
    },
    source: "RFC 9989 appendix A; RFC 7489 section 6.3",
  },
  "dmarc-historic": {
    severity: "info",
    text: {
      en: "The DMARC record of {at} has tags that the standard dropped: {tags}",
      zh: "{at} 的 DMARC 记录含有标准已废除的标签：{tags}",
    },
    advice: {
      en: 'Nothing is broken. The DNS host of {at} may publish: _dmarc.{at}. TXT "{record}"',
      zh: '没有故障。{at} 的 DNS 管理员可改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 appendix A",
  },
  "dmarc-testing": {
    severity: "warning",
    text: {
      en: "The policy {policy} of {at} is only a test (t=y): what takes effect is {effective}",
      zh: "{at} 的策略 {policy} 仍在测试（t=y）：实际生效的是 {effective}",
    },
    advice: {
      en: 'When the reports are clean, the DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '报告无误后，请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7, t=",
  },
  "dmarc-psd": {
    severity: "critical",
    text: {
      en: "{at} says that it is a public suffix like .com (psd=y), so names below it do not count as the same company and fail alignment",
      zh: "{at} 自称是 .com 那样的公共后缀（psd=y），其子域名不再视为同一公司，对齐检查会失败",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7, psd=",
  },
  "dmarc-public-suffix": {
    severity: "warning",
    text: {
      en: "The DMARC record that counts for {domain} is that of the registry's suffix {at}; what it means is weakly defined, and the company does not control it",
      zh: "对 {domain} 生效的是注册局后缀 {at} 的 DMARC 记录；其含义没有明确定义，公司也无法控制",
    },
    advice: {
      en: "The DNS host of {domain} publishes a record of its own at _dmarc.{domain}, with psd=n in it.",
      zh: "请 {domain} 的 DNS 管理员在 _dmarc.{domain} 发布自己的记录，并写上 psd=n。",
    },
    source: "NCSC MailCheck: TldDmarcRecordBehaviourIsWeaklyDefined; RFC 9989 section 4.10",
  },
  "dmarc-strict-alignment": {
    severity: "info",
    text: {
      en: "{at} asks for strict alignment ({tags}): mail that a service sends as {at} but signs for a name below it fails",
      zh: "{at} 要求严格对齐（{tags}）：以 {at} 名义发出、却以其子域名签名的邮件会失败",
    },
    advice: {
      en: 'Where a service sends for you, the DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '若有第三方服务代发邮件，请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.4",
  },
  "dmarc-stray": {
    severity: "warning",
    text: {
      en: "The DMARC record of {at} has pieces that are no tag ({tags}); some receivers discard the record for it",
      zh: "{at} 的 DMARC 记录含有不是标签的片段（{tags}），部分收件方会因此丢弃整条记录",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 6376 section 3.2",
  },
  "dmarc-tag-case": {
    severity: "warning",
    text: {
      en: "Strict receivers do not see {tags} in the DMARC record of {at}: tag names are written in lower case",
      zh: "严格的收件方会忽略 {at} 的 DMARC 记录中的 {tags}：标签名须用小写",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 6376 section 3.2; mailauth",
  },
  "dmarc-ignored": {
    severity: "info",
    text: {
      en: "Receivers ignore parts of the DMARC record of {at}: {tags}",
      zh: "收件方会忽略 {at} 的 DMARC 记录中的以下部分：{tags}",
    },
    advice: {
      en: 'Look for a typing error. The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请检查是否有笔误。{at} 的 DNS 管理员可改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7",
  },
  "dmarc-long": {
    severity: "warning",
    text: {
      en: "The DMARC record of {at} has {length} characters; answers above 450 get lost where large DNS packets do not pass",
      zh: "{at} 的 DMARC 记录长达 {length} 个字符；超过 450 时，回答会在不放行大 DNS 包的网络中丢失",
    },
    advice: {
      en: "The DNS host of {at} keeps two report addresses at most and no historic tags at _dmarc.{at}.",
      zh: "请 {at} 的 DNS 管理员在 _dmarc.{at} 最多保留两个报告地址，并去掉已废除的标签。",
    },
    source: "NCSC MailCheck: MaxLengthOf450Characters",
  },
  "dmarc-parked": {
    severity: "info",
    text: {
      en: "{at} sends no mail, so every mail of it is forged; its policy may say so without any risk",
      zh: "{at} 不发邮件，凡以它名义发出的都是冒用；策略可以直接写明，没有风险",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "NCSC and checkdmarc: parked domains",
  },
  "dmarc-unanswered": {
    severity: "unknown",
    text: {
      en: "The DMARC policy of {domain} could not be found out: the question for {name} has no usable answer ({reason})",
      zh: "无法得知 {domain} 的 DMARC 策略：{name} 的查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查其域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the record",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
