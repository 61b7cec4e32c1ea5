import type { FindingDeclaration, FoundFinding } from "../model/check.ts";
import type { PeerCertificate, TlsPeer } from "../model/connection.ts";
import type { Data } from "../model/text.ts";
import { type CertificateProblem, certificateProblem } from "./tls.ts";

/** Why mail programs do not accept a certificate. One subject, said by every check that meets one. */
export const certificateFindings = {
  "certificate-expired": {
    severity: "critical",
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
  "certificate-not-pinned": {
    severity: "critical",
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
  invalid: "certificate-invalid",
};

/** The finding for what `TlsPeer.problem` says. */
export function certificateFinding(
  peer: TlsPeer | undefined,
  remote: string,
  target: { readonly host: string; readonly port: number },
): FoundFinding<CertificateCode> {
  const problem = certificateProblem(peer?.problem);
  const chain = peer?.chain ?? [];
  return {
    code: codes[problem],
    data: {
      phase: "tls",
      ...target,
      remote,
      problem: peer?.problem ?? "NO_CERTIFICATE",
      ...certificateData(blamed(problem, chain)),
    },
  };
}

/** The certificate of the chain that the problem is about: an intermediate can have expired as well. */
function blamed(problem: CertificateProblem, chain: readonly PeerCertificate[]): PeerCertificate | undefined {
  // The verdict was made by OpenSSL with the system's clock, so that is the one to find it again with.
  const now = Date.now();
  if (problem === "expired") return chain.find(({ validTo }) => validTo < now) ?? chain[0];
  if (problem === "not-yet-valid") return chain.find(({ validFrom }) => validFrom > now) ?? chain[0];
  if (problem === "untrusted" || problem === "chain-incomplete") return chain.at(-1);
  return chain[0];
}

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
