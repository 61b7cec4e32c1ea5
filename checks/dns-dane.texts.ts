import type { FindingDeclaration } from "../src/model/check.ts";

export const daneFindings = {
  "tlsa-mismatch": {
    severity: "critical",
    text: {
      en: "Senders that follow DANE do not deliver to {domain}: no TLSA record belongs to the certificate that {hosts} presents",
      zh: "遵守 DANE 的发件方无法投递到 {domain}：没有 TLSA 记录与 {hosts} 出示的证书相符",
    },
    advice: {
      en: "Whoever manages the DNS of that mail server publishes at once: {record} Then its administrator keeps the key when the certificate is renewed, or publishes the next record two TTLs before.",
      zh: "请该邮件服务器域名的 DNS 管理员立即发布：{record} 之后续签证书时请保留原密钥，或提前两个 TTL 发布新记录。",
    },
    source: "RFC 7672 section 2.2; RFC 7671 section 8.1",
  },
  "dane-without-tls": {
    severity: "critical",
    text: {
      en: "Senders that follow DANE do not deliver to {domain}: {hosts} has TLSA records and does not offer TLS ({reason})",
      zh: "遵守 DANE 的发件方无法投递到 {domain}：{hosts} 有 TLSA 记录却不提供 TLS（{reason}）",
    },
    advice: {
      en: "Whoever runs that mail server switches STARTTLS on at port 25. If that takes long, its DNS host deletes the records at _25._tcp of its name.",
      zh: "请该邮件服务器的管理员在 25 端口启用 STARTTLS。若一时无法恢复，请 DNS 管理员删除其 _25._tcp 下的 TLSA 记录。",
    },
    source: "RFC 7672 section 2.2",
  },
  "tlsa-bogus": {
    severity: "critical",
    text: {
      en: "Senders that follow DANE do not deliver to {domain}: the signatures of the TLSA answer for {hosts} do not hold ({reason})",
      zh: "遵守 DANE 的发件方无法投递到 {domain}：{hosts} 的 TLSA 应答签名校验失败（{reason}）",
    },
    advice: {
      en: "The DNS host of that mail server repairs what it says about _25._tcp of its name, also where there is no record: the denial has to be signed as well.",
      zh: "请该邮件服务器域名的 DNS 服务商修复 _25._tcp 的应答；即使没有记录，「不存在」的应答也必须正确签名。",
    },
    source: "RFC 7672 section 2.1.1; Internet.nl: bogus denial of existence",
  },
  "tlsa-unusable": {
    severity: "warning",
    text: {
      en: "A TLSA record protects nothing: {hosts} has one that mail servers cannot use ({found})",
      zh: "TLSA 记录没有起到保护作用：{hosts} 有邮件服务器无法使用的记录（{found}）",
    },
    advice: {
      en: "Whoever manages the DNS of that mail server replaces it by (usage 3 or 2, selector 1 or 0, matching 1 or 2): {record}",
      zh: "请该邮件服务器域名的 DNS 管理员改为（用途 3 或 2，选择器 1 或 0，匹配方式 1 或 2）：{record}",
    },
    source: "RFC 7672 section 3.1.3 (usages 0 and 1)",
  },
  "tlsa-insecure": {
    severity: "warning",
    text: {
      en: "The TLSA records of {hosts} have no effect: its zone is not signed, so nobody believes them",
      zh: "{hosts} 的 TLSA 记录没有作用：其区域没有 DNSSEC 签名，发件方不会采信",
    },
    advice: {
      en: "The DNS host of that mail server switches DNSSEC on, and the registrar publishes the DS record; or delete the TLSA records.",
      zh: "请该邮件服务器域名的 DNS 服务商启用 DNSSEC，并在注册商处发布 DS 记录；否则请删除 TLSA 记录。",
    },
    source: "RFC 7672 section 2.1",
  },
  "domain-insecure": {
    severity: "warning",
    text: {
      en: "DANE protects mail to {domain} only in part: its mail server {hosts} has TLSA records, but {domain} itself is not signed, so its MX can be forged",
      zh: "DANE 只能部分保护发往 {domain} 的邮件：邮件服务器 {hosts} 有 TLSA 记录，但 {domain} 本身没有签名，MX 可被伪造",
    },
    advice: {
      en: "The DNS host of {domain} switches DNSSEC on; then whoever has the login at the registrar publishes the DS record.",
      zh: "请 {domain} 的 DNS 服务商启用 DNSSEC，再由注册商账号的管理人发布 DS 记录。",
    },
    source: "RFC 7672 section 2.2.1; Postfix: smtp_tls_dane_insecure_mx_policy",
  },
  "no-rollover": {
    severity: "info",
    text: {
      en: "Mail to {domain} may stop at the next change of the key: {hosts} has one TLSA record and none for its successor",
      zh: "下次更换密钥时，发往 {domain} 的邮件可能中断：{hosts} 只有一条 TLSA 记录，没有后备",
    },
    advice: {
      en: "Nothing is broken. Before the key changes, the DNS host publishes a second record: 3 1 1 of the next key, or 2 1 1 of the authority.",
      zh: "没有故障。更换密钥前，请 DNS 管理员先发布第二条记录：下一把密钥的 3 1 1，或签发机构的 2 1 1。",
    },
    source: "RFC 7671 section 8.1 and 8.4; Internet.nl",
  },
  "dane-partial": {
    severity: "info",
    text: {
      en: "DANE protects only some mail servers of {domain}: {hosts} has no TLSA record",
      zh: "DANE 只保护 {domain} 的部分邮件服务器：{hosts} 没有 TLSA 记录",
    },
    advice: {
      en: "Nothing is broken. Whoever manages the DNS of that mail server may publish: {record}",
      zh: "没有故障。该邮件服务器域名的 DNS 管理员可发布：{record}",
    },
    source: "RFC 7672 section 2.2",
  },
  "dane-missing": {
    severity: "info",
    text: {
      en: "Whoever sits between can switch off the encryption of mail to {domain}: no mail server of it has a TLSA record (no DANE)",
      zh: "发往 {domain} 的邮件可能被中间人去掉加密：邮件服务器没有 TLSA 记录（未部署 DANE）",
    },
    advice: {
      en: "Nothing is broken; MTA-STS protects as well. The zone of the mail server is signed, so its DNS host may publish: {record}",
      zh: "没有故障，也可以用 MTA-STS 保护。邮件服务器所在区域已签名，其 DNS 管理员可发布：{record}",
    },
    source: "RFC 7672",
  },
  "dane-not-possible": {
    severity: "info",
    text: {
      en: "{domain} cannot have DANE: the zone of its mail server {hosts} is not signed",
      zh: "{domain} 无法使用 DANE：邮件服务器 {hosts} 所在区域没有签名",
    },
    advice: {
      en: "Nothing is broken. MTA-STS protects mail on the way without DNSSEC; only the operator of that mail server can sign its zone.",
      zh: "没有故障。没有 DNSSEC 时可用 MTA-STS 保护传输；只有该邮件服务器的运营方能为其区域签名。",
    },
    source: "RFC 7672 section 2.1; RFC 8461",
  },
  "dane-not-seen": {
    severity: "unknown",
    text: {
      en: "Whether the TLSA records of {hosts} belong to its certificate could not be found out: it could not be reached at port 25 ({reason})",
      zh: "无法得知 {hosts} 的 TLSA 记录与证书是否相符：无法连接其 25 端口（{reason}）",
    },
    advice: {
      en: "See what monitor/port25 says about our own way out. If that is open, whoever runs the mail server looks why it does not answer.",
      zh: "请先看 monitor/port25：本机能否访问外部 25 端口。若可以，请该邮件服务器的管理员检查为何没有应答。",
    },
    source: "RFC 7672 section 2.2",
  },
  "dane-unverified": {
    severity: "unknown",
    text: {
      en: "Whether the TLSA records of {hosts} count could not be found out: the configured resolvers do not check DNSSEC",
      zh: "无法得知 {hosts} 的 TLSA 记录是否生效：本机使用的解析器不校验 DNSSEC",
    },
    advice: {
      en: "Name a validating resolver in settings.dns.servers (audit: --dns): an Unbound or BIND of your own, or a public one that you trust. Nothing is wrong with {domain} by this.",
      zh: "请在 settings.dns.servers（审查时用 --dns）中指定会校验 DNSSEC 的解析器：自建的 Unbound 或 BIND，或可信的公共解析器。这并不表示 {domain} 有问题。",
    },
    source: "RFC 7672 section 2.1; RFC 4035 section 3.2.3",
  },
  "dane-unknown": {
    severity: "unknown",
    text: {
      en: "Whether DANE protects {domain} could not be found out: the question for {type} of {name} has no usable answer ({reason})",
      zh: "无法得知 DANE 是否保护 {domain}：对 {name} 的 {type} 查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {name} looks at its name servers: senders that follow DANE wait until they get an answer.",
      zh: "请等下一次检查。若持续，请 {name} 的 DNS 管理员检查域名服务器：遵守 DANE 的发件方在得到回答之前会推迟投递。",
    },
    source: "RFC 7672 section 2.1.2; a failed question says nothing about the record",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
