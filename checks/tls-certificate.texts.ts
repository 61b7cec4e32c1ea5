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
  "certificate-weak-key": {
    severity: "critical",
    text: {
      en: "Mail programs refuse or warn at {host}: the key of its certificate is too short ({keyType}, {keyBits} bits)",
      zh: "邮件客户端连接 {host} 时报错或告警：证书密钥太短（{keyType}，{keyBits} 位）",
    },
    advice: {
      en: "Issue the certificate anew with a key of P-256, or of RSA with 3072 bits.",
      zh: "请改用 P-256 或 3072 位 RSA 密钥重新签发证书。",
    },
    source: "NCSC-NL TLS guidelines 2025-05: RSA under 2048 bits is insufficient",
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
