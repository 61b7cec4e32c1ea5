import type { FindingDeclaration } from "../src/model/check.ts";

/** `{name}` is where the key is published, `{record}` what to publish there, `{known}` what was last seen there, `nothing so far` if nothing. */
export const dkimFindings = {
  "dkim-missing": {
    severity: "critical",
    text: {
      en: "Receivers cannot verify mail from {domain}: no key is published at {name}, though this selector is in use",
      zh: "收件方无法验证 {domain} 的邮件签名：选择器正在使用，但 {name} 没有发布公钥",
    },
    advice: {
      en: "The DNS host of {domain} publishes the TXT (or CNAME) record at {name} that the mail provider's DKIM page shows. Last seen there: {known}",
      zh: "请 {domain} 的 DNS 管理员在 {name} 发布邮件服务商 DKIM 页面给出的 TXT（或 CNAME）记录。上次看到的是：{known}",
    },
    source: "RFC 6376 section 3.6.2",
  },
  "dkim-alias-dead": {
    severity: "critical",
    text: {
      en: "Receivers cannot verify mail from {domain}: {name} leads to {target}, where there is no key",
      zh: "收件方无法验证 {domain} 的邮件签名：{name} 指向 {target}，而那里没有公钥",
    },
    advice: {
      en: "The mail provider's administrator turns DKIM on again for {domain}, which brings the key back at {target}; if the provider was left, the DNS host deletes the CNAME at {name} and publishes the new provider's.",
      zh: "请邮件管理员在服务商后台为 {domain} 重新启用 DKIM，{target} 的公钥随之恢复；若已更换服务商，请 DNS 管理员删除 {name} 的 CNAME，改发新服务商的记录。",
    },
    source: "RFC 6376 section 3.6.2",
  },
  "dkim-alias-idle": {
    severity: "info",
    text: {
      en: "{name} leads to {target}, where there is no key; nobody has seen mail signed with this selector",
      zh: "{name} 指向 {target}，那里没有公钥；也未见使用该选择器签名的邮件",
    },
    advice: {
      en: "Finish turning DKIM on at the mail provider, or have the DNS host delete the CNAME at {name}.",
      zh: "请在邮件服务商后台完成 DKIM 启用，或请 DNS 管理员删除 {name} 的 CNAME。",
    },
    source: "NCSC MailCheck: Amazon SES CNAME without a key",
  },
  "dkim-several-records": {
    severity: "critical",
    text: {
      en: "Receivers may fail mail from {domain}: {name} has {count} TXT records, and which of them counts is undefined",
      zh: "{domain} 的邮件可能验证失败：{name} 有 {count} 条 TXT 记录，以哪条为准没有定义",
    },
    advice: {
      en: "The DNS host of {domain} deletes all TXT records at {name} but the one that the mail provider shows.",
      zh: "请 {domain} 的 DNS 管理员在 {name} 只保留邮件服务商给出的那一条 TXT 记录。",
    },
    source: "RFC 6376 section 3.6.2.2",
  },
  "dkim-not-a-key": {
    severity: "critical",
    text: {
      en: "Receivers cannot verify mail from {domain}: what {name} answers is no DKIM key (“{content}”)",
      zh: "收件方无法验证 {domain} 的邮件签名：{name} 返回的不是 DKIM 公钥（「{content}」）",
    },
    advice: {
      en: "The DNS host of {domain} publishes the provider's DKIM record at {name}; where a wildcard TXT (*.{domain}) answers for it, that record is deleted.",
      zh: "请 {domain} 的 DNS 管理员在 {name} 发布服务商的 DKIM 记录；若是泛解析 TXT（*.{domain}）作的回答，请删除它。",
    },
    source: "RFC 6376 section 3.6.1",
  },
  "dkim-syntax": {
    severity: "critical",
    text: {
      en: "Receivers discard the DKIM key at {name}: the record is not well-formed ({detail})",
      zh: "收件方会丢弃 {name} 的 DKIM 公钥：记录格式有误（{detail}）",
    },
    advice: {
      en: 'The DNS host of {domain} compares it with the mail provider\'s and publishes: {name}. TXT "{record}"',
      zh: '请 {domain} 的 DNS 管理员对照服务商给出的内容，改为：{name}. TXT "{record}"',
    },
    source: "RFC 6376 section 3.2",
  },
  "dkim-version": {
    severity: "critical",
    text: {
      en: "Receivers discard the DKIM key at {name}: where v= is given it must come first and be DKIM1",
      zh: "收件方会丢弃 {name} 的 DKIM 公钥：v= 若存在，必须排在最前，且值为 DKIM1",
    },
    advice: {
      en: 'The DNS host of {domain} publishes: {name}. TXT "{record}"',
      zh: '请 {domain} 的 DNS 管理员改为：{name}. TXT "{record}"',
    },
    source: "RFC 6376 section 3.6.1, v=",
  },
  "dkim-key-type": {
    severity: "critical",
    text: {
      en: "Receivers cannot use the DKIM key at {name}: its type k={type} is neither rsa nor ed25519",
      zh: "收件方无法使用 {name} 的 DKIM 公钥：类型 k={type} 既不是 rsa 也不是 ed25519",
    },
    advice: {
      en: "The mail provider makes an RSA key of 2048 bits; the DNS host of {domain} publishes it at {name} with k=rsa.",
      zh: "请邮件服务商生成 2048 位 RSA 密钥，并由 {domain} 的 DNS 管理员以 k=rsa 发布在 {name}。",
    },
    source: "RFC 6376 section 3.6.1, k=; RFC 8463",
  },
  "dkim-no-key": {
    severity: "critical",
    text: {
      en: "Receivers cannot verify mail from {domain}: the record at {name} has no p=, the key itself",
      zh: "收件方无法验证 {domain} 的邮件签名：{name} 的记录缺少公钥本身（p=）",
    },
    advice: {
      en: "The DNS host of {domain} publishes the whole record that the mail provider shows at {name}; long keys are often cut when pasted.",
      zh: "请 {domain} 的 DNS 管理员在 {name} 完整发布服务商给出的记录；较长的公钥粘贴时常被截断。",
    },
    source: "RFC 6376 section 3.6.1, p=",
  },
  "dkim-revoked": {
    severity: "critical",
    text: {
      en: "Receivers fail every signature of {domain} by the selector {selector}: its key is revoked (p= is empty)",
      zh: "{domain} 使用选择器 {selector} 的签名全部验证失败：公钥已被撤销（p= 为空）",
    },
    advice: {
      en: "The mail provider signs with a live selector, or makes a new key; the DNS host of {domain} publishes that at {name}.",
      zh: "请邮件服务商改用有效的选择器签名或生成新密钥，并由 {domain} 的 DNS 管理员发布在 {name}。",
    },
    source: "RFC 6376 section 3.6.1, p=",
  },
  "dkim-revoked-old": {
    severity: "info",
    text: {
      en: "The key at {name} is revoked (p= is empty), as it should be when a selector is no longer used",
      zh: "{name} 的公钥已撤销（p= 为空）；停用的选择器本应如此",
    },
    advice: {
      en: "Nothing to do. The DNS host of {domain} may delete the record some weeks after the last mail that was signed with it.",
      zh: "无需处理。最后一封用它签名的邮件发出几周后，{domain} 的 DNS 管理员可删除该记录。",
    },
    source: "RFC 6376 section 3.6.1, p=",
  },
  "dkim-key-corrupt": {
    severity: "critical",
    text: {
      en: "Receivers cannot verify mail from {domain}: the key at {name} cannot be read; it is cut or changed",
      zh: "收件方无法验证 {domain} 的邮件签名：{name} 的公钥无法读取，内容被截断或改动",
    },
    advice: {
      en: "The DNS host of {domain} copies the record from the mail provider's DKIM page to {name} again, whole, in strings of at most 255 characters.",
      zh: "请 {domain} 的 DNS 管理员从服务商的 DKIM 页面重新完整复制到 {name}，每段字符串不超过 255 个字符。",
    },
    source: "RFC 6376 section 3.6.1, p=",
  },
  "dkim-key-short": {
    severity: "critical",
    text: {
      en: "Anybody can forge mail of {domain}: its key at {name} has {bits} bits, which receivers refuse and forgers break",
      zh: "{domain} 的邮件可被伪造：{name} 的公钥只有 {bits} 位，收件方不接受，且可被破解",
    },
    advice: {
      en: "The mail provider makes an RSA key of 2048 bits under a new selector; the DNS host of {domain} publishes it and empties p= at {name}.",
      zh: "请邮件服务商用新选择器生成 2048 位 RSA 密钥；{domain} 的 DNS 管理员发布新记录，并把 {name} 的 p= 清空。",
    },
    source: "RFC 8301 section 3.2",
  },
  "dkim-key-weak": {
    severity: "warning",
    text: {
      en: "The DKIM key of {domain} at {name} has {bits} bits; 2048 are asked for, and some receivers lower their trust below that",
      zh: "{domain} 在 {name} 的 DKIM 公钥为 {bits} 位；标准要求 2048 位，不足时部分收件方会降低信任",
    },
    advice: {
      en: "The mail provider makes an RSA key of 2048 bits, best under a new selector; the DNS host of {domain} publishes it and keeps {name} until all mail signed with it has arrived.",
      zh: "请邮件服务商生成 2048 位 RSA 密钥，最好换新选择器；{domain} 的 DNS 管理员发布新记录，旧的 {name} 保留到已签名的邮件全部送达。",
    },
    source: "RFC 8301 section 3.2",
  },
  "dkim-key-long": {
    severity: "warning",
    text: {
      en: "Some receivers cannot verify mail from {domain}: the key at {name} has {bits} bits, and more than 4096 need not be supported",
      zh: "部分收件方无法验证 {domain} 的邮件签名：{name} 的公钥为 {bits} 位，超过 4096 位的不要求支持",
    },
    advice: {
      en: "The mail provider makes an RSA key of 2048 bits; the DNS host of {domain} publishes it at {name}.",
      zh: "请邮件服务商生成 2048 位 RSA 密钥，并由 {domain} 的 DNS 管理员发布在 {name}。",
    },
    source: "RFC 8301 section 3.2",
  },
  "dkim-ed25519-length": {
    severity: "critical",
    text: {
      en: "Receivers cannot use the Ed25519 key at {name}: it has {bytes} bytes and must be the bare 32",
      zh: "收件方无法使用 {name} 的 Ed25519 公钥：长度为 {bytes} 字节，应为不带外壳的 32 字节",
    },
    advice: {
      en: "The mail server's administrator takes the last 32 bytes of what openssl writes, as base64; the DNS host of {domain} publishes them at {name}.",
      zh: "请邮件服务器管理员取 openssl 输出的最后 32 字节转为 base64，由 {domain} 的 DNS 管理员发布在 {name}。",
    },
    source: "RFC 8463 section 4",
  },
  "dkim-ed25519-alone": {
    severity: "info",
    text: {
      en: "{domain} has an Ed25519 key ({selector}) and no RSA key beside it that is known; many receivers verify RSA only",
      zh: "{domain} 有 Ed25519 公钥（{selector}），未见并存的 RSA 公钥；许多收件方只验证 RSA",
    },
    advice: {
      en: "The mail server's administrator signs every mail twice, with Ed25519 and with RSA of 2048 bits; the DNS host publishes both keys.",
      zh: "请邮件服务器管理员为每封邮件同时做 Ed25519 与 2048 位 RSA 两个签名，并由 DNS 管理员发布两个公钥。",
    },
    source: "RFC 8463 section 5",
  },
  "dkim-testing": {
    severity: "warning",
    text: {
      en: "The DKIM key of {domain} at {name} still says that it is a test (t=y); some receivers then ignore the signature",
      zh: "{domain} 在 {name} 的 DKIM 公钥仍标为测试（t=y），部分收件方会忽略其签名",
    },
    advice: {
      en: 'The DNS host of {domain} publishes: {name}. TXT "{record}"',
      zh: '请 {domain} 的 DNS 管理员改为：{name}. TXT "{record}"',
    },
    source: "RFC 6376 section 3.6.1, t=",
  },
  "dkim-sha1": {
    severity: "critical",
    text: {
      en: "Receivers fail mail from {domain}: the key at {name} allows only {hashes}, and sha256 is the one that counts",
      zh: "{domain} 的邮件验证失败：{name} 的公钥只允许 {hashes}，而有效的只有 sha256",
    },
    advice: {
      en: 'The mail server signs with rsa-sha256; the DNS host of {domain} publishes: {name}. TXT "{record}"',
      zh: '请邮件服务器改用 rsa-sha256 签名，并由 {domain} 的 DNS 管理员改为：{name}. TXT "{record}"',
    },
    source: "RFC 8301 section 3.1",
  },
  "dkim-service": {
    severity: "critical",
    text: {
      en: "Receivers fail mail from {domain}: the key at {name} is not for e-mail (s={services})",
      zh: "{domain} 的邮件验证失败：{name} 的公钥不允许用于电子邮件（s={services}）",
    },
    advice: {
      en: 'The DNS host of {domain} publishes: {name}. TXT "{record}"',
      zh: '请 {domain} 的 DNS 管理员改为：{name}. TXT "{record}"',
    },
    source: "RFC 6376 section 3.6.1, s=",
  },
  "dkim-tags": {
    severity: "info",
    text: {
      en: "The DKIM key at {name} has tags that receivers ignore: {tags}",
      zh: "{name} 的 DKIM 记录含有收件方会忽略的标签：{tags}",
    },
    advice: {
      en: 'Nothing is broken. The DNS host of {domain} may publish: {name}. TXT "{record}"',
      zh: '没有故障。{domain} 的 DNS 管理员可改为：{name}. TXT "{record}"',
    },
    source: "RFC 6376 section 3.6.1 and appendix C (g= is obsolete)",
  },
  "dkim-not-aligned": {
    severity: "warning",
    text: {
      en: "Mail from {domain} is signed only as {signers}, which does not count for {domain}: DMARC rests on SPF alone and fails when mail is forwarded",
      zh: "{domain} 的邮件只以 {signers} 的名义签名，对 {domain} 无效：DMARC 只能依靠 SPF，邮件一经转发即失败",
    },
    advice: {
      en: "The mail provider's administrator turns on DKIM for {domain} itself; the DNS host publishes the record that the provider shows. If the provider cannot, ask it for custom DKIM.",
      zh: "请邮件管理员在服务商后台为 {domain} 启用自有域名 DKIM，并由 DNS 管理员发布服务商给出的记录；若服务商不支持，请向其提出要求。",
    },
    source: "RFC 9989 section 4.4",
  },
  "dkim-key-old": {
    severity: "info",
    text: {
      en: "The DKIM key at {name} has been the same for {days} days; the advice is to change it once a year",
      zh: "{name} 的 DKIM 公钥已 {days} 天未更换；建议每年更换一次",
    },
    advice: {
      en: "The mail provider's administrator rotates the key under a new selector; the DNS host of {domain} publishes it before it is used.",
      zh: "请邮件管理员用新选择器轮换密钥；{domain} 的 DNS 管理员应在启用前先发布新公钥。",
    },
    source: "M3AAWG: DKIM Key Rotation Best Common Practices",
  },
  "dkim-none": {
    severity: "warning",
    text: {
      en: "{domain} has no DKIM key at all: nothing exists below _domainkey.{domain}, so DMARC rests on SPF alone and fails when mail is forwarded",
      zh: "{domain} 没有任何 DKIM 公钥：_domainkey.{domain} 之下什么也没有，DMARC 只能依靠 SPF，邮件一经转发即失败",
    },
    advice: {
      en: "The mail provider's administrator turns on DKIM for {domain}; the DNS host publishes the record that the provider shows, at <selector>._domainkey.{domain}.",
      zh: "请邮件管理员在服务商后台为 {domain} 启用 DKIM，并由 DNS 管理员把服务商给出的记录发布在 <选择器>._domainkey.{domain}。",
    },
    source: "RFC 8020 (nothing exists below a name that does not); RFC 6376 section 3.6.2.1",
  },
  "dkim-selector-unknown": {
    severity: "unknown",
    text: {
      en: "Whether mail from {domain} is signed could not be found out: its DKIM selector is not known (tried: {tried})",
      zh: "无法得知 {domain} 的邮件是否有 DKIM 签名：不知道选择器（已试：{tried}）",
    },
    advice: {
      en: "Look for s= in the DKIM-Signature header of a mail you sent and name it under selectors of the domain in mailvigil.yaml (audit: --selector), or let Mailvigil send a probe mail.",
      zh: "请在已发邮件的 DKIM-Signature 头中找到 s= 的值，并写入 mailvigil.yaml 中该域名的 selectors（audit 用 --selector），或让 Mailvigil 发一封探测邮件。",
    },
    source: "RFC 6376 section 3.1: selectors cannot be listed",
  },
  "dkim-unanswered": {
    severity: "unknown",
    text: {
      en: "Whether the DKIM key of {domain} is there could not be found out: the question for {name} has no usable answer ({reason})",
      zh: "无法得知 {domain} 的 DKIM 公钥是否存在：{name} 的查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查其域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the record",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
