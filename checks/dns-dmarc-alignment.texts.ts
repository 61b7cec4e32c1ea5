import type { FindingDeclaration } from "../src/model/check.ts";

/** What `dns-dmarc` says about mail that arrived. `{mails}` are the routes, `a@example.com ▶ b@example.net`. */
export const dmarcAlignmentFindings = {
  "dmarc-none-aligned": {
    severity: "critical",
    text: {
      en: "Large receivers refuse such mail, or take it for spam: {mails} passed neither SPF nor DKIM in the name of {domain} (SPF: {spf}; DKIM: {dkim})",
      zh: "大型收件方会拒收这类邮件，或归为垃圾邮件：{mails} 的 SPF 和 DKIM 都没有以 {domain} 的名义通过（SPF：{spf}；DKIM：{dkim}）",
    },
    advice: {
      en: "Whoever runs the sending server signs with DKIM as d={domain} and sends with a return address of {domain}; the DNS host of {domain} publishes the key and names the server in SPF.",
      zh: "请发信服务器的管理员用 d={domain} 做 DKIM 签名，并以 {domain} 的地址作退信地址；请 {domain} 的 DNS 管理员发布公钥，并在 SPF 中写入该服务器。",
    },
    source: "RFC 9989 section 4.4; Gmail 550-5.7.26, Outlook 550 5.7.515",
  },
  "dmarc-one-aligned": {
    severity: "warning",
    text: {
      en: "{mails} rests on {passes} alone: {fails} did not pass in the name of {domain}, so one mistake or a forwarding is enough to have such mail refused",
      zh: "{mails} 只靠 {passes} 通过：{fails} 没有以 {domain} 的名义通过，一次失误或转发就可能被拒收",
    },
    advice: {
      en: "DKIM is missing: whoever runs the sending server signs as d={domain}, and the DNS host of {domain} publishes the key. SPF is missing: it sends with a return address of {domain}, and the DNS host names it in SPF.",
      zh: "缺 DKIM：请发信服务器的管理员用 d={domain} 签名，并请 {domain} 的 DNS 管理员发布公钥。缺 SPF：请以 {domain} 的地址作退信地址，并请 DNS 管理员在 SPF 中写入该服务器。",
    },
    source: "Sender guidelines of Gmail, Yahoo and Outlook: SPF and DKIM, aligned (RFC 9989 section 4.4)",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
