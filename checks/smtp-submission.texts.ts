import type { FindingDeclaration } from "../src/model/check.ts";

/** What only submission can show; the rest is shared with the other checks that log in. */
export const smtpFindings = {
  "auth-not-offered": {
    severity: "critical",
    text: {
      en: "Nobody can send through {host}: port {port} offers no login (no AUTH)",
      zh: "无法通过 {host} 发信：端口 {port} 不提供登录（没有 AUTH）",
    },
    advice: {
      en: "Use a submission port (465 or 587), not 25. Own server: switch SASL on for it and see that its authentication service runs.",
      zh: "请使用提交端口（465 或 587），不要用 25；自建服务器请为该端口启用 SASL，并确认认证服务在运行。",
    },
    source: "RFC 6409 section 4.3; RFC 4954 section 3",
  },
  "app-password-needed": {
    severity: "critical",
    immediate: true,
    rejects: "definite",
    text: {
      en: "Nobody can send as {user} with this password: {host} wants an app password or a sign-in by browser ({reason})",
      zh: "{user} 无法用此密码发信：{host} 要求使用应用专用密码或先在浏览器登录（{reason}）",
    },
    advice: {
      en: "Sign in once by browser and follow what it asks; then make an app password there and put it into the configuration.",
      zh: "请先在浏览器登录一次并按提示操作，再生成应用专用密码并更新到配置。",
    },
    source: "RFC 4954 section 6 (534 5.7.9); Gmail: 534-5.7.9, 534-5.7.14",
  },
} as const satisfies Record<string, FindingDeclaration>;
