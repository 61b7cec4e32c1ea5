import type { FindingDeclaration } from "../src/model/check.ts";

/** `{known}` is what was last seen here, ready to be published again; `nothing so far` when nothing ever was. */
export const mxFindings = {
  "domain-gone": {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "Nobody can write to {domain}: the domain does not exist in the DNS (NXDOMAIN, confirmed by {confirmedBy})",
      zh: "没有人能给 {domain} 写信：DNS 中不存在这个域名（NXDOMAIN，已由 {confirmedBy} 证实）",
    },
    advice: {
      en: "Whoever pays for {domain} looks at the registrar: expired, or on hold? Renew or release it; if it is paid, the DNS host puts the zone back.",
      zh: "请域名的付费人登录注册商查看 {domain}：是否到期，或因实名认证等被暂停解析？续费或解除后即恢复；若未欠费，请 DNS 服务商恢复解析。",
    },
    source: "RFC 5321 section 5.1; RFC 8020",
  },
  "mx-missing": {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "Mail to {domain} is returned at once: the domain has neither an MX record nor an address",
      zh: "发往 {domain} 的邮件会立即被退回：域名既没有 MX 记录，也没有地址",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes the MX records that the mail provider names. Last seen here: {known}",
      zh: "请 {domain} 的 DNS 管理员按邮件服务商的要求发布 MX 记录。上次看到的是：{known}",
    },
    source: "RFC 5321 section 5.1",
  },
  "mx-implicit": {
    severity: "warning",
    cause: "zone-broken",
    text: {
      en: "Mail to {domain} goes to its web address {addresses}, because the domain has no MX record; most of it will not arrive",
      zh: "{domain} 没有 MX 记录，来信会投到它的网站地址 {addresses}，多半收不到",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes the MX records that the mail provider names. Last seen here: {known}",
      zh: "请 {domain} 的 DNS 管理员按邮件服务商的要求发布 MX 记录。上次看到的是：{known}",
    },
    source: "RFC 5321 section 5.1 (implicit MX)",
  },
  "mx-null": {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "{domain} tells the world that it takes no mail: its only MX record is the null MX, “0 .”",
      zh: "{domain} 对外声明不收邮件：唯一的 MX 记录是空 MX「0 .」",
    },
    advice: {
      en: "If {domain} is to receive mail, its DNS host replaces “0 .” by the provider's MX records (last seen here: {known}). If not, all is well: where a configuration names the domain, write receives: false there.",
      zh: "若 {domain} 需要收信，请 DNS 管理员把「0 .」换成邮件服务商的 MX 记录（上次看到的是：{known}）；若不收信则一切正常，配置文件中有该域名时请写 receives: false。",
    },
    source: "RFC 7505 section 3",
  },
  "mx-null-with-others": {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "Some senders return mail to {domain}: the null MX “{priority} .” stands beside {hosts}",
      zh: "部分发件方会退回发往 {domain} 的邮件：空 MX「{priority} .」与 {hosts} 并存",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes this record: {domain}. MX {priority} .",
      zh: "请 {domain} 的 DNS 管理员删除这条记录：{domain}. MX {priority} .",
    },
    source: "RFC 7505 section 3",
  },
  "mx-null-preference": {
    severity: "info",
    text: {
      en: "The null MX of {domain} has preference {priority}; the standard wants 0",
      zh: "{domain} 的空 MX 优先级为 {priority}，标准要求为 0",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} writes: {domain}. MX 0 .",
      zh: "请 {domain} 的 DNS 管理员改为：{domain}. MX 0 .",
    },
    source: "RFC 7505 section 3",
  },
  "mx-null-pointless": {
    severity: "info",
    text: {
      en: "The null MX of {domain} has no effect: without an address of its own the domain takes no mail anyway",
      zh: "{domain} 的空 MX 没有作用：该域名没有地址记录，本来就不会收到邮件",
    },
    advice: {
      en: "Nothing has to be done; whoever manages the DNS may delete {domain}. MX 0 .",
      zh: "无需处理；DNS 管理员也可以删除 {domain}. MX 0 .",
    },
    source: "RFC 7505 section 1; Internet.nl",
  },
  "mx-null-recommended": {
    severity: "info",
    text: {
      en: "{domain} has no mail, and senders do not know it: they try its web address {addresses} for days before they give up",
      zh: "{domain} 不使用邮件，但发件方并不知道：它们会向网站地址 {addresses} 反复尝试几天才放弃",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes: {domain}. MX 0 .",
      zh: "请 {domain} 的 DNS 管理员发布：{domain}. MX 0 .",
    },
    source: "RFC 7505 section 1; RFC 5321 section 5.1; Internet.nl",
  },
  "mx-takeover": {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "Anybody can take mail for {domain}: it names {hosts}, whose domain {free} nobody has registered any more (or it is on hold)",
      zh: "任何人都可能截收 {domain} 的邮件：MX 指向 {hosts}，而其域名 {free} 已无人注册（或已被暂停）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes the MX records of {hosts} at once; if {free} is your own, renew it at its registrar.",
      zh: "请 {domain} 的 DNS 管理员立即删除指向 {hosts} 的 MX 记录；若 {free} 是自己的域名，请马上到注册商处续费。",
    },
    source: "RFC 8020; dangling MX: who registers the name receives the mail",
  },
  "mx-mixed": {
    severity: "warning",
    cause: "mx-changed",
    text: {
      en: "Mail to {domain} arrives at different services, by chance ({providers}): a move that was never finished",
      zh: "发往 {domain} 的邮件会随机送到不同的服务（{providers}），像是迁移没有做完",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} keeps the MX records of the service in use and deletes the others.",
      zh: "请 {domain} 的 DNS 管理员只保留正在使用的服务的 MX 记录，删除其余记录。",
    },
    source: "RFC 5321 section 5.1; checkdmarc (approved MX host names)",
  },
  "mx-unexpected": {
    severity: "warning",
    cause: "mx-changed",
    text: {
      en: "{domain} does not name the mail servers that its provider asks for: {found} instead of {expected} (missing: {missing}; too many: {extra})",
      zh: "{domain} 的 MX 与邮件服务商的要求不符：现为 {found}，应为 {expected}（缺少：{missing}；多余：{extra}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes an MX record for each of {expected}, and deletes the others.",
      zh: "请 {domain} 的 DNS 管理员为 {expected} 各发布一条 MX 记录，并删除其余记录。",
    },
    source: "The provider's set-up page; Mail-in-a-Box: expected MX",
  },
  "mx-single": {
    severity: "info",
    text: {
      en: "{domain} has one mail server ({host}); while it is down, mail waits at the senders",
      zh: "{domain} 只有一台收信服务器（{host}）；它停机时，邮件会留在发件方等待",
    },
    advice: {
      en: "Nothing is broken. Senders try again for some days; a second server helps only where it knows the recipients as well.",
      zh: "没有故障。发件方会在几天内重试；第二台服务器只有在同样掌握收件人名单时才有用。",
    },
    source: "RFC 5321 sections 4.5.4.1 and 5.1",
  },
  "mx-no-ipv6": {
    severity: "info",
    text: {
      en: "No mail server of {domain} is reached by IPv6 ({hosts}); senders that have nothing else cannot deliver",
      zh: "{domain} 的收信服务器都没有 IPv6 地址（{hosts}）；只有 IPv6 的发件方无法投递",
    },
    advice: {
      en: "Nothing is broken today. Own server: give it an AAAA record once it listens on IPv6. Provider: nothing to do.",
      zh: "目前没有影响。自建服务器：开通 IPv6 后补上 AAAA 记录；使用服务商则无需处理。",
    },
    source: "RFC 3974; Internet.nl: IPv6 for mail servers",
  },
  "mx-name-bad": {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "Senders cannot use {hosts} as a mail server of {domain}: an MX record must name a host of the internet",
      zh: "发件方无法使用 {domain} 的邮件服务器 {hosts}：MX 记录必须指向互联网上的主机名",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} names a host with an address of its own, such as: {domain}. MX 10 mail.{domain}.",
      zh: "请 {domain} 的 DNS 管理员改为一个有地址的主机名，例如：{domain}. MX 10 mail.{domain}.",
    },
    source: "RFC 5321 section 5.1; RFC 1035 section 3.3.9; Zonemaster Syntax08",
  },
  "mx-alias": {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "Some senders refuse to deliver to {domain}: its mail server is an alias ({hosts})",
      zh: "部分发件方拒绝投递到 {domain}：它的邮件服务器是别名（{hosts}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} names the host itself instead of the alias: {record}",
      zh: "请 {domain} 的 DNS 管理员把别名换成真正的主机名：{record}",
    },
    source: "RFC 2181 section 10.3; RFC 5321 section 5.1; Zonemaster Zone08",
  },
  "mx-none-resolves": {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "Mail to {domain} cannot be delivered: no mail server it names has an address ({hosts})",
      zh: "发往 {domain} 的邮件无法投递：它的邮件服务器都没有地址（{hosts}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} compares its MX records with what the mail provider names; own server: publish its A record again.",
      zh: "请 {domain} 的 DNS 管理员核对 MX 记录与邮件服务商的要求；自建服务器请重新发布 A 记录。",
    },
    source: "RFC 5321 section 5.1",
  },
  "mx-host-missing": {
    severity: "warning",
    text: {
      en: "Mail to {domain} may come late: {missing} of {count} mail servers have no address ({hosts})",
      zh: "发往 {domain} 的邮件可能延迟：{count} 台邮件服务器中有 {missing} 台没有地址（{hosts}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes the MX records of hosts that are gone, or gives the hosts their addresses back.",
      zh: "请 {domain} 的 DNS 管理员删除已停用主机的 MX 记录，或恢复它们的地址记录。",
    },
    source: "RFC 5321 section 5.1",
  },
  "mx-private-address": {
    severity: "critical",
    cause: "zone-broken",
    text: {
      en: "Senders outside cannot reach a mail server of {domain}: its published address is not on the public internet ({hosts})",
      zh: "外部发件方连不上 {domain} 的邮件服务器：公布的地址不是公网地址（{hosts}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes the public address. Is it only our resolver that shows the inside? Then set settings.dns.servers (audit: --dns) to an outside one.",
      zh: "请 {domain} 的 DNS 管理员改为公网地址。若只是本机的解析器给出内网地址，请把 settings.dns.servers（审查时用 --dns）设为外部解析器。",
    },
    source: "RFC 1918, RFC 6890; split horizon",
  },
  "mx-duplicate": {
    severity: "warning",
    text: {
      en: "{domain} names the same mail server more than once ({hosts}); that adds no safety",
      zh: "{domain} 重复列出同一台邮件服务器（{hosts}），并不更可靠",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} keeps one MX record for each host.",
      zh: "请 {domain} 的 DNS 管理员为每台主机只保留一条 MX 记录。",
    },
    source: "RFC 5321 section 5.1",
  },
  "mx-shared-address": {
    severity: "info",
    text: {
      en: "The {count} mail servers of {domain} are one machine behind one address ({address})",
      zh: "{domain} 的 {count} 个收信服务器名其实都在同一地址上（{address}）",
    },
    advice: {
      en: "Nothing is broken. Whoever runs the mail server knows that the second name is no spare.",
      zh: "没有故障。邮件服务器管理员应知道：第二个名称并不是备用机。",
    },
    source: "checkdmarc",
  },
  "mx-leftover": {
    severity: "warning",
    text: {
      en: "A record that only proved the ownership of {domain} to Microsoft 365 is still there ({hosts}); senders may try it",
      zh: "{domain} 还留着只用于 Microsoft 365 验证的 MX 记录（{hosts}），发件方可能会尝试它",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes the MX record that ends in msv1.invalid.",
      zh: "请 {domain} 的 DNS 管理员删除以 msv1.invalid 结尾的 MX 记录。",
    },
    source: "Microsoft 365: domain verification by MX; checkdmarc",
  },
  "mx-many": {
    severity: "warning",
    text: {
      en: "{domain} names {count} mail servers; only the first {limit} were looked at, and senders do much the same",
      zh: "{domain} 列出了 {count} 台邮件服务器；只检查了前 {limit} 台，发件方也大致如此",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} keeps the few MX records that the mail provider names.",
      zh: "请 {domain} 的 DNS 管理员只保留邮件服务商要求的几条 MX 记录。",
    },
    source: "RFC 5321 section 5.1 (a limit on the addresses tried is allowed)",
  },
  "mx-unknown": {
    severity: "unknown",
    text: {
      en: "Whether {domain} can receive mail could not be found out: the question for {type} has no usable answer ({reason})",
      zh: "无法得知 {domain} 能否收信：{type} 查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查其域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the record",
  },
  "mx-host-unknown": {
    severity: "unknown",
    text: {
      en: "Whether {hosts} can be reached could not be found out: the question for its address has no usable answer ({reason})",
      zh: "无法得知 {hosts} 是否有地址：地址查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever runs the name servers of that host looks at them.",
      zh: "请等下一次检查。若持续，请该主机所在域的 DNS 管理员检查域名服务器。",
    },
    source: "A failed question says nothing about the record",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
