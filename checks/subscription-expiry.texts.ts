import type { FindingDeclaration } from "../src/model/check.ts";

const source = "The end date in subscriptions: of the configuration";

/** `{what}` is what is paid for, `{date}` the last day, `{paysFor}` what stops without it, `{owner}` who renews it. */
export const subscriptionExpiryFindings = {
  "subscription-expired": {
    severity: "critical",
    immediate: true,
    cause: "subscription-expired",
    text: {
      en: "The subscription “{what}” ended on {date}; providers first stop logins or sending, then delete mailboxes",
      zh: "订阅「{what}」已于 {date} 到期；服务商通常先停登录或发信，之后删除邮箱",
    },
    advice: {
      en: "{owner} renews it today and asks the provider whether anything was switched off; then write the new end date. Concerned: {paysFor}.",
      zh: "请 {owner} 今天续费，并向服务商确认是否已停用；随后写入新的到期日。涉及：{paysFor}。",
    },
    source,
  },
  "subscription-ends-now": {
    severity: "critical",
    immediate: true,
    text: {
      en: "The subscription “{what}” ends in {days} days, on {date}",
      zh: "订阅「{what}」还有 {days} 天到期（{date}）",
    },
    advice: {
      en: "{owner} renews it now: a transfer takes days. Then write the new end date. Concerned: {paysFor}.",
      zh: "请 {owner} 立即续费（转账需要数日），随后写入新的到期日。涉及：{paysFor}。",
    },
    source,
  },
  "subscription-ends-soon": {
    severity: "warning",
    text: {
      en: "The subscription “{what}” ends in {days} days, on {date}",
      zh: "订阅「{what}」还有 {days} 天到期（{date}）",
    },
    advice: {
      en: "{owner} asks for the offer and the approval now, so that it is paid two weeks before. Concerned: {paysFor}.",
      zh: "请 {owner} 现在询价并走审批，争取提前两周付款。涉及：{paysFor}。",
    },
    source,
  },
  "subscription-ends-in-a-quarter": {
    severity: "info",
    text: {
      en: "The subscription “{what}” ends on {date}, in {days} days",
      zh: "订阅「{what}」将于 {date} 到期，还有 {days} 天",
    },
    advice: {
      en: "Nothing today; put it into the budget. Sixty days before it becomes a warning.",
      zh: "今天无需处理，可先列入预算；到期前 60 天会提醒。",
    },
    source,
  },
} as const satisfies Record<string, FindingDeclaration>;
