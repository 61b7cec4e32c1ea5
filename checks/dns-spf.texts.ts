import type { FindingDeclaration } from "../src/model/check.ts";

/** `{record}` is the record to publish, as a line of a zone; `–` where somebody else has to act. */
export const spfFindings = {
  "spf-unknown": {
    severity: "unknown",
    text: {
      en: "Who may send for {domain} could not be found out: the question for its SPF record has no usable answer ({reason})",
      zh: "无法得知谁能以 {domain} 发信：SPF 记录的查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查其域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the record",
  },
  "spf-part-unknown": {
    severity: "unknown",
    text: {
      en: "A part of the SPF record of {domain} could not be read: {names} ({reason})",
      zh: "{domain} 的 SPF 有一部分无法读取：{names}（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever runs that name looks at its name servers: receivers put mail off meanwhile.",
      zh: "请等下一次检查。若持续，请该名称的管理方检查域名服务器；期间收件方会推迟收信。",
    },
    source: "RFC 7208 section 5.2 (temperror)",
  },
  "spf-missing": {
    severity: "critical",
    text: {
      en: "Mail from {domain} is likely to be refused or taken for spam: the domain has no SPF record, so anybody can send in its name",
      zh: "{domain} 的发信很可能被拒收或进垃圾箱：没有 SPF 记录，任何人都能冒用它发信",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes a record that names every service that sends for it. To begin with: {record}",
      zh: "请 {domain} 的 DNS 管理员发布 SPF 记录，列出所有代它发信的服务。可先用：{record}",
    },
    source: "RFC 7208 section 4.5; sender guidelines of Gmail, Yahoo and Outlook",
  },
  "spf-not-locked": {
    severity: "info",
    text: {
      en: "{domain} sends no mail, and its SPF does not say so; others can send in its name",
      zh: "{domain} 不发信，但 SPF 没有这样声明；他人可以冒用它",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes this one record, beside DMARC with p=reject and the null MX: {record}",
      zh: "请 {domain} 的 DNS 管理员发布这一条记录，并配合 DMARC p=reject 和空 MX：{record}",
    },
    source: "M3AAWG: protecting parked domains; NCSC",
  },
  "spf-too-many-lookups": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: the record costs {lookups} DNS lookups, and receivers stop at 10 (permerror)",
      zh: "{domain} 的发信过不了 SPF：记录需要 {lookups} 次 DNS 查询，而收件方只查 10 次（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes the includes of services that no longer send. The costs: {parts}. With addresses written out, {record} needs {after}.",
      zh: "请 {domain} 的 DNS 管理员删除不再发信的服务的 include。各项开销：{parts}。改写地址后需要 {after} 次：{record}",
    },
    source: "RFC 7208 section 4.6.4",
  },
  "spf-lookups-near-limit": {
    severity: "info",
    text: {
      en: "The SPF record of {domain} costs {lookups} of the 10 DNS lookups allowed: one more service may break it",
      zh: "{domain} 的 SPF 已用掉 10 次 DNS 查询中的 {lookups} 次：再加一项服务就可能失效",
    },
    advice: {
      en: "Nothing is broken. Before the next include is added, whoever manages the DNS of {domain} makes room. The costs: {parts}",
      zh: "没有故障。{domain} 的 DNS 管理员再添加 include 之前请先腾出余量。各项开销：{parts}",
    },
    source: "RFC 7208 section 4.6.4",
  },
  "spf-too-many-voids": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: {count} names in the record do not exist or are empty, and receivers stop at 2 (permerror): {names}",
      zh: "{domain} 的发信过不了 SPF：记录中有 {count} 个名称不存在或为空，而收件方最多容忍 2 个（permerror）：{names}",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes the names that are gone: {record}",
      zh: "请 {domain} 的 DNS 管理员删除失效的名称：{record}",
    },
    source: "RFC 7208 section 4.6.4 (void lookups)",
  },
  "spf-void": {
    severity: "warning",
    text: {
      en: "The SPF record of {domain} names what does not exist: {names}. A third such name would make it fail for every mail",
      zh: "{domain} 的 SPF 写了不存在的名称：{names}。再多几个，全部发信都会过不了 SPF",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes it, or corrects the name: {record}",
      zh: "请 {domain} 的 DNS 管理员删除或改正：{record}",
    },
    source: "RFC 7208 section 4.6.4 (void lookups)",
  },
  "spf-void-family": {
    severity: "warning",
    text: {
      en: "Mail that {domain} sends by {family} fails SPF at strict receivers: {count} names in the record have no {family} address, and 2 are allowed",
      zh: "{domain} 通过 {family} 发出的邮件会被严格的收件方判为 SPF 错误：记录中有 {count} 个名称没有 {family} 地址，只容许 2 个",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} writes the addresses of those hosts as ip4: and ip6: instead of their names.",
      zh: "请 {domain} 的 DNS 管理员把这些主机名改写成 ip4: 和 ip6: 地址。",
    },
    source: "RFC 7208 sections 4.6.4 and 5 (A for IPv4 clients, AAAA for IPv6 clients)",
  },
  "spf-mx-many": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: its record asks for the MX of {name}, which names {count} servers, and {limit} are allowed (permerror)",
      zh: "{domain} 的发信过不了 SPF：记录引用 {name} 的 MX，它有 {count} 台服务器，而上限是 {limit}（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} replaces the mx term by the addresses that send, as ip4: and ip6:.",
      zh: "请 {domain} 的 DNS 管理员把 mx 换成实际发信的地址（ip4:、ip6:）。",
    },
    source: "RFC 7208 section 4.6.4",
  },
  "spf-ptr-many": {
    severity: "critical",
    text: {
      en: "Whether mail from {address} passes SPF of {domain} is chance: the address has {count} names, and receivers look at {limit} of them",
      zh: "{address} 发出的邮件能否通过 {domain} 的 SPF 全凭运气：它有 {count} 个反向名称，收件方只看 {limit} 个",
    },
    advice: {
      en: "Whoever runs {address} gives it one name; whoever manages the DNS of {domain} names the address instead of using ptr.",
      zh: "请 {address} 的管理方只留一个反向名称；请 {domain} 的 DNS 管理员直接写地址，不用 ptr。",
    },
    source: "RFC 7208 sections 4.6.4 and 5.5",
  },
  "spf-include-twice": {
    severity: "warning",
    text: {
      en: "The SPF record of {domain} includes the same more than once ({names}); each costs its lookups again",
      zh: "{domain} 的 SPF 重复引用了 {names}，每次都要再占用查询次数",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} keeps one of them: {record}",
      zh: "请 {domain} 的 DNS 管理员只保留一个：{record}",
    },
    source: "RFC 7208 section 4.6.4",
  },
  "spf-redirect-ignored": {
    severity: "warning",
    text: {
      en: "Part of the SPF record of {where} has no effect: {redirect} is ignored because there is an “all”",
      zh: "{where} 的 SPF 记录有一部分无效：有「all」时 {redirect} 会被忽略",
    },
    advice: {
      en: "Whoever manages the DNS of {where} decides: delete “all” if the redirect shall count, or the redirect: {record}",
      zh: "请 {where} 的 DNS 管理员二选一：要让 redirect 生效就删除「all」，否则删除 redirect：{record}",
    },
    source: "RFC 7208 section 6.1",
  },
  "spf-pass-all": {
    severity: "critical",
    text: {
      en: "Anybody can send as {domain} and pass: the SPF record of {where} permits every address (+all)",
      zh: "任何人都能以 {domain} 发信并通过 SPF：{where} 的记录放行所有地址（+all）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} ends its record with ~all, and drops an include that permits everybody: {record}",
      zh: "请 {domain} 的 DNS 管理员把结尾改为 ~all，并去掉放行所有人的 include：{record}",
    },
    source: "RFC 7208 section 5.1; Internet.nl",
  },
  "spf-no-all": {
    severity: "critical",
    text: {
      en: "The SPF record of {domain} protects nobody: it has no “all” at its end (in {where}), so strangers are judged neutral",
      zh: "{domain} 的 SPF 起不到保护作用：结尾没有「all」（在 {where}），冒用者只会被判为中立",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} ends the record with ~all: {record}",
      zh: "请 {domain} 的 DNS 管理员在结尾加上 ~all：{record}",
    },
    source: "RFC 7208 section 4.7; Internet.nl",
  },
  "spf-neutral": {
    severity: "warning",
    text: {
      en: "The SPF record of {domain} hardly protects it: it ends with ?all (in {where}), which says nothing about strangers",
      zh: "{domain} 的 SPF 几乎不起保护作用：结尾是 ?all（在 {where}），对冒用者不作判断",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} ends the record with ~all once all own senders are named: {record}",
      zh: "列全自己的发信来源后，请 {domain} 的 DNS 管理员把结尾改为 ~all：{record}",
    },
    source: "RFC 7208 section 5.1; Internet.nl",
  },
  "spf-ptr": {
    severity: "warning",
    text: {
      en: "SPF of {domain} is slow and fragile: the record of {where} uses ptr, which many receivers skip",
      zh: "{domain} 的 SPF 又慢又不可靠：{where} 的记录使用了 ptr，许多收件方会跳过它",
    },
    advice: {
      en: "Whoever manages the DNS of {where} names the addresses that send as ip4: and ip6:, and deletes ptr: {record}",
      zh: "请 {where} 的 DNS 管理员用 ip4:、ip6: 写出发信地址，并删除 ptr：{record}",
    },
    source: "RFC 7208 section 5.5",
  },
  "spf-dead-name": {
    severity: "warning",
    text: {
      en: "Part of the SPF record of {where} can never match: {terms} is no name that the DNS can be asked for",
      zh: "{where} 的 SPF 记录有一部分永远不会匹配：{terms} 不是可以查询的域名",
    },
    advice: {
      en: "Whoever manages the DNS of {where} corrects the name, or deletes it: {record}",
      zh: "请 {where} 的 DNS 管理员改正名称，或删除：{record}",
    },
    source: "RFC 7208 section 4.3",
  },
  "spf-too-wide": {
    severity: "critical",
    text: {
      en: "Strangers can send as {domain} and pass SPF: the record permits a huge part of the internet ({terms})",
      zh: "陌生人能以 {domain} 发信并通过 SPF：记录放行了互联网的很大一部分（{terms}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} names only the addresses that send; look at the number after “/” first.",
      zh: "请 {domain} 的 DNS 管理员只写实际发信的地址；先看「/」后的数字是否写错。",
    },
    source: "A /8 is 16,777,216 addresses",
  },
  "spf-wide": {
    severity: "warning",
    text: {
      en: "Strangers may be able to send as {domain}: its SPF record permits very large blocks ({terms})",
      zh: "陌生人可能以 {domain} 发信：SPF 记录放行的地址段过大（{terms}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} names only the addresses that send for it.",
      zh: "请 {domain} 的 DNS 管理员只写实际发信的地址。",
    },
    source: "A /16 is 65,536 addresses; of IPv6, a /32 is a whole provider",
  },
  "spf-wide-included": {
    severity: "info",
    text: {
      en: "A service that {domain} includes in its SPF sends from very large blocks ({terms}); its other customers use them, too",
      zh: "{domain} 的 SPF 所引用的服务使用很大的地址段（{terms}），其他客户也在使用",
    },
    advice: {
      en: "Nothing is broken. If you can, sign with DKIM and let DMARC rest on it, and delete the include of a service that you no longer use.",
      zh: "没有故障。建议用 DKIM 签名并以它满足 DMARC；不再使用的服务请删除其 include。",
    },
    source: "A shared service passes SPF for each of its customers",
  },
  "spf-private": {
    severity: "warning",
    text: {
      en: "Part of the SPF record of {domain} has no effect: {terms} is not on the public internet",
      zh: "{domain} 的 SPF 记录有一部分无效：{terms} 不是公网地址",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} writes the public address that the mail leaves by, or deletes it.",
      zh: "请 {domain} 的 DNS 管理员改为邮件出口的公网地址，或删除。",
    },
    source: "RFC 1918, RFC 6890",
  },
  "spf-string-long": {
    severity: "warning",
    text: {
      en: "The SPF record of {where} cannot be published as it is: one of its strings has {bytes} octets, and 255 are allowed",
      zh: "{where} 的 SPF 记录无法原样发布：其中一段有 {bytes} 字节，而上限是 255",
    },
    advice: {
      en: "Whoever manages the DNS of {where} divides it into strings, each in quotes: {record}",
      zh: "请 {where} 的 DNS 管理员拆成多段，每段加引号：{record}",
    },
    source: "RFC 7208 section 3.3",
  },
  "spf-long": {
    severity: "warning",
    text: {
      en: "The SPF record of {where} has {bytes} octets, more than {limit}: some receivers may not get it whole",
      zh: "{where} 的 SPF 记录有 {bytes} 字节，超过 {limit}：部分收件方可能取不全",
    },
    advice: {
      en: "Whoever manages the DNS of {where} moves a part into an include, such as _spf.{where}, or deletes what no longer sends.",
      zh: "请 {where} 的 DNS 管理员把一部分移到 include（例如 _spf.{where}），或删除不再发信的项。",
    },
    source: "RFC 7208 section 3.4 (450 octets, 512 with everything)",
  },
  "spf-answer-large": {
    severity: "warning",
    text: {
      en: "The {records} TXT records of {where} make an answer of {bytes} octets, more than {limit}: receivers behind some firewalls never get the SPF record",
      zh: "{where} 的 {records} 条 TXT 记录使应答达到 {bytes} 字节，超过 {limit}：部分防火墙后的收件方取不到 SPF 记录",
    },
    advice: {
      en: "Whoever manages the DNS of {where} deletes verification records that are no longer needed.",
      zh: "请 {where} 的 DNS 管理员删除不再需要的验证记录。",
    },
    source: "RFC 7208 section 3.4; DNS Flag Day 2020 (1232 octets)",
  },
  "spf-sender-fails": {
    severity: "critical",
    text: {
      en: "Own mail fails SPF: {address} sends for {domain}, and the record does not permit it ({result})",
      zh: "自己的邮件过不了 SPF：{address} 代 {domain} 发信，但记录没有放行它（{result}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} adds the address, if it is yours: {record}",
      zh: "若确是自己的地址，请 {domain} 的 DNS 管理员加上它：{record}",
    },
    source: "RFC 7208 section 2.6",
  },
  "spf-sender-unknown": {
    severity: "unknown",
    text: {
      en: "Whether {address} may send for {domain} could not be found out ({reason})",
      zh: "无法得知 {address} 能否代 {domain} 发信（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever runs the included names looks at their name servers.",
      zh: "请等下一次检查。若持续，请所引用名称的管理方检查其域名服务器。",
    },
    source: "RFC 7208 section 2.6.6 (temperror)",
  },
  "spf-provider-missing": {
    severity: "warning",
    text: {
      en: "Mail that {domain} sends by {provider} is likely to fail SPF: its mailboxes are there, and the record does not include {include}",
      zh: "{domain} 通过 {provider} 发出的邮件很可能过不了 SPF：邮箱在那里，记录却没有包含 {include}",
    },
    advice: {
      en: "Does it send by {provider}? Then whoever manages the DNS of {domain} adds the include: {record}",
      zh: "若确实用 {provider} 发信，请 {domain} 的 DNS 管理员加上：{record}",
    },
    source: "The setup page of the provider",
  },
  "spf-old-provider": {
    severity: "info",
    text: {
      en: "The mailboxes of {domain} are at {provider}, and its SPF still permits {former} ({include})",
      zh: "{domain} 的邮箱在 {provider}，SPF 却仍放行 {former}（{include}）",
    },
    advice: {
      en: "Nothing is broken. If nothing is sent by {former} any more, whoever manages the DNS of {domain} publishes: {record}",
      zh: "没有故障。若已不再用 {former} 发信，请 {domain} 的 DNS 管理员改为：{record}",
    },
    source: "A former provider's other customers still pass SPF for the domain",
  },
  "spf-changed": {
    severity: "info",
    text: {
      en: "Who may send for {domain} has changed since the last look: added {added}, gone {removed}",
      zh: "与上次相比，可代 {domain} 发信的地址有变化：新增 {added}，移除 {removed}",
    },
    advice: {
      en: "Nothing to do if you or an included service changed it. If not, ask whoever manages the DNS of {domain}.",
      zh: "若是自己或所引用的服务所改，无需处理；否则请询问 {domain} 的 DNS 管理员。",
    },
    source: "The flattened ranges of the whole record",
  },
  "spf-helo-missing": {
    severity: "info",
    text: {
      en: "Bounces and auto-replies of {domain} have no SPF: its server calls itself {helo}, which has no record",
      zh: "{domain} 的退信和自动回复没有 SPF：服务器自称 {helo}，而它没有记录",
    },
    advice: {
      en: "Nothing is broken. Whoever manages the DNS of {helo} publishes: {record}",
      zh: "没有故障。请 {helo} 的 DNS 管理员发布：{record}",
    },
    source: "RFC 7208 sections 2.3 and 2.4",
  },
  "spf-type-99": {
    severity: "info",
    text: {
      en: "{domain} still has a record of the type SPF, which nobody reads any more: {record}",
      zh: "{domain} 还留着已废弃的 SPF 类型记录，没有人再读取：{record}",
    },
    advice: {
      en: "Nothing is broken. Whoever manages the DNS of {domain} deletes it; the TXT record is the one that counts.",
      zh: "没有故障。请 {domain} 的 DNS 管理员删除；只有 TXT 记录有效。",
    },
    source: "RFC 7208 section 3.1",
  },
  "spf-sender-id": {
    severity: "info",
    text: {
      en: "{domain} still has a Sender ID record, which nobody reads any more: {record}",
      zh: "{domain} 还留着已废弃的 Sender ID 记录，没有人再读取：{record}",
    },
    advice: {
      en: "Nothing is broken. Whoever manages the DNS of {domain} deletes it.",
      zh: "没有故障。请 {domain} 的 DNS 管理员删除。",
    },
    source: "RFC 4406 (historic since RFC 6686)",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
