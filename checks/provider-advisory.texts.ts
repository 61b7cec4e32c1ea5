import type { FindingDeclaration } from "../src/model/check.ts";

const source = "The advisories of the provider's preset, each with the notice it was read in";

/** `{notice}` and `{noticeZh}` are what the provider has announced, `{date}` its day, `{mailboxes}` those whom it concerns. */
export const advisoryFindings = {
  "change-ahead": {
    severity: "info",
    text: {
      en: "On {date}, in {days} days: {notice}. Concerned: {mailboxes}",
      zh: "{date}（还有 {days} 天）起，{noticeZh}。涉及：{mailboxes}",
    },
    advice: {
      en: "The mail administrator decides what takes its place: a sign-in by OAuth where passwords end, another provider where the service ends.",
      zh: "请邮箱管理员确定替代方案：停用密码的改用 OAuth 登录，停止服务的迁往其他服务商。",
    },
    source,
  },
  "change-near": {
    severity: "warning",
    text: {
      en: "In {days} days, on {date}: {notice}. Concerned: {mailboxes}",
      zh: "还有 {days} 天（{date}），{noticeZh}。涉及：{mailboxes}",
    },
    advice: {
      en: "The mail administrator moves these mailboxes before that day, one first and then all: to a sign-in by OAuth where passwords end, to another provider where the service ends.",
      zh: "请邮箱管理员在此之前完成调整，先试一个再推广：停用密码的改用 OAuth 登录，停止服务的迁往其他服务商。",
    },
    source,
  },
  "change-in-force": {
    severity: "info",
    text: {
      en: "Since {date}: {notice}. Concerned: {mailboxes}",
      zh: "自 {date} 起，{noticeZh}。涉及：{mailboxes}",
    },
    advice: {
      en: "If one of these mailboxes fails now, look here first. Once they are moved, change their entry in the configuration.",
      zh: "这些邮箱若出现故障，先查是否与此有关。调整完成后，请更新配置中的对应条目。",
    },
    source,
  },
} as const satisfies Record<string, FindingDeclaration>;
