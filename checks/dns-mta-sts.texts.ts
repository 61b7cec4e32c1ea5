import type { FindingDeclaration } from "../src/model/check.ts";

/** `{record}` is what to publish; in `{policy}`, ⏎ stands for the end of a line. */
export const stsFindings = {
  "sts-missing": {
    severity: "info",
    text: {
      en: "Whoever sits between can switch off the encryption of mail to {domain}: senders are not told to insist on it (no MTA-STS)",
      zh: "发往 {domain} 的邮件可能被中间人去掉加密：没有声明发件方必须加密（未部署 MTA-STS）",
    },
    advice: {
      en: "Nothing is broken. To protect it, the web host serves https://mta-sts.{domain}/.well-known/mta-sts.txt with: {policy} Then the DNS host publishes: {record}",
      zh: "目前没有故障。如需保护：网站管理员在 https://mta-sts.{domain}/.well-known/mta-sts.txt 提供：{policy} 然后由 DNS 管理员发布：{record}",
    },
    source: "RFC 8461 section 3",
  },
  "sts-record-many": {
    severity: "critical",
    text: {
      en: "Senders act as if {domain} had no MTA-STS: _mta-sts.{domain} has {count} records in place of one",
      zh: "发件方会当作 {domain} 没有 MTA-STS：_mta-sts.{domain} 有 {count} 条记录，只允许一条",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes all of them and publishes this one: {record}",
      zh: "请 {domain} 的 DNS 管理员删除这些记录，只发布一条：{record}",
    },
    source: "RFC 8461 section 3.1",
  },
  "sts-record-bad": {
    severity: "critical",
    text: {
      en: "Senders act as if {domain} had no MTA-STS: its record cannot be read (“{found}”)",
      zh: "发件方会当作 {domain} 没有 MTA-STS：记录格式有误（「{found}」）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} replaces it by this one (the id is 1 to 32 letters and digits): {record}",
      zh: "请 {domain} 的 DNS 管理员改为下面这条（id 为 1 至 32 位字母或数字）：{record}",
    },
    source: "RFC 8461 section 3.1",
  },
  "sts-record-unknown": {
    severity: "unknown",
    text: {
      en: "Whether {domain} has MTA-STS could not be found out: the question for {name} has no usable answer ({reason})",
      zh: "无法得知 {domain} 是否部署了 MTA-STS：对 {name} 的查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the record",
  },
  "policy-host-missing": {
    severity: "critical",
    text: {
      en: "Senders cannot fetch the MTA-STS policy of {domain}, so mail to it is not protected: mta-sts.{domain} has no address",
      zh: "发件方取不到 {domain} 的 MTA-STS 策略，来信得不到保护：mta-sts.{domain} 没有地址",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes mta-sts.{domain} with the address of the web server that serves the policy; or deletes the record at _mta-sts.{domain}.",
      zh: "请 {domain} 的 DNS 管理员为 mta-sts.{domain} 发布提供策略的网站地址；若不再使用，请删除 _mta-sts.{domain} 的记录。",
    },
    source: "RFC 8461 section 3.3",
  },
  "policy-host-private": {
    severity: "critical",
    text: {
      en: "Senders cannot fetch the MTA-STS policy of {domain}: the address of mta-sts.{domain} is not on the public internet ({reason})",
      zh: "发件方取不到 {domain} 的 MTA-STS 策略：mta-sts.{domain} 的地址不是公网地址（{reason}）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes the public address. Is it only our resolver that shows the inside? Then set settings.dns.servers (audit: --dns) to an outside one.",
      zh: "请 {domain} 的 DNS 管理员改为公网地址。若只是本机的解析器给出内网地址，请把 settings.dns.servers（审查时用 --dns）设为外部解析器。",
    },
    source: "RFC 8461 section 3.3; RFC 6890",
  },
  "policy-refused": {
    severity: "critical",
    text: {
      en: "Senders cannot fetch the MTA-STS policy of {domain}: the web server at mta-sts.{domain} refuses connections ({reason})",
      zh: "发件方取不到 {domain} 的 MTA-STS 策略：mta-sts.{domain} 的网站拒绝连接（{reason}）",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} starts it again, on port 443.",
      zh: "请 mta-sts.{domain} 的网站管理员恢复 443 端口的服务。",
    },
    source: "RFC 8461 section 3.3",
  },
  "policy-redirect": {
    severity: "critical",
    text: {
      en: "Senders reject the MTA-STS policy of {domain}: its address leads elsewhere, and no redirect may be followed ({reason})",
      zh: "发件方不接受 {domain} 的 MTA-STS 策略：策略地址发生了跳转，而标准不允许跟随跳转（{reason}）",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} serves the policy itself at {url}, with status 200.",
      zh: "请 mta-sts.{domain} 的网站管理员直接在 {url} 提供策略，状态码为 200。",
    },
    source: "RFC 8461 section 3.3",
  },
  "policy-certificate": {
    severity: "critical",
    text: {
      en: "Senders reject the MTA-STS policy of {domain}: the certificate of mta-sts.{domain} does not hold ({problem}; it is for {names} and ends {ends})",
      zh: "发件方不接受 {domain} 的 MTA-STS 策略：mta-sts.{domain} 的证书无效（{problem}；证书属于 {names}，{ends} 到期）",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} installs a certificate of a public authority for that very name (as DNS name, with the whole chain).",
      zh: "请 mta-sts.{domain} 的网站管理员安装公共机构为该域名签发的证书（写在 DNS 名称中，并带完整证书链）。",
    },
    source: "RFC 8461 section 3.3; RFC 9525",
  },
  "policy-certificate-ending": {
    severity: "warning",
    text: {
      en: "The certificate of mta-sts.{domain} ends {ends} (in {days} days); after that senders can no longer fetch the policy",
      zh: "mta-sts.{domain} 的证书将于 {ends} 到期（还有 {days} 天）；到期后发件方无法再取得策略",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} renews the certificate, and looks why it was not renewed by itself.",
      zh: "请 mta-sts.{domain} 的网站管理员续签证书，并检查自动续签为何没有生效。",
    },
    source: "RFC 8461 section 3.3; thresholds relative to the lifetime (CA/B Forum SC-081v3)",
  },
  "policy-not-found": {
    severity: "critical",
    text: {
      en: "Senders cannot fetch the MTA-STS policy of {domain}: {url} answers with status {status}, not 200",
      zh: "发件方取不到 {domain} 的 MTA-STS 策略：{url} 返回状态 {status}，应为 200",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} puts the policy there: {policy}",
      zh: "请 mta-sts.{domain} 的网站管理员在该地址放置策略：{policy}",
    },
    source: "RFC 8461 section 3.3",
  },
  "policy-type": {
    severity: "critical",
    text: {
      en: "Some senders reject the MTA-STS policy of {domain}: it is served as “{type}”, not as text/plain",
      zh: "部分发件方不接受 {domain} 的 MTA-STS 策略：返回的类型是「{type}」，应为 text/plain",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} serves {url} with: Content-Type: text/plain",
      zh: "请 mta-sts.{domain} 的网站管理员让 {url} 返回：Content-Type: text/plain",
    },
    source: "RFC 8461 section 3.2",
  },
  "policy-too-large": {
    severity: "critical",
    text: {
      en: "Senders reject the MTA-STS policy of {domain}: what {url} serves is longer than 64 KiB",
      zh: "发件方不接受 {domain} 的 MTA-STS 策略：{url} 返回的内容超过 64 KiB",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} serves the policy alone: {policy}",
      zh: "请 mta-sts.{domain} 的网站管理员只提供策略内容：{policy}",
    },
    source: "RFC 8461 section 3.3",
  },
  "policy-unknown": {
    severity: "unknown",
    text: {
      en: "Whether senders can fetch the MTA-STS policy of {domain} could not be found out ({reason})",
      zh: "无法得知发件方能否取得 {domain} 的 MTA-STS 策略（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever runs the web server mta-sts.{domain} sees whether it answers within a minute.",
      zh: "请等下一次检查。若持续，请 mta-sts.{domain} 的网站管理员确认能否在一分钟内响应。",
    },
    source: "A failed fetch from here says nothing about others; RFC 8461 section 3.3 (one minute)",
  },
  "policy-bad": {
    severity: "critical",
    text: {
      en: "Senders cannot use the MTA-STS policy of {domain}: {fields} is missing or wrong ({lines})",
      zh: "发件方无法使用 {domain} 的 MTA-STS 策略：{fields} 缺失或有误（{lines}）",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} serves exactly this, each field on a line of its own: {policy} Then the DNS host changes the id: {record}",
      zh: "请 mta-sts.{domain} 的网站管理员改为以下内容，每个字段一行：{policy} 然后由 DNS 管理员更新 id：{record}",
    },
    source: "RFC 8461 section 3.2",
  },
  "policy-mx-unlisted": {
    severity: "critical",
    text: {
      en: "Senders that follow MTA-STS do not deliver to {hosts}: the policy of {domain} (mode {mode}) names only {patterns}",
      zh: "遵守 MTA-STS 的发件方不会投递到 {hosts}：{domain} 的策略（模式 {mode}）只列出了 {patterns}",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} adds to the policy: {lines} Then the DNS host changes the id: {record}",
      zh: "请 mta-sts.{domain} 的网站管理员在策略中加入：{lines} 然后由 DNS 管理员更新 id：{record}",
    },
    source: "RFC 8461 section 4.1 (`*.` stands for exactly one label)",
  },
  "policy-mx-stale": {
    severity: "info",
    text: {
      en: "The MTA-STS policy of {domain} allows mail servers that it does not have ({patterns})",
      zh: "{domain} 的 MTA-STS 策略列出了并不使用的邮件服务器（{patterns}）",
    },
    advice: {
      en: "Nothing is broken. If no move is under way, whoever runs mta-sts.{domain} deletes these lines: whoever gets such a name may receive your mail.",
      zh: "没有故障。若不是正在迁移，请 mta-sts.{domain} 的网站管理员删除这些行：得到这些主机名的人可能收到你的邮件。",
    },
    source: "RFC 8461 section 4.1",
  },
  "policy-testing": {
    severity: "warning",
    text: {
      en: "MTA-STS does not protect mail to {domain} yet: its policy is in mode testing, so senders only report",
      zh: "MTA-STS 尚未保护发往 {domain} 的邮件：策略处于 testing 模式，发件方只上报、不拦截",
    },
    advice: {
      en: "When the TLS reports show no failures for two weeks, whoever runs mta-sts.{domain} writes mode: enforce, and the DNS host changes the id: {record}",
      zh: "若两周的 TLS 报告没有失败，请 mta-sts.{domain} 的网站管理员改为 mode: enforce，并由 DNS 管理员更新 id：{record}",
    },
    source: "RFC 8461 section 5; NCSC MailCheck: MtaStsShouldBeEnforced",
  },
  "policy-none": {
    severity: "info",
    text: {
      en: "MTA-STS is switched off for {domain}: its policy says “mode: none”",
      zh: "{domain} 的 MTA-STS 已停用：策略写着「mode: none」",
    },
    advice: {
      en: "Once max_age ({maxAge} s) has passed since the change, the DNS host may delete _mta-sts.{domain}, and the web host the policy.",
      zh: "自修改起超过 max_age（{maxAge} 秒）之后，DNS 管理员可删除 _mta-sts.{domain}，网站管理员可删除策略文件。",
    },
    source: "RFC 8461 section 8.3",
  },
  "policy-short": {
    severity: "warning",
    text: {
      en: "Senders forget the MTA-STS policy of {domain} after {maxAge} s; whoever blocks its web server that long switches the protection off",
      zh: "发件方只把 {domain} 的 MTA-STS 策略保留 {maxAge} 秒；有人阻断其网站这么久，保护就会失效",
    },
    advice: {
      en: "Whoever runs the web server mta-sts.{domain} writes max_age: 1209600 (two weeks) or more; then the DNS host changes the id: {record}",
      zh: "请 mta-sts.{domain} 的网站管理员改为 max_age: 1209600（两周）或更长，然后由 DNS 管理员更新 id：{record}",
    },
    source: "RFC 8461 section 10.2; NCSC MailCheck: MaxAgeStrongKeyRule",
  },
  "policy-changed": {
    severity: "critical",
    text: {
      en: "Senders keep the former MTA-STS policy of {domain}: the policy has changed, and the id in the DNS is still {id}",
      zh: "发件方仍在使用 {domain} 旧的 MTA-STS 策略：策略已修改，而 DNS 中的 id 仍是 {id}",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} publishes a new id: {record}",
      zh: "请 {domain} 的 DNS 管理员发布新的 id：{record}",
    },
    source: "RFC 8461 section 3.1",
  },
  "mx-unknown": {
    severity: "unknown",
    text: {
      en: "Whether the MTA-STS policy of {domain} fits its mail servers could not be found out: the question for MX has no usable answer ({reason})",
      zh: "无法得知 {domain} 的 MTA-STS 策略是否与邮件服务器相符：MX 查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {domain} looks at its name servers, and you at settings.dns.servers (audit: --dns).",
      zh: "请等下一次检查。若持续，请 {domain} 的 DNS 管理员检查域名服务器，并检查本机的 settings.dns.servers（审查时用 --dns）。",
    },
    source: "A failed question says nothing about the record",
  },
  "mx-without-tls": {
    severity: "critical",
    text: {
      en: "Senders that follow MTA-STS do not deliver to {hosts}: it does not offer TLS, and the policy of {domain} (mode {mode}) wants it",
      zh: "遵守 MTA-STS 的发件方不会投递到 {hosts}：它不提供 TLS，而 {domain} 的策略（模式 {mode}）要求加密",
    },
    advice: {
      en: "Whoever runs that mail server switches STARTTLS on. Until then the web host writes mode: testing, and the DNS host changes the id: {record}",
      zh: "请该邮件服务器的管理员启用 STARTTLS。在此之前，请网站管理员把策略改为 mode: testing，并由 DNS 管理员更新 id：{record}",
    },
    source: "RFC 8461 section 4.2",
  },
  "mx-certificate": {
    severity: "critical",
    text: {
      en: "Senders that follow MTA-STS do not deliver to {hosts}: its certificate does not hold for that name, and the policy of {domain} (mode {mode}) wants it",
      zh: "遵守 MTA-STS 的发件方不会投递到 {hosts}：证书对该主机名无效，而 {domain} 的策略（模式 {mode}）要求有效证书",
    },
    advice: {
      en: "Whoever runs that mail server installs a certificate of a public authority for its name. Until then the web host writes mode: testing, and the DNS host changes the id: {record}",
      zh: "请该邮件服务器的管理员安装公共机构为其主机名签发的证书。在此之前，请网站管理员改为 mode: testing，并由 DNS 管理员更新 id：{record}",
    },
    source: "RFC 8461 section 4.2",
  },
  "mx-not-seen": {
    severity: "info",
    text: {
      en: "Whether {hosts} offers the TLS that the MTA-STS policy of {domain} wants could not be seen from here ({reason})",
      zh: "从本机无法得知 {hosts} 是否提供 {domain} 的 MTA-STS 策略所要求的 TLS（{reason}）",
    },
    advice: {
      en: "Nothing to do here: the check smtp-mx says whether that mail server can be reached, and whether it is we who cannot reach port 25.",
      zh: "此处无需处理：检查 smtp-mx 会说明该邮件服务器能否连接，以及是否是本机无法访问 25 端口。",
    },
    source: "RFC 8461 section 4.2",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
