import type { FindingDeclaration } from "../src/model/check.ts";

export const caaFindings = {
  "caa-forbids": {
    severity: "critical",
    text: {
      en: "The certificate of {host} cannot be renewed: it ends {ends}, and the CAA records of {name} do not let its authority ({issuer}) issue ({found})",
      zh: "{host} 的证书无法续签：证书将于 {ends} 到期，而 {name} 的 CAA 记录不允许其签发机构（{issuer}）签发（{found}）",
    },
    advice: {
      en: "Whoever manages the DNS of {name} adds this before the renewal: {record}",
      zh: "请 {name} 的 DNS 管理员在续签前添加：{record}",
    },
    source: "RFC 8659 section 3; CA/Browser Forum Baseline Requirements 3.2.2.8",
  },
  "caa-unknown-critical": {
    severity: "critical",
    text: {
      en: "No authority may issue or renew a certificate for {domain}: its CAA record {found} is marked critical, and none knows its kind",
      zh: "任何机构都不得为 {domain} 签发或续签证书：CAA 记录 {found} 标记为关键，但没有机构认识这种类型",
    },
    advice: {
      en: "Whoever manages the DNS of {name} deletes that record, or corrects its tag (issue, issuewild, iodef, issuemail).",
      zh: "请 {name} 的 DNS 管理员删除该记录，或更正其标签（issue、issuewild、iodef、issuemail）。",
    },
    source: "RFC 8659 section 4.1",
  },
  "caa-broken": {
    severity: "warning",
    text: {
      en: "A CAA record of {name} forbids all authorities in place of allowing one: it cannot be read ({found})",
      zh: "{name} 的一条 CAA 记录无法识别（{found}），结果是禁止而不是允许签发机构",
    },
    advice: {
      en: 'Whoever manages the DNS of {name} writes the domain of the authority, such as: {name}. CAA 0 issue "letsencrypt.org"',
      zh: '请 {name} 的 DNS 管理员写上签发机构的域名，例如：{name}. CAA 0 issue "letsencrypt.org"',
    },
    source: "RFC 8659 section 4.2",
  },
  "caa-without-issue": {
    severity: "warning",
    text: {
      en: "The CAA records of {name} restrict nobody: none of them says who may issue ({found})",
      zh: "{name} 的 CAA 记录没有限制任何机构：没有一条说明谁可以签发（{found}）",
    },
    advice: {
      en: "Whoever manages the DNS of {name} names the authority that issues its certificates: {record}",
      zh: "请 {name} 的 DNS 管理员写明签发其证书的机构：{record}",
    },
    source: "RFC 8659 section 4.2; Internet.nl: at least one valid issue",
  },
  "caa-iodef-bad": {
    severity: "warning",
    text: {
      en: "Nobody hears of forbidden requests for certificates of {domain}: the report address cannot be used ({found})",
      zh: "收不到违规申请 {domain} 证书的通知：上报地址无法使用（{found}）",
    },
    advice: {
      en: 'Whoever manages the DNS of {name} writes an address with mailto: or https: in front, such as: {name}. CAA 0 iodef "mailto:security@{domain}"',
      zh: '请 {name} 的 DNS 管理员写成带 mailto: 或 https: 的地址，例如：{name}. CAA 0 iodef "mailto:security@{domain}"',
    },
    source: "RFC 8659 section 4.4",
  },
  "caa-mail": {
    severity: "info",
    text: {
      en: "{name} also says who may issue certificates for mail addresses or logos: {found}",
      zh: "{name} 还声明了谁可以签发邮件地址或徽标证书：{found}",
    },
    advice: {
      en: "Nothing is broken. Whoever orders S/MIME or BIMI certificates orders them there.",
      zh: "没有故障。申请 S/MIME 或 BIMI 证书时，请使用其中的机构。",
    },
    source: "RFC 9495; BIMI: issuevmc",
  },
  "caa-missing": {
    severity: "info",
    text: {
      en: "Every authority may issue certificates for {domain}: neither it nor a domain above it has a CAA record",
      zh: "任何机构都可以为 {domain} 签发证书：它及其上级域名都没有 CAA 记录",
    },
    advice: {
      en: "Nothing is broken. To narrow it, whoever manages the DNS of {domain} publishes: {record}",
      zh: "没有故障。如需限制，请 {domain} 的 DNS 管理员发布：{record}",
    },
    source: "RFC 8659 section 3",
  },
  "caa-unknown": {
    severity: "unknown",
    text: {
      en: "Who may issue certificates for {domain} could not be found out: the question for CAA of {name} has no usable answer ({reason})",
      zh: "无法得知谁可以为 {domain} 签发证书：对 {name} 的 CAA 查询没有可用的回答（{reason}）",
    },
    advice: {
      en: "Wait for the next look. If it stays, whoever manages the DNS of {name} looks at its name servers: authorities do not issue until they get an answer.",
      zh: "请等下一次检查。若持续，请 {name} 的 DNS 管理员检查域名服务器：签发机构得不到回答就不会签发。",
    },
    source: "A failed question says nothing about the record; RFC 8659 section 6",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
