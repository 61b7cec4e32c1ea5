import type { FindingDeclaration } from "../src/model/check.ts";

/** `{date}` is the day in `secret_expires`. */
export const credentialExpiryFindings = {
  "credential-expired": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "The secret of “{credential}” ended on {date}; Mailvigil sees its mailboxes no longer, or only until the last token ends",
      zh: "凭据「{credential}」的密码已于 {date} 到期；Mailvigil 已看不到其邮箱，或只能看到最后一个令牌失效为止",
    },
    advice: {
      en: "The administrator of the application makes a new secret now; put it into the configuration, and its date into secret_expires.",
      zh: "请应用的管理员立即新建密码，更新到配置，并把新的到期日写入 secret_expires。",
    },
    source: "The date in secret_expires; Microsoft: AADSTS7000222",
  },
  "credential-ends-now": {
    severity: "critical",
    immediate: true,
    text: {
      en: "The secret of “{credential}” ends in {days} days, on {date}; then nothing is known of its mailboxes any more",
      zh: "凭据「{credential}」的密码还有 {days} 天到期（{date}），到期后其邮箱状态将不明",
    },
    advice: {
      en: "The administrator of the application makes a new secret beside the old one; put it into the configuration, and its date into secret_expires.",
      zh: "请应用的管理员在旧密码之外新建一个，更新到配置，并把新的到期日写入 secret_expires。",
    },
    source: "The date in secret_expires; Microsoft gives at most 24 months",
  },
  "credential-ends-soon": {
    severity: "warning",
    text: {
      en: "The secret of “{credential}” ends in {days} days, on {date}",
      zh: "凭据「{credential}」的密码还有 {days} 天到期（{date}）",
    },
    advice: {
      en: "Plan a new secret with the administrator of the application: both are valid side by side, so nothing need be interrupted.",
      zh: "请与应用的管理员安排更换：新旧密码可同时有效，不会中断。",
    },
    source: "The date in secret_expires; Microsoft gives at most 24 months",
  },
  "credential-ends-in-a-quarter": {
    severity: "info",
    text: {
      en: "The secret of “{credential}” ends on {date}, in {days} days",
      zh: "凭据「{credential}」的密码将于 {date} 到期，还有 {days} 天",
    },
    advice: {
      en: "Nothing today; sixty days before it becomes a warning.",
      zh: "今天无需处理；到期前 60 天会提醒。",
    },
    source: "The date in secret_expires",
  },
} as const satisfies Record<string, FindingDeclaration>;
