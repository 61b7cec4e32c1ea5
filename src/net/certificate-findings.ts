import { X509Certificate } from "node:crypto";
import type { FindingDeclaration, FoundFinding } from "../model/check.ts";
import type { PeerCertificate, TlsPeer } from "../model/connection.ts";
import type { Data } from "../model/text.ts";
import { readChain } from "./certificate-chain.ts";
import { type CertificateProblem, certificateProblem } from "./tls.ts";

/** Why mail programs do not accept a certificate. One subject, said by every check that meets one. */
export const certificateFindings = {
  "certificate-expired": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: its certificate ended on {ends}",
      zh: "邮件客户端连接 {host} 时报错或告警：证书已于 {ends} 到期",
    },
    advice: {
      en: "Renew the certificate at {host} and load it (reload the mail service). Provider: tell them; passwords are not sent until then.",
      zh: "请为 {host} 续签证书并重新加载邮件服务；使用服务商时请立即联系服务商。在此之前，邮哨不会向它发送密码。",
    },
    source: "RFC 5280 section 4.1.2.5",
  },
  "certificate-not-yet-valid": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: its certificate is valid only from {begins}",
      zh: "邮件客户端连接 {host} 时报错或告警：证书要到 {begins} 才生效",
    },
    advice: {
      en: "Compare the clock of this machine with the real time. If it is right, put the former certificate back on the server until then.",
      zh: "先核对本机时钟；若时钟正确，请在服务器上先换回原来的证书。",
    },
    source: "RFC 5280 section 4.1.2.5",
  },
  "certificate-wrong-host": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: its certificate is for {names}",
      zh: "邮件客户端连接 {host} 时报错或告警：证书属于 {names}，与主机名不符",
    },
    advice: {
      en: "Use a host name that the certificate has, as the provider's set-up page gives it; or have {host} added to the certificate.",
      zh: "请改用证书中列出的主机名（见服务商的设置说明），或让管理员把 {host} 加进证书。",
    },
    source: "RFC 9525 section 6",
  },
  "certificate-self-signed": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: its certificate is signed by itself, by no authority",
      zh: "邮件客户端连接 {host} 时报错或告警：证书是自签名的，没有机构担保",
    },
    advice: {
      en: "Install a certificate of a public authority (free: Let's Encrypt). If it is meant so, give its fingerprint as `fingerprint`.",
      zh: "请安装公共机构签发的证书（如免费的 Let's Encrypt）；若确实要用自签名证书，请在配置中填写 `fingerprint`。",
    },
    source: "RFC 5280 section 6.1",
  },
  "certificate-untrusted": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: its certificate is from {issuer}, an authority that is not trusted here",
      zh: "邮件客户端连接 {host} 时报错或告警：签发机构 {issuer} 不受信任",
    },
    advice: {
      en: "If that is your company's own authority, add it under `settings.tls.ca`. If not, a firewall or antivirus may open the connection: look there first.",
      zh: "若是公司自己的机构，请加入 `settings.tls.ca`；若不是，可能有防火墙或杀毒软件在拦截加密连接，请先排查。",
    },
    source: "RFC 5280 section 6.1",
  },
  "certificate-chain-incomplete": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Some mail programs refuse {host}: it does not send the certificate of its issuer {issuer}, so nobody can trace it to an authority",
      zh: "部分邮件客户端无法连接 {host}：服务器没有发送上级证书 {issuer}，无法追溯到受信任的机构",
    },
    advice: {
      en: "Install the whole chain at the server (`fullchain.pem` in place of `cert.pem`). If {issuer} is your own root, add it under `settings.tls.ca`.",
      zh: "请在服务器上安装完整证书链（用 `fullchain.pem` 而不是 `cert.pem`）；若 {issuer} 是公司自己的根机构，请加入 `settings.tls.ca`。",
    },
    source: "RFC 8446 section 4.4.2; RFC 5280 section 6.1",
  },
  "certificate-intercepted": {
    severity: "unknown",
    cause: "tls-intercepted",
    text: {
      en: "{host} was not judged: something in this network opens encrypted connections and shows a certificate of its own, from {issuer}; {others} came with the same",
      zh: "未能判断 {host}：本机所在网络有设备在拦截加密连接，并换上了自己的证书（签发者 {issuer}），{others} 也是如此",
    },
    advice: {
      en: "Whoever runs this network exempts this machine from TLS inspection (FortiGate, Sangfor and the like; also the antivirus here). The mail provider has nothing to mend. If {issuer} is your company's own authority, add it under `settings.tls.ca`.",
      zh: "请本网络的管理员让本机免于加密流量检查（如深信服、FortiGate 等防火墙，以及本机的 360 等杀毒软件），邮箱服务商无需处理。若 {issuer} 是公司自己的机构，请加入 `settings.tls.ca`。",
    },
    source: "An authority that is neither in Mozilla's list nor in the configuration, seen on unrelated hosts",
  },
  "certificate-issuer-expired": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: the certificate of its issuer, {subject}, which the server sends along, ended on {ends}",
      zh: "邮件客户端连接 {host} 时报错或告警：服务器附带的上级证书 {subject} 已于 {ends} 到期",
    },
    advice: {
      en: "Fetch the present chain from the authority and install it at the server (`fullchain.pem`), then reload the mail service.",
      zh: "请从签发机构下载最新的证书链，安装到服务器（`fullchain.pem`）并重新加载邮件服务。",
    },
    source: "RFC 5280 section 6.1.3",
  },
  "certificate-wrong-usage": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: its certificate {subject} is not made for servers",
      zh: "邮件客户端连接 {host} 时报错或告警：证书 {subject} 的用途不是服务器认证",
    },
    advice: {
      en: "Have it issued anew for TLS servers: extended key usage serverAuth, key usage digitalSignature.",
      zh: "请重新签发用于 TLS 服务器的证书：扩展密钥用法含 serverAuth，密钥用法含 digitalSignature。",
    },
    source: "RFC 5280 sections 4.2.1.3 and 4.2.1.12",
  },
  "certificate-weak-key": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: the key of the certificate {subject} is too short ({keyType}, {keyBits} bits)",
      zh: "邮件客户端连接 {host} 时报错或告警：证书 {subject} 的密钥太短（{keyType}，{keyBits} 位）",
    },
    advice: {
      en: "Issue that certificate anew with a key of P-256, or of RSA with 3072 bits. If it is an issuer's, take the authority's present chain.",
      zh: "请改用 P-256 或 3072 位 RSA 密钥重新签发该证书；若是上级证书，请换成签发机构最新的证书链。",
    },
    source: "NCSC-NL TLS guidelines 2025-05: RSA under 2048 bits is insufficient",
  },
  "certificate-weak-signature": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: the certificate {subject} is signed with {algorithm}, which can be forged",
      zh: "邮件客户端连接 {host} 时报错或告警：证书 {subject} 使用可被伪造的签名算法 {algorithm}",
    },
    advice: {
      en: "Have it issued anew with SHA-256. If it is an issuer's, take the authority's present chain.",
      zh: "请用 SHA-256 重新签发；若是上级证书，请换成签发机构最新的证书链。",
    },
    source: "RFC 9155; RFC 6151; CA/Browser Forum Baseline Requirements 7.1.3.2 (no SHA-1)",
  },
  "certificate-not-pinned": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "No password was sent to {host}: its certificate is not the pinned one (it has {fingerprint})",
      zh: "未向 {host} 发送密码：证书与固定的指纹不符（现为 {fingerprint}）",
    },
    advice: {
      en: "Ask the server's administrator whether the certificate was changed. Only if so, put the new fingerprint into the configuration.",
      zh: "请向服务器管理员确认是否更换过证书；确认后再把新指纹写入配置。",
    },
    source: "the fingerprint in the configuration",
  },
  "certificate-invalid": {
    severity: "critical",
    cause: "certificate",
    concerns: "server",
    text: {
      en: "Mail programs refuse or warn at {host}: its certificate does not pass the examination ({problem})",
      zh: "邮件客户端连接 {host} 时报错或告警：证书未通过校验（{problem}）",
    },
    advice: {
      en: "Have the server's administrator issue the certificate anew; the code names what is wrong with it.",
      zh: "请服务器管理员重新签发证书；括号内的代码说明了问题所在。",
    },
    source: "RFC 5280 section 6.1; Node's X509 certificate error codes",
  },
} as const satisfies Record<string, FindingDeclaration>;

