import type { FindingDeclaration } from "../src/model/check.ts";

/** Of mail that arrived: `{senders}` are the addresses it came from, `{selector}` is what it was signed with. */
export const dkimSignatureFindings = {
  "dkim-unsigned": {
    severity: "warning",
    text: {
      en: "Mail from {senders} arrives without a DKIM signature: DMARC rests on SPF alone and fails when mail is forwarded",
      zh: "{senders} 的邮件到达时没有 DKIM 签名：DMARC 只能依靠 SPF，邮件一经转发即失败",
    },
    advice: {
      en: "The mail provider's administrator turns on DKIM for {domain}; on an own server, see that mail of logged-in users goes through the signing filter. Then the DNS host publishes the key.",
      zh: "请邮件管理员在服务商后台为 {domain} 启用 DKIM；自建服务器请确认登录用户的邮件会经过签名程序。随后由 DNS 管理员发布公钥。",
    },
    source: "RFC 9989 section 4.4",
  },
  "dkim-signature-identity": {
    severity: "critical",
    text: {
      en: "Receivers fail the signature of mail from {senders}: it speaks for {identity} (i=), which the key at {name} does not cover",
      zh: "{senders} 的邮件签名验证失败：签名声明的身份是 {identity}（i=），超出了 {name} 这个公钥的范围",
    },
    advice: {
      en: "The mail server's administrator signs with i=@{domain}, or without i=. If mail of names below {domain} is to be signed, the DNS host takes s out of t= at {name}.",
      zh: "请邮件服务器管理员改用 i=@{domain} 签名，或不写 i=。若需为 {domain} 的子域名签名，请 DNS 管理员从 {name} 的 t= 中去掉 s。",
    },
    source: "RFC 6376 section 3.6.1, t=; section 6.1.1",
  },
  "dkim-signature-sha1": {
    severity: "critical",
    text: {
      en: "Receivers fail the signature of mail from {senders}: it is made by {algorithm} (selector {selector}), and SHA-1 no longer counts",
      zh: "{senders} 的邮件签名验证失败：选择器 {selector} 使用 {algorithm} 签名，而 SHA-1 已不被接受",
    },
    advice: {
      en: "The mail server's administrator sets the signing program to rsa-sha256; the key can stay.",
      zh: "请邮件服务器管理员把签名程序改为 rsa-sha256，密钥可以不换。",
    },
    source: "RFC 8301 section 3.1",
  },
  "dkim-from-unsigned": {
    severity: "critical",
    text: {
      en: "Receivers fail the signature of mail from {senders}: it leaves the sender (From) unsigned (selector {selector})",
      zh: "{senders} 的邮件签名验证失败：选择器 {selector} 的签名没有包含发件人（From）",
    },
    advice: {
      en: "The mail server's administrator adds From to the signed headers (h=).",
      zh: "请邮件服务器管理员把 From 加入签名的邮件头（h=）。",
    },
    source: "RFC 6376 section 5.4",
  },
  "dkim-signature-expired": {
    severity: "critical",
    text: {
      en: "Receivers fail the signature of mail from {senders}: it had expired when the mail arrived (x=, selector {selector})",
      zh: "{senders} 的邮件签名验证失败：邮件到达时签名已过期（x=，选择器 {selector}）",
    },
    advice: {
      en: "The mail server's administrator sets its clock right, and lets signatures hold for at least a week (x=), or leaves x= out.",
      zh: "请邮件服务器管理员校准时钟，并把签名有效期（x=）设为至少一周，或不写 x=。",
    },
    source: "RFC 6376 section 3.5, x=",
  },
  "dkim-signature-partial": {
    severity: "warning",
    text: {
      en: "Anybody can add text to mail from {senders} without breaking its signature: only the beginning of it is signed (l=, selector {selector})",
      zh: "他人可在 {senders} 的邮件后追加内容而签名依然有效：签名只覆盖正文的开头（l=，选择器 {selector}）",
    },
    advice: {
      en: "The mail server's administrator takes l= (“body length”) out of the signing program's settings.",
      zh: "请邮件服务器管理员在签名程序的设置中去掉 l=（正文长度）。",
    },
    source: "RFC 6376 section 8.2",
  },
  "dkim-signature-future": {
    severity: "warning",
    text: {
      en: "Some receivers distrust mail from {senders}: its signature is dated in the future (t=, selector {selector})",
      zh: "部分收件方会不信任 {senders} 的邮件：签名时间在未来（t=，选择器 {selector}）",
    },
    advice: {
      en: "The mail server's administrator sets the clock of the signing server by NTP.",
      zh: "请邮件服务器管理员用 NTP 校准签名服务器的时钟。",
    },
    source: "RFC 6376 section 3.5, t=",
  },
  "dkim-headers-unsigned": {
    severity: "warning",
    text: {
      en: "Mail from {senders} can be changed on its way: the signature leaves out {headers} (selector {selector})",
      zh: "{senders} 的邮件可能在途中被改动：签名没有包含 {headers}（选择器 {selector}）",
    },
    advice: {
      en: "The mail server's administrator adds {headers} to the signed headers (h=).",
      zh: "请邮件服务器管理员把 {headers} 加入签名的邮件头（h=）。",
    },
    source: "RFC 6376 section 5.4.1",
  },
  "dkim-from-once": {
    severity: "info",
    text: {
      en: "The signature of mail from {senders} names From once: a second From, which some programs show, can be added (selector {selector})",
      zh: "{senders} 的邮件签名只列出一次 From：他人可加上第二个 From，而有些软件会显示它（选择器 {selector}）",
    },
    advice: {
      en: "Nothing is broken. Where the signing program can, the mail server's administrator has it sign From once more than it is there (“oversign”).",
      zh: "没有故障。若签名程序支持，请邮件服务器管理员开启 From 的重复签名（oversign）。",
    },
    source: "RFC 6376 section 8.15",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
