import type { FindingDeclaration } from "../src/model/check.ts";

/** What makes receivers give up on the record (RFC 7208 section 4.6). `{record}` is the record to publish instead, `–` where there is none. */
export const spfSyntaxFindings = {
  "spf-lookalike": {
    severity: "critical",
    text: {
      en: "Mail from {domain} is treated as unprotected: what was meant as its SPF record is not taken for one: {found}",
      zh: "{domain} 的发信等于没有 SPF 保护：本应是 SPF 的记录不被识别：{found}",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} replaces it. It must begin with exactly “v=spf1” and a blank: {record}",
      zh: "请 {domain} 的 DNS 管理员替换它。开头必须正好是「v=spf1」加一个空格：{record}",
    },
    source: "RFC 7208 section 4.5",
  },
  "spf-several": {
    severity: "critical",
    text: {
      en: "SPF fails for every mail from {domain}: there are {count} SPF records, and only one is allowed (permerror)",
      zh: "{domain} 的所有发信都过不了 SPF：有 {count} 条 SPF 记录，而只允许一条（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes them all and publishes one: {record}",
      zh: "请 {domain} 的 DNS 管理员全部删除，只发布一条：{record}",
    },
    source: "RFC 7208 sections 3.2 and 4.5",
  },
  "spf-include-several": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: {name}, which {where} refers to, has more than one SPF record (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 引用的 {name} 有多条 SPF 记录（permerror）",
    },
    advice: {
      en: "Whoever runs {name} must keep one record: tell them. Until then, whoever manages the DNS of {domain} can do without it: {record}",
      zh: "请通知 {name} 的管理方只保留一条记录。在此之前，{domain} 的 DNS 管理员可先去掉它：{record}",
    },
    source: "RFC 7208 section 5.2",
  },
  "spf-include-missing": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: {where} includes {name}, which has no SPF record (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 引用了 {name}，而它没有 SPF 记录（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} corrects the name after “include:”, or deletes the include of a service that is gone: {record}",
      zh: "请 {where} 的 DNS 管理员改正「include:」后的名称；若该服务已停用，请删除：{record}",
    },
    source: "RFC 7208 section 5.2",
  },
  "spf-redirect-missing": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: {where} hands over to {name} by redirect, which has no SPF record (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 用 redirect 转到 {name}，而它没有 SPF 记录（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} corrects the name after “redirect=”, or publishes an SPF record at {name}.",
      zh: "请 {where} 的 DNS 管理员改正「redirect=」后的名称，或在 {name} 发布 SPF 记录。",
    },
    source: "RFC 7208 section 6.1",
  },
  "spf-loop": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: its record comes back to itself ({path}), which no receiver follows to the end (permerror)",
      zh: "{domain} 的发信过不了 SPF：记录互相引用成环（{path}），收件方无法解析完（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {domain} deletes the include that leads back: {record}",
      zh: "请 {domain} 的 DNS 管理员删除绕回的引用：{record}",
    },
    source: "RFC 7208 section 4.6.4",
  },
  "spf-bad-character": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: the record of {where} holds characters that are not ASCII, in {terms} (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 的记录含有非 ASCII 字符：{terms}（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} types the record anew instead of pasting it from a document: {record}",
      zh: "请 {where} 的 DNS 管理员手工重新输入，不要从文档粘贴：{record}",
    },
    source: "RFC 7208 section 4.6.1",
  },
  "spf-unknown-term": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: the record of {where} holds what SPF does not know: {terms} (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 的记录里有 SPF 不认识的内容：{terms}（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} corrects or deletes it. Without what cannot be understood: {record}",
      zh: "请 {where} 的 DNS 管理员改正或删除。去掉无法理解的部分后：{record}",
    },
    source: "RFC 7208 section 4.6",
  },
  "spf-glued": {
    severity: "critical",
    text: {
      en: "SPF does not work for mail from {domain}: in the record of {where} a blank is missing in {terms}",
      zh: "{domain} 的 SPF 不起作用：{where} 的记录中 {terms} 缺少空格",
    },
    advice: {
      en: "Whoever manages the DNS of {where} puts the blank in; where a record is made of several strings, it belongs inside the quotes: {record}",
      zh: "请 {where} 的 DNS 管理员补上空格；记录若由多段字符串组成，空格要写在引号内：{record}",
    },
    source: "RFC 7208 sections 3.3 and 4.6.1",
  },
  "spf-value-missing": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: in the record of {where} something is missing after {terms} (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 的记录中 {terms} 后面缺少内容（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} completes or deletes it. Without it: {record}",
      zh: "请 {where} 的 DNS 管理员补全或删除。删除后：{record}",
    },
    source: "RFC 7208 sections 5.2 to 5.7 and 6",
  },
  "spf-bad-address": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: in the record of {where} this is no address: {terms} (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 的记录中地址写错：{terms}（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} writes the whole address (ip4:203.0.113.5, ip6:2001:db8::5), a name as a:NAME. Without it: {record}",
      zh: "请 {where} 的 DNS 管理员写完整地址（ip4:203.0.113.5、ip6:2001:db8::5），名称则写 a:名称。去掉它后：{record}",
    },
    source: "RFC 7208 section 5.6",
  },
  "spf-bad-prefix": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: in the record of {where} what follows “/” is no prefix length: {terms} (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 的记录中「/」后的前缀长度无效：{terms}（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} writes /0 to /32 for IPv4, /0 to /128 for IPv6 (//64 after a and mx). Without it: {record}",
      zh: "请 {where} 的 DNS 管理员改正：IPv4 为 /0 到 /32，IPv6 为 /0 到 /128（a、mx 后写 //64）。去掉它后：{record}",
    },
    source: "RFC 7208 sections 5.3 and 5.6",
  },
  "spf-bad-macro": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: in the record of {where} a “%” begins no valid macro: {terms} (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 的记录中「%」后不是有效的宏：{terms}（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} corrects the macro (“%” and a letter in braces), or deletes the term: {record}",
      zh: "请 {where} 的 DNS 管理员改正宏（「%」后接花括号中的字母），或删除该项：{record}",
    },
    source: "RFC 7208 section 7.1",
  },
  "spf-bad-name": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: in the record of {where} this does not end in a domain name: {terms} (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 的记录中域名不完整：{terms}（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} writes the name in full, with its last part. Without it: {record}",
      zh: "请 {where} 的 DNS 管理员写出完整域名（含顶级域）。去掉它后：{record}",
    },
    source: "RFC 7208 section 7.1 (domain-spec)",
  },
  "spf-repeated": {
    severity: "critical",
    text: {
      en: "SPF fails for mail from {domain}: the record of {where} has redirect= or exp= more than once: {terms} (permerror)",
      zh: "{domain} 的发信过不了 SPF：{where} 的记录中 redirect= 或 exp= 出现多次：{terms}（permerror）",
    },
    advice: {
      en: "Whoever manages the DNS of {where} keeps one of them: {record}",
      zh: "请 {where} 的 DNS 管理员只保留一个：{record}",
    },
    source: "RFC 7208 section 6",
  },
  "spf-equals": {
    severity: "warning",
    text: {
      en: "Part of the SPF record of {where} has no effect: {terms} is written with “=” where “:” belongs, so it permits nobody",
      zh: "{where} 的 SPF 记录有一部分无效：{terms} 应写「:」却写成「=」，不会放行任何地址",
    },
    advice: {
      en: "Whoever manages the DNS of {where} writes the colon: {record}",
      zh: "请 {where} 的 DNS 管理员改成冒号：{record}",
    },
    source: "RFC 7208 section 6 (unknown modifiers are ignored)",
  },
  "spf-after-all": {
    severity: "warning",
    text: {
      en: "Part of the SPF record of {where} has no effect: {terms} stands behind “all”, where nobody reads on",
      zh: "{where} 的 SPF 记录有一部分无效：{terms} 写在「all」之后，不会被读取",
    },
    advice: {
      en: "Whoever manages the DNS of {where} puts it before “all” if it is to count, or deletes it: {record}",
      zh: "若需要它生效，请 {where} 的 DNS 管理员移到「all」之前，否则删除：{record}",
    },
    source: "RFC 7208 section 5.1",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