export type CertificateCode = keyof typeof certificateFindings;

const codes: Readonly<Record<CertificateProblem, CertificateCode>> = {
  expired: "certificate-expired",
  "not-yet-valid": "certificate-not-yet-valid",
  "wrong-host": "certificate-wrong-host",
  "self-signed": "certificate-self-signed",
  untrusted: "certificate-untrusted",
  "chain-incomplete": "certificate-chain-incomplete",
  "not-pinned": "certificate-not-pinned",
  intercepted: "certificate-intercepted",
  "issuer-expired": "certificate-issuer-expired",
  "wrong-usage": "certificate-wrong-usage",
  "weak-key": "certificate-weak-key",
  "weak-signature": "certificate-weak-signature",
  invalid: "certificate-invalid",
};

/** The finding for what `TlsPeer.problem` says. */
export function certificateFinding(
  peer: TlsPeer | undefined,
  remote: string,
  target: { readonly host: string; readonly port: number },
): FoundFinding<CertificateCode> {
  const chain = peer?.chain ?? [];
  const { problem, about } = blamed(certificateProblem(peer?.problem), chain);
  return {
    code: codes[problem],
    data: {
      phase: "tls",
      ...target,
      remote,
      problem: peer?.problem ?? "NO_CERTIFICATE",
      others: (peer?.alsoAt ?? []).join(", "),
      ...certificateData(about),
      ...weaknessData(about),
    },
  };
}

