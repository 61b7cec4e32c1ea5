import type { FindingDeclaration } from "../src/model/check.ts";
import { certificateFindings } from "../src/net/certificate-findings.ts";

export const smtpMxFindings = {
  "mx-unreachable": {
    severity: "critical",
    cause: "server-down",
    outage: true,
    timed: true,
    standsOn: ["port25"],
    text: {
      en: "Nobody's mail reaches {domain}: none of its mail servers answers at port 25 ({hosts}: {reason})",
      zh: "没有人的邮件能送达 {domain}：所有收信服务器的 25 端口都没有应答（{hosts}：{reason}）",
    },
    advice: {
      en: "Own server: look whether machine, mail service and firewall (port 25 inwards) are up. Provider: look at its status page, then call it. Senders try again for some days.",
      zh: "自建服务器：检查主机、邮件服务和防火墙（入方向 25 端口）；使用服务商：看其状态页，再联系客服。发件方会在几天内重试。",
    },
    source: "RFC 5321 sections 4.5.4.1 and 5.1",
  },
  "mx-unreachable-ipv6": {
    severity: "critical",
    cause: "server-down",
    timed: true,
    standsOn: ["port25", "ipv6"],
    text: {
      en: "Nobody's mail reaches {domain}: its mail servers have only IPv6, and none answers at port 25 ({hosts}: {reason})",
      zh: "没有人的邮件能送达 {domain}：收信服务器只有 IPv6 地址，且 25 端口都没有应答（{hosts}：{reason}）",
    },
    advice: {
      en: "Own server: look whether machine, mail service and firewall (port 25 inwards, IPv6) are up, and give it an IPv4 address: many senders have no IPv6.",
      zh: "自建服务器：检查主机、邮件服务和防火墙（IPv6 入方向 25 端口），并增加 IPv4 地址：许多发件方没有 IPv6。",
    },
    source: "RFC 5321 section 5.1; RFC 3974 section 2",
  },
  "mx-refuses": {
    severity: "critical",
    cause: "server-down",
    outage: true,
    text: {
      en: "Nobody's mail reaches {domain}: its mail servers turn senders away at the door ({hosts}: {reason})",
      zh: "没有人的邮件能送达 {domain}：收信服务器一连接就拒绝（{hosts}：{reason}）",
    },
    advice: {
      en: "Read the reason. Own server: its log says more; another program may have taken port 25. Provider: ask whether {domain} is still set up there and paid.",
      zh: "请先看对方给出的原因。自建服务器：查看日志，25 端口也可能被其他程序占用；使用服务商：确认 {domain} 是否仍在该处开通并已付费。",
    },
    source: "RFC 5321 sections 3.1 and 4.2",
  },
  "mx-some-unreachable": {
    severity: "warning",
    timed: true,
    text: {
      en: "Mail to {domain} may come late: {missing} of {count} addresses of its mail servers do not take mail ({hosts}: {reason})",
      zh: "发往 {domain} 的邮件可能延迟：收信服务器的 {count} 个地址中有 {missing} 个不可用（{hosts}：{reason}）",
    },
    advice: {
      en: "Own server: mend it, or whoever manages the DNS takes its MX or A record out until it is back. Provider: tell it which address fails.",
      zh: "自建服务器：请修复，修好前可请 DNS 管理员先去掉它的 MX 或 A 记录；使用服务商：请告知是哪个地址有故障。",
    },
    source: "RFC 5321 section 5.1",
  },
  "mx-ipv6-unreachable": {
    severity: "warning",
    timed: true,
    standsOn: ["ipv6"],
    text: {
      en: "Mail to {domain} from senders with IPv6 comes late: {missing} IPv6 addresses of its mail servers do not answer ({hosts}: {reason})",
      zh: "使用 IPv6 的发件方投递到 {domain} 会延迟：收信服务器有 {missing} 个 IPv6 地址没有应答（{hosts}：{reason}）",
    },
    advice: {
      en: "Own server: let the mail service listen on IPv6 and open port 25 there, or whoever manages the DNS deletes its AAAA record.",
      zh: "自建服务器：让邮件服务监听 IPv6 并放开 25 端口，或请 DNS 管理员删除其 AAAA 记录。",
    },
    source: "RFC 5321 section 5.1; RFC 3974 section 3",
  },
  "mx-not-seen": {
    severity: "unknown",
    text: {
      en: "Mail servers of {domain} were not judged: this machine has no way to them ({hosts}: {reason})",
      zh: "未能判断 {domain} 的收信服务器：本机没有通往它们的网络（{hosts}：{reason}）",
    },
    advice: {
      en: "Look at the network, routes and IPv6 of the machine Mailvigil runs on; the mail server is not blamed.",
      zh: "请检查运行 Mailvigil 的机器的网络、路由和 IPv6；这不代表邮件服务器有问题。",
    },
    source: "connect(2): ENETUNREACH, EADDRNOTAVAIL, EPERM",
  },
  "mx-refuses-us": {
    severity: "unknown",
    text: {
      en: "Mail servers of {domain} were not judged: they do not want this machine's address ({hosts}: {reason})",
      zh: "未能判断 {domain} 的收信服务器：对方拒绝的是本机的地址（{hosts}：{reason}）",
    },
    advice: {
      en: "Other senders may be served well. Own server: allow the address of this machine. Otherwise run Mailvigil from an address that is on no block list.",
      zh: "其他发件方可能不受影响。自建服务器：请放行本机地址；否则请换一个不在黑名单上的地址运行 Mailvigil。",
    },
    source: "RFC 5321 section 7.9; a refusal of one client says nothing about the others",
  },
  "mx-busy": {
    severity: "warning",
    text: {
      en: "Mail to {domain} comes late: its mail server puts senders off for now ({hosts}: {reason})",
      zh: "发往 {domain} 的邮件会延迟：收信服务器让发件方稍后再试（{hosts}：{reason}）",
    },
    advice: {
      en: "Own server: look at its load, disk space and connection limits. Provider: wait for the next look, then its status page. Senders try again.",
      zh: "自建服务器：检查负载、磁盘空间和连接数限制；使用服务商：等下一次检查，再看其状态页。发件方会重试。",
    },
    source: "RFC 5321 sections 3.8 and 4.2.1 (421, 4yz)",
  },
  "mx-greeting-slow": {
    severity: "warning",
    timed: true,
    text: {
      en: "Some senders give up: {hosts} greets only after {seconds} s",
      zh: "部分发件方会放弃：{hosts} 过了 {seconds} 秒才应答",
    },
    advice: {
      en: "Own server: look at its load and at slow look-ups of clients (reverse DNS, block lists). A delay on purpose against spam stays below 5 s.",
      zh: "自建服务器：检查负载，以及对来访地址的慢查询（反向 DNS、黑名单）。为防垃圾邮件而故意延迟的，请控制在 5 秒以内。",
    },
    source: "RFC 5321 section 4.5.3.2.1; many senders wait half a minute or less",
  },
  "starttls-missing": {
    severity: "warning",
    text: {
      en: "Mail to these servers can be read on the way, because they do not encrypt: {hosts} ({reason})",
      zh: "发往这些服务器的邮件在途中可被读取，因为它们不加密：{hosts}（{reason}）",
    },
    advice: {
      en: "Own server: switch STARTTLS on at port 25 with a certificate for the host name (Postfix: smtpd_tls_security_level = may). Provider: ask it.",
      zh: "自建服务器：请在 25 端口启用 STARTTLS，并安装与主机名相符的证书（Postfix：smtpd_tls_security_level = may）；使用服务商请询问对方。",
    },
    source: "RFC 3207; RFC 7435; Google: senders' guidelines ask for TLS",
  },
  "starttls-missing-enforced": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Large senders do not deliver: {hosts} does not encrypt ({reason}), though the published policy ({policy}) demands it",
      zh: "大型发件方不会投递：{hosts} 不加密（{reason}），而公布的策略（{policy}）要求加密",
    },
    advice: {
      en: "Own server: switch STARTTLS on at port 25 again at once. Until then whoever manages the policy sets “mode: testing” with a new id (MTA-STS), or deletes the TLSA records (DANE).",
      zh: "自建服务器：请立即恢复 25 端口的 STARTTLS。恢复前，请策略管理员改为「mode: testing」并更换 id（MTA-STS），或删除 TLSA 记录（DANE）。",
    },
    source: "RFC 8461 section 5; RFC 7672 section 2.2",
  },
  "starttls-stripped": {
    severity: "unknown",
    cause: "tls-intercepted",
    text: {
      en: "Whether {hosts} encrypts could not be found out: a firewall on the way writes over what the server offers ({reason})",
      zh: "无法得知 {hosts} 是否加密：途中的防火墙改写了服务器的应答（{reason}）",
    },
    advice: {
      en: "Whoever runs the firewall in front of this machine, or in front of the mail server, switches “SMTP inspection” or “fixup” off.",
      zh: "请防火墙管理员在本机前方或邮件服务器前方的防火墙上关闭「SMTP 检查」（fixup/inspect）。",
    },
    source: "Cisco ASA: ESMTP inspection; RFC 3207 section 6",
  },
  "starttls-injection": {
    severity: "warning",
    text: {
      en: "An attacker on the way can slip commands into encrypted mail at {hosts}: what was sent before TLS began was answered within it",
      zh: "{hosts} 存在漏洞：途中的攻击者可以向加密会话注入命令（TLS 开始前发送的内容在加密后得到了应答）",
    },
    advice: {
      en: "Own server: update the mail server program; this has been mended since 2011. Provider: tell it the number CVE-2011-0411.",
      zh: "自建服务器：请升级邮件服务程序，此漏洞自 2011 年起已有修复；使用服务商：请告知编号 CVE-2011-0411。",
    },
    source: "CVE-2011-0411; RFC 3207 section 4.2; testssl.sh",
  },
  "certificate-refused": {
    severity: "critical",
    cause: "certificate",
    text: {
      en: "Large senders do not deliver: the certificate of {hosts} is not accepted ({problem}), as the published policy ({policy}) demands",
      zh: "大型发件方不会投递：{hosts} 的证书不被接受（{problem}），而公布的策略（{policy}）要求有效证书",
    },
    advice: {
      en: "Own server: install a valid certificate for the host name, with its whole chain. Until then whoever manages the policy sets “mode: testing” with a new id (MTA-STS), or deletes the TLSA records (DANE).",
      zh: "自建服务器：请安装与主机名相符的有效证书及完整证书链。修好前，请策略管理员改为「mode: testing」并更换 id（MTA-STS），或删除 TLSA 记录（DANE）。",
    },
    source: "RFC 8461 section 4.2; RFC 7672 section 3.2",
  },
  "certificate-intercepted": certificateFindings["certificate-intercepted"],
  "certificate-unproven": {
    severity: "info",
    text: {
      en: "The certificate of {hosts} is vouched for by nobody ({problem}); mail is encrypted all the same",
      zh: "{hosts} 的证书没有可信的担保（{problem}）；邮件仍会加密传输",
    },
    advice: {
      en: "Nothing is broken between mail servers. Before MTA-STS is enforced, the server needs a certificate of a public authority for its name.",
      zh: "服务器之间的投递不受影响。若要启用 MTA-STS 强制模式，须先安装公共机构签发、与主机名相符的证书。",
    },
    source: "RFC 7435 (opportunistic security); Internet.nl",
  },
  "certificate-expiring": {
    severity: "warning",
    text: {
      en: "The certificate of {hosts} ends in {days} days",
      zh: "{hosts} 的证书还有 {days} 天到期",
    },
    advice: {
      en: "Own server: look why it was not renewed by itself, renew it and reload the mail service. Provider: tell it in a few days.",
      zh: "自建服务器：查明为何没有自动续期，续签后重新加载邮件服务；使用服务商：几天后仍如此请告知对方。",
    },
    source: "CA/Browser Forum SC-081v3; thresholds are relative to the lifetime",
  },
  "certificate-short-key": {
    severity: "info",
    text: {
      en: "The key of the certificate of {hosts} is shorter than is recommended today ({keyType}, {keyBits} bits); mail is encrypted all the same",
      zh: "{hosts} 的证书密钥短于目前的建议长度（{keyType}，{keyBits} 位）；邮件仍会加密传输",
    },
    advice: {
      en: "Nothing is urgent. At the next renewal whoever runs the server takes a key of P-256, or of RSA with 3072 bits.",
      zh: "不必着急。下次续签时，请服务器管理员改用 P-256 或 3072 位 RSA 密钥。",
    },
    source: "NCSC-NL TLS guidelines 2025-05: RSA below 2048 bits is insufficient, up to 3071 bits it is being phased out",
  },
  "mx-name-unresolvable": {
    severity: "warning",
    text: {
      en: "Some senders and filters mistrust the mail server: it calls itself by a name that does not exist in the DNS ({names})",
      zh: "部分发件方和过滤器会不信任该邮件服务器：它自称的名称在 DNS 中不存在（{names}）",
    },
    advice: {
      en: "Own server: let it call itself by its full host name, the one of the MX record (Postfix: myhostname). Provider: nothing to do.",
      zh: "自建服务器：请让它使用完整的主机名，即 MX 记录中的名称（Postfix：myhostname）；使用服务商则无需处理。",
    },
    source: "RFC 5321 sections 4.1.1.1 and 4.3.1",
  },
  "open-relay": {
    severity: "critical",
    text: {
      en: "{hosts} takes mail for strangers (it accepted {to}): spammers use such servers, and their addresses end on block lists",
      zh: "{hosts} 会替陌生人转发邮件（接受了 {to}）：这类服务器会被垃圾邮件发送者利用，并被列入黑名单",
    },
    advice: {
      en: "Own server: allow relaying for logged-in users and own networks alone (Postfix: smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination).",
      zh: "自建服务器：只允许已登录的用户和自有网络转发（Postfix：smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination）。",
    },
    source: "RFC 5321 section 7.8; RFC 2505 section 2.1",
  },
  "unknown-user-taken": {
    severity: "info",
    text: {
      en: "{hosts} takes mail for an address of {domain} that nobody has; it is kept by a catch-all, or returned later to a sender who is often forged",
      zh: "{hosts} 会接收 {domain} 中不存在的地址的邮件：要么进入代收邮箱，要么稍后退给（往往是伪造的）发件人",
    },
    advice: {
      en: "Nothing is broken. Unless a catch-all is wanted, whoever runs the mail server lets it refuse unknown recipients in the session (Postfix: reject_unlisted_recipient).",
      zh: "没有故障。若并不需要代收邮箱，请邮件服务器管理员让它在会话中直接拒绝不存在的收件人（Postfix：reject_unlisted_recipient）。",
    },
    source: "RFC 5321 section 3.3; RFC 3834 section 2 (backscatter)",
  },
  "mx-none-tried": {
    severity: "unknown",
    text: {
      en: "No mail server of {domain} could be tried: none of them has an address on the public internet ({hosts})",
      zh: "未能检查 {domain} 的收信服务器：没有一台有公网地址（{hosts}）",
    },
    advice: {
      en: "What is wrong with their names or addresses is told by the MX check of the domain.",
      zh: "它们的名称或地址有什么问题，见该域名的 MX 检查。",
    },
    source: "Only what outside senders can reach is connected to",
  },
  "mx-not-found-out": {
    severity: "unknown",
    text: {
      en: "The mail servers of {domain} were not looked at: their names or addresses could not be looked up ({reason})",
      zh: "未检查 {domain} 的收信服务器：查不到它们的名称或地址（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, see the MX check of the domain, and settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请查看该域名的 MX 检查和 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the servers",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
