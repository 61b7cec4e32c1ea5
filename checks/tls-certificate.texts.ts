import type { FindingDeclaration } from "../src/model/check.ts";

/** What only a long look at a certificate shows; why it is not accepted is shared with the checks that log in. */
export const tlsFindings = {
  "certificate-expiring": {
    severity: "warning",
    text: {
      en: "In {days} days mail programs will refuse {host}: its certificate ends on {ends}",
      zh: "再过 {days} 天，邮件客户端将无法正常连接 {host}：证书于 {ends} 到期",
    },
    advice: {
      en: "Renew it now. If renewal is automatic, see why it has not happened: it should, with a third of the {lifetime} days left. Provider: tell them.",
      zh: "请立即续签。若是自动续签，请查明为何没有执行：在 {lifetime} 天有效期剩三分之一时就该续好；使用服务商的请告知对方。",
    },
    source:
      "CA/B Forum SC-081v3: lifetimes fall to 47 days, so the limits follow them: warning under min(21 d, 22 %), critical under min(7 d, 10 %)",
  },
  "chain-expiring": {
    severity: "warning",
    text: {
      en: "In {days} days some mail programs will refuse {host}: the issuer's certificate {subject}, which the server sends along, ends on {ends}",
      zh: "再过 {days} 天，部分邮件客户端将无法连接 {host}：服务器附带的上级证书 {subject} 于 {ends} 到期",
    },
    advice: {
      en: "Fetch the present chain from the authority and install it at the server (`fullchain.pem`); the certificate itself can stay.",
      zh: "请从签发机构下载最新的证书链并安装到服务器（`fullchain.pem`）；服务器证书本身不用更换。",
    },
    source: "RFC 5280 section 6.1.3",
  },
  "certificate-short-key": {
    severity: "info",
    text: {
      en: "The key of the certificate of {host} is on its way out ({keyType}, {keyBits} bits)",
      zh: "{host} 的证书密钥长度即将过时（{keyType}，{keyBits} 位）",
    },
    advice: {
      en: "At the next renewal take a key of P-256, or of RSA with 3072 bits. Nothing is urgent.",
      zh: "下次续签时改用 P-256 或 3072 位 RSA 密钥即可，不必着急。",
    },
    source: "NCSC-NL TLS guidelines 2025-05: RSA of 2048 to 3071 bits is being phased out; most providers still use it",
  },
  "certificate-without-names": {
    severity: "critical",
    cause: "certificate",
    text: {
      en: "Some mail programs refuse {host}: its certificate names it in the subject alone ({subject}), which iPhones and Thunderbird do not read",
      zh: "部分邮件客户端拒绝连接 {host}：证书只在主题中写了主机名（{subject}），iPhone、Thunderbird 等不认",
    },
    advice: {
      en: "Have the certificate issued anew with {host} as subject alternative name (SAN, a DNS name).",
      zh: "请重新签发证书，把 {host} 写入主题备用名称（SAN，DNS 类型）。",
    },
    source: "RFC 9525 section 2: the common name is not used",
  },
  "certificate-revoked": {
    severity: "critical",
    cause: "certificate",
    text: {
      en: "Mail programs that ask the authority refuse {host}: it has revoked the certificate {subject} on {since}",
      zh: "会查询吊销状态的邮件客户端拒绝连接 {host}：证书 {subject} 已于 {since} 被签发机构吊销",
    },
    advice: {
      en: "Find out who had it revoked and why (a stolen key?). Make a new key and have a new certificate issued for it.",
      zh: "请查明由谁、因何吊销（私钥是否泄露），然后更换私钥并重新签发证书。",
    },
    source: "RFC 5280 section 5: the authority's list of revoked certificates",
  },
  "certificates-differ": {
    severity: "info",
    text: {
      en: "The {count} addresses of {host} show {kinds} different certificates",
      zh: "{host} 的 {count} 个地址出示了 {kinds} 张不同的证书",
    },
    advice: {
      en: "Nothing to do if each machine has a certificate of its own. If not, one of them was forgotten at the last renewal.",
      zh: "若各台机器本就各有证书，不必处理；否则可能有一台在上次续签时被遗漏。",
    },
    source: "each address is looked at by itself, with the name (SNI)",
  },
  "chain-disordered": {
    severity: "info",
    text: {
      en: "{host} sends its certificates in the wrong order; today's mail programs sort them, old ones may refuse",
      zh: "{host} 发送证书的顺序不对：新的邮件客户端会自行整理，旧的可能拒绝连接",
    },
    advice: {
      en: "Install the file of the authority as it is (`fullchain.pem`): the server's own first, then each issuer behind what it signed.",
      zh: "请按签发机构提供的顺序安装（`fullchain.pem`）：先服务器证书，再依次是各级上级证书。",
    },
    source: "RFC 5246 section 7.4.2; RFC 8446 section 4.4.2",
  },
  "chain-needless": {
    severity: "info",
    text: {
      en: "{host} sends certificates along that nobody needs: {needless}",
      zh: "{host} 多发送了不需要的证书：{needless}",
    },
    advice: {
      en: "Leave them out at the next renewal: a root is believed only by who has it already, and the others belong to nothing here.",
      zh: "下次续签时去掉即可：根证书只有预装的才会被信任，其余的与本证书无关。",
    },
    source: "RFC 8446 section 4.4.2",
  },
  "only-old-tls": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "Mail programs cannot connect securely to {host}: it speaks nothing newer than {protocol}",
      zh: "邮件客户端无法与 {host} 建立加密连接：它最高只支持 {protocol}",
    },
    advice: {
      en: "Update the mail server or its TLS library, and allow TLS 1.2 and 1.3 there. Provider: tell them.",
      zh: "请升级邮件服务器或其 TLS 组件，并启用 TLS 1.2 和 1.3；使用服务商的请告知对方。",
    },
    source: "RFC 8996; RFC 9325 section 3.1.1",
  },
  "ssl3-offered": {
    severity: "critical",
    text: {
      en: "Mail to and from {host} can be read on the way: it still takes {protocol}, which is broken (POODLE)",
      zh: "{host} 的通信可能被窃听：仍接受已被攻破的 {protocol}（POODLE 漏洞）",
    },
    advice: {
      en: "Switch SSL 3.0 off at the mail server; set the lowest version to TLS 1.2.",
      zh: "请在邮件服务器上关闭 SSL 3.0，并把最低版本设为 TLS 1.2。",
    },
    source: "RFC 7568",
  },
  "without-name-other": {
    severity: "info",
    text: {
      en: "Old devices that do not name the host they want (no SNI) do not get the right certificate at {host}: {answer}",
      zh: "不发送主机名（SNI）的老设备连接 {host} 时拿不到正确的证书：{answer}",
    },
    advice: {
      en: "Nothing to do unless old scanners or printers send mail there; for them, make this certificate the server's default.",
      zh: "没有老式扫描仪、打印机在用就不必处理；若有，请把该证书设为服务器的默认证书。",
    },
    source: "RFC 6066 section 3",
  },
  "old-tls-offered": {
    severity: "warning",
    text: {
      en: "Mail to and from {host} can be read on the way more easily than need be: it still takes {protocol}",
      zh: "{host} 的通信更容易被窃听：仍接受已淘汰的 {protocol}",
    },
    advice: {
      en: "Own server: set the lowest version to TLS 1.2. Before that, find devices that know nothing newer, such as old scanners.",
      zh: "自建服务器：把最低版本设为 TLS 1.2；设置前先找出只支持旧版本的设备，如老式扫描仪。",
    },
    source: "RFC 8996",
  },
  "certificate-not-seen": {
    severity: "unknown",
    text: {
      en: "The certificate of {host} could not be looked at ({reason})",
      zh: "未能查看 {host} 的证书（{reason}）",
    },
    advice: {
      en: "Nothing to do here: whether the service works is told by the probes that use it. It is looked at again in ten minutes.",
      zh: "不必处理：服务是否正常由相应的检查项判断，十分钟后会再次查看证书。",
    },
    source: "design: what could not be found out is unknown",
  },
  "some-addresses": {
    severity: "info",
    text: {
      en: "Only {addresses} of the {count} addresses of {host} have that fault",
      zh: "{host} 共 {count} 个地址，只有 {addresses} 有上述问题",
    },
    advice: {
      en: "One machine behind the name was probably forgotten: install there what the others have.",
      zh: "可能遗漏了其中一台机器：请按其他机器的配置更新它。",
    },
    source: "each address is looked at by itself, with the name (SNI)",
  },
} as const satisfies Record<string, FindingDeclaration>;