interface Blamed {
  readonly problem: CertificateProblem;
  readonly about: PeerCertificate | undefined;
}

/** The certificate of the chain that the problem is about: an intermediate can be at fault as well. */
function blamed(problem: CertificateProblem, chain: readonly PeerCertificate[]): Blamed {
  // The verdict was made by OpenSSL with the system's clock, so that is the one to find it again with.
  const now = Date.now();
  const [leaf] = chain;
  if (problem === "expired") {
    const about = chain.find(({ validTo }) => validTo < now) ?? leaf;
    return { problem: about === leaf ? problem : "issuer-expired", about };
  }
  if (problem === "not-yet-valid") return { problem, about: chain.find(({ validFrom }) => validFrom > now) ?? leaf };
  const { path } = readChain(chain);
  if (endsNowhere.has(problem)) return { problem, about: path.at(-1) };
  if (problem !== "invalid") return { problem, about: leaf };
  // OpenSSL has one word for all that is too weak.
  const weakKey = path.find((one) => keyStrength(one) === "weak");
  if (weakKey) return { problem: "weak-key", about: weakKey };
  const forgeable = path.find((one) => one.issuer !== one.subject && weakSignatureOf(one) !== undefined);
  return forgeable ? { problem: "weak-signature", about: forgeable } : { problem, about: leaf };
}

/** Problems of the last certificate of the chain, whose issuer nobody knows. */
const endsNowhere: ReadonlySet<CertificateProblem> = new Set(["untrusted", "chain-incomplete", "intercepted"]);

/** NCSC-NL TLS guidelines 2025-05: RSA from 3072 bits on is sufficient, from 2048 on being phased out. */
export function keyStrength({ keyType, keyBits }: PeerCertificate): "strong" | "short" | "weak" {
  if (keyType.startsWith("rsa")) return keyBits < 2048 ? "weak" : keyBits < 3072 ? "short" : "strong";
  return keyType === "ec" && keyBits < 224 ? "weak" : "strong";
}

/** `sha1WithRSAEncryption`; undefined where the signature cannot be forged. */
function weakSignatureOf({ pem }: PeerCertificate): string | undefined {
  const { signatureAlgorithm } = new X509Certificate(pem);
  return /md[245]|sha1(?!\d)/i.test(signatureAlgorithm ?? "") ? signatureAlgorithm : undefined;
}

const weaknessData = (certificate: PeerCertificate | undefined): Data => ({
  subject: certificate?.subject ?? "",
  keyType: certificate?.keyType.toUpperCase() ?? "",
  keyBits: certificate?.keyBits ?? 0,
  algorithm: (certificate && weakSignatureOf(certificate)) ?? "",
});

const maxNames = 5;

/** What the texts name of a certificate. */
export const certificateData = (certificate: PeerCertificate | undefined): Data => {
  const names = certificate?.altNames ?? [];
  const more = names.length > maxNames ? ` +${names.length - maxNames}` : "";
  return {
    names: names.length === 0 ? (certificate?.subject ?? "") : names.slice(0, maxNames).join(", ") + more,
    issuer: certificate?.issuer ?? "",
    begins: dateOf(certificate?.validFrom),
    ends: dateOf(certificate?.validTo),
    fingerprint: certificate?.fingerprint ?? "",
  };
};

/** `2026-11-22 12:00 UTC` */
function dateOf(at: number | undefined): string {
  if (at === undefined || !Number.isFinite(at)) return "";
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
