import type { FindingDeclaration } from "../src/model/check.ts";

/** What `dns-dmarc` says about where reports go. `{tag}` is rua or ruf, `{record}` what to publish at `_dmarc.{at}` instead. */
export const dmarcReportFindings = {
  "dmarc-no-reports": {
    severity: "warning",
    text: {
      en: "Nobody at {at} learns who sends in its name or whose real mail is refused: the DMARC record asks for no reports (rua)",
      zh: "{at} 无从得知谁在冒用、哪些真实邮件被拒：DMARC 记录没有要求报告（rua）",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}" (the mailbox must exist)',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"（该邮箱须存在）',
    },
    source: "RFC 9989 section 4.7, rua=",
  },
  "dmarc-uri-not-mailto": {
    severity: "warning",
    text: {
      en: "No reports about {at} go to {uri} ({tag}): receivers send them by mail only",
      zh: "{at} 的报告不会发到 {uri}（{tag}）：收件方只用邮件发送报告",
    },
    advice: {
      en: 'The DNS host of {at} writes a mailto: address: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改用 mailto: 地址：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9990: only mailto is defined",
  },
  "dmarc-uri-syntax": {
    severity: "warning",
    text: {
      en: "No reports about {at} go to {uri} ({tag}): it is not mailto: and an address",
      zh: "{at} 的报告不会发到 {uri}（{tag}）：格式应为 mailto: 加邮箱地址",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.8; RFC 6068",
  },
  "dmarc-uri-size": {
    severity: "warning",
    text: {
      en: "The size limit at the end of {uri} ({tag} of {at}) was dropped from the standard; some receivers cannot read the address",
      zh: "{uri}（{at} 的 {tag}）末尾的大小限制已从标准中删除，部分收件方会读不出地址",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9990; RFC 7489 section 6.2 (obsolete)",
  },
  "dmarc-uri-duplicate": {
    severity: "warning",
    text: {
      en: "{uri} stands twice in {tag} of {at}; it may use up the place of another address",
      zh: "{uri} 在 {at} 的 {tag} 中重复出现，会占用其他地址的名额",
    },
    advice: {
      en: 'The DNS host of {at} publishes: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "checkdmarc",
  },
  "dmarc-uri-many": {
    severity: "warning",
    text: {
      en: "{tag} of {at} names {count} addresses; receivers need not send to more than two",
      zh: "{at} 的 {tag} 列出了 {count} 个地址；收件方最多只需发给两个",
    },
    advice: {
      en: 'The DNS host of {at} keeps two: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员保留两个：_dmarc.{at}. TXT "{record}"',
    },
    source: "NCSC MailCheck: RuaTagShouldNotHaveMoreThanTwoUris; RFC 7489 section 6.2",
  },
  "dmarc-report-unauthorised": {
    severity: "warning",
    text: {
      en: "Receivers drop the reports about {at} to {destination}: that domain does not say that it takes them",
      zh: "收件方会丢弃发往 {destination} 的 {at} 报告：该域名没有声明愿意接收",
    },
    advice: {
      en: 'The DNS host of {destination} publishes: {name}. TXT "v=DMARC1", or the DNS host of {at} names an address of its own in rua.',
      zh: '请 {destination} 的 DNS 管理员发布：{name}. TXT "v=DMARC1"；或由 {at} 的 DNS 管理员在 rua 中改用自己域名的邮箱。',
    },
    source: "RFC 9990 section 3.2.3; RFC 7489 section 7.1",
  },
  "dmarc-report-no-mail": {
    severity: "critical",
    text: {
      en: "No report about {at} can arrive: {destination}, which {tag} names, takes no mail",
      zh: "{at} 的报告无法送达：{tag} 指定的 {destination} 不收邮件",
    },
    advice: {
      en: 'The DNS host of {at} names a mailbox that exists: _dmarc.{at}. TXT "{record}"',
      zh: '请 {at} 的 DNS 管理员改用存在的邮箱：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 5321 section 5.1; RFC 7505",
  },
  "dmarc-report-exmail": {
    severity: "warning",
    text: {
      en: "The reports about {at} go to Tencent (mailauth-reports@qq.com), from the template of its help page; the company never sees them",
      zh: "{at} 的报告发给了腾讯（mailauth-reports@qq.com），这是其帮助文档模板里的地址，公司自己永远看不到",
    },
    advice: {
      en: 'The DNS host of {at} names a mailbox of the company: _dmarc.{at}. TXT "{record}" (the mailbox must exist)',
      zh: '请 {at} 的 DNS 管理员改为公司自己的邮箱：_dmarc.{at}. TXT "{record}"（该邮箱须存在）',
    },
    source: "Tencent Exmail's help page on DMARC",
  },
  "dmarc-report-unknown": {
    severity: "unknown",
    text: {
      en: "Whether reports about {at} arrive at {destination} could not be found out: the question for {name} has no usable answer ({reason})",
      zh: "无法得知 {at} 的报告能否送达 {destination}：{name} 的查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {destination} looks at its name servers.",
      zh: "请等下一次检查。若持续，请 {destination} 的 DNS 管理员检查其域名服务器。",
    },
    source: "A failed question says nothing about the record",
  },
  "dmarc-reports-stopped": {
    severity: "warning",
    text: {
      en: "No DMARC report about {domain} has come for {hours} hours, though they came before and the record still asks for them",
      zh: "已有 {hours} 小时没有收到 {domain} 的 DMARC 报告；此前一直有，记录也仍要求报告",
    },
    advice: {
      en: "Whoever runs the mailbox that rua names looks whether it is full, blocked or moved.",
      zh: "请 rua 所指邮箱的管理员检查该邮箱是否已满、被封或迁走。",
    },
    source: "RFC 9990: receivers report at least daily",
  },
  "dmarc-fo-redundant": {
    severity: "info",
    text: {
      en: "fo={fo} of {at} says 0 and 1; 1 covers 0",
      zh: "{at} 的 fo={fo} 同时写了 0 和 1；1 已包含 0",
    },
    advice: {
      en: 'Nothing is broken. The DNS host of {at} may publish: _dmarc.{at}. TXT "{record}"',
      zh: '没有故障。{at} 的 DNS 管理员可改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7, fo=; checkdmarc",
  },
  "dmarc-fo-idle": {
    severity: "info",
    text: {
      en: "fo={fo} of {at} has no effect: failure reports go to ruf, and there is none",
      zh: "{at} 的 fo={fo} 不起作用：失败报告发往 ruf，而记录中没有 ruf",
    },
    advice: {
      en: 'Nothing is broken. The DNS host of {at} may publish: _dmarc.{at}. TXT "{record}"',
      zh: '没有故障。{at} 的 DNS 管理员可改为：_dmarc.{at}. TXT "{record}"',
    },
    source: "RFC 9989 section 4.7, fo=",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
