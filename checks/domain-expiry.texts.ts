import type { FindingDeclaration } from "../src/model/check.ts";

/** `{by}` is who said so: `RDAP rdap.verisign.com`, `WHOIS whois.cnnic.cn`, or the configuration. Dates are UTC. */
export const expiryFindings = {
  "domain-expired": {
    severity: "critical",
    cause: "domain-expired",
    outage: true,
    immediate: true,
    text: {
      en: "{domain} has not been paid for since {date}: mail, website and all that hangs on the name may end at any hour ({by})",
      zh: "{domain} 已于 {date} 到期未续费：邮件、网站及所有使用该域名的服务随时可能中断（{by}）",
    },
    advice: {
      en: "Whoever pays for {domain} renews it at the registrar today; most registries give some weeks back to the old owner, at a price.",
      zh: "请域名的付费人今天就到注册商续费 {domain}；多数注册局会为原持有人保留几周，但赎回费用更高。",
    },
    source: "RFC 9083 section 4.5 (expiration); ICANN Expired Registration Recovery Policy",
  },
  "expires-now": {
    severity: "critical",
    immediate: true,
    text: {
      en: "{domain} ends in {days} days, on {date}; then nobody can write to the company any more ({by})",
      zh: "{domain} 还有 {days} 天到期（{date}）；到期后将无法收发邮件（{by}）",
    },
    advice: {
      en: "Whoever pays for {domain} renews it at the registrar now, and looks whether the card for automatic renewal is still valid.",
      zh: "请域名的付费人立即到注册商续费 {domain}，并确认自动续费的付款方式仍有效。",
    },
    source: "RFC 9083 section 4.5 (expiration)",
  },
  "expires-soon": {
    severity: "warning",
    text: { en: "{domain} ends in {days} days, on {date} ({by})", zh: "{domain} 还有 {days} 天到期（{date}，{by}）" },
    advice: {
      en: "Whoever pays for {domain} renews it at the registrar, or confirms there that it renews by itself.",
      zh: "请域名的付费人到注册商续费 {domain}，或确认已开通自动续费。",
    },
    source: "RFC 9083 section 4.5 (expiration)",
  },
  "on-hold": {
    severity: "critical",
    cause: "domain-expired",
    outage: true,
    immediate: true,
    text: {
      en: "{domain} is switched off at the registrar or the registry ({status}): it is not in the DNS, so mail to it is returned ({by})",
      zh: "{domain} 已被注册商或注册局暂停解析（{status}）：DNS 中已无此域名，来信会被退回（{by}）",
    },
    advice: {
      en: "Whoever pays for {domain} asks the registrar today what is open: an unpaid bill, the owner's identity (real-name verification), or a complaint.",
      zh: "请域名的付费人今天就联系注册商查明原因：欠费、未完成实名认证，或被投诉。",
    },
    source: "RFC 5731 section 2.3 (clientHold, serverHold); RFC 8056",
  },
  redemption: {
    severity: "critical",
    cause: "domain-expired",
    immediate: true,
    text: {
      en: "{domain} has been given up and can still be bought back for a short while (redemption period, {by})",
      zh: "{domain} 已被删除，目前处于赎回期，短期内仍可赎回（{by}）",
    },
    advice: {
      en: "Whoever pays for {domain} has the registrar restore it today: after about 30 days anybody can register it and receive your mail.",
      zh: "请域名的付费人今天就请注册商办理赎回：约 30 天后任何人都能注册它，并收到贵司的邮件。",
    },
    source: "RFC 3915 section 3.1 (redemptionPeriod)",
  },
  "pending-delete": {
    severity: "critical",
    cause: "domain-expired",
    outage: true,
    immediate: true,
    text: {
      en: "{domain} is about to be deleted at the registry, and then belongs to whoever takes it first (pendingDelete, {by})",
      zh: "{domain} 即将被注册局删除，之后谁先注册就归谁（pendingDelete，{by}）",
    },
    advice: {
      en: "Whoever pays for {domain} calls the registrar at once: is a restore still possible? If not, order it for the minute it becomes free.",
      zh: "请域名的付费人立即致电注册商，询问能否恢复；若不能，请预订抢注。",
    },
    source: "RFC 3915 section 3.1 (pendingDelete); RFC 5731 section 2.3",
  },
  "not-registered": {
    severity: "critical",
    cause: "domain-expired",
    outage: true,
    immediate: true,
    text: {
      en: "{domain} is not registered: anybody can take it and receive its mail ({by}; the DNS does not know it either)",
      zh: "{domain} 未被注册：任何人都能注册它并接收其邮件（{by}；DNS 中也没有）",
    },
    advice: {
      en: "Whoever pays for {domain} registers it at once, if the name is written correctly here.",
      zh: "若此处域名拼写无误，请域名的付费人立即注册。",
    },
    source: "RFC 9083; RFC 7480 section 5.3 (404)",
  },
  "renewal-unproven": {
    severity: "info",
    text: {
      en: "The registry shows one year more for {domain} ({date}); that is no proof that somebody paid: registries add it by themselves, and the registrar may take it back for 45 days",
      zh: "注册局显示 {domain} 已延长一年（{date}），但这不代表已付费：注册局会自动顺延，45 天内注册商仍可撤回",
    },
    advice: {
      en: "Whoever pays for {domain} looks for the invoice of the renewal at the registrar.",
      zh: "请域名的付费人在注册商处确认续费账单。",
    },
    source: "RFC 3915 section 3.1 (autoRenewPeriod)",
  },
  "date-not-published": {
    severity: "info",
    text: {
      en: "When {domain} ends is told to nobody: its registry publishes no date ({by})",
      zh: "{domain} 的注册局不公布到期日，无法查询（{by}）",
    },
    advice: {
      en: "Take the date from the registrar's invoice and write it into the options of this probe: expires: 2027-03-31.",
      zh: "请按注册商账单上的日期，在本检查的选项中写明：expires: 2027-03-31。",
    },
    source: "DENIC and EURid: data protection",
  },
  "expiry-unknown": {
    severity: "unknown",
    text: {
      en: "When {domain} ends could not be found out: {reason}",
      zh: "无法得知 {domain} 何时到期：{reason}",
    },
    advice: {
      en: "Wait for the next look. If it stays, take the date from the registrar's invoice and write it into the options of this probe: expires: 2027-03-31.",
      zh: "请等下一次检查。若持续，请按注册商账单上的日期，在本检查的选项中写明：expires: 2027-03-31。",
    },
    source: "A failed question says nothing about the registration",
  },
  "expiry-unknown-long": {
    severity: "warning",
    text: {
      en: "For {days} days nobody has been able to find out when {domain} ends: {reason}",
      zh: "已有 {days} 天查不到 {domain} 何时到期：{reason}",
    },
    advice: {
      en: "Take the date from the registrar's invoice and write it into the options of this probe: expires: 2027-03-31.",
      zh: "请按注册商账单上的日期，在本检查的选项中写明：expires: 2027-03-31。",
    },
    source: "An expiry date that nobody knows is one that nobody watches",
  },
  "bootstrap-unreachable": {
    severity: "info",
    text: {
      en: "IANA's list of registries could not be fetched: {reason}",
      zh: "无法获取 IANA 的注册局列表：{reason}",
    },
    advice: {
      en: "Nothing, while the date is known. Otherwise allow this machine to reach {url}, or name another place for it: option bootstrap.",
      zh: "若已知到期日则无需处理；否则请允许本机访问 {url}，或用 bootstrap 选项指定其他地址。",
    },
    source: "RFC 9224",
  },
  "not-applicable": {
    severity: "info",
    text: {
      en: "{domain} is not a name that is registered and paid for",
      zh: "{domain} 不是需要注册付费的域名",
    },
    advice: { en: "Nothing.", zh: "无需处理。" },
    source: "RFC 6761; RFC 2606; Public Suffix List",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
