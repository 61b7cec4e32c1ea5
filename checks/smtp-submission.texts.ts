import type { FindingDeclaration } from "../src/model/check.ts";

/** What only submission can show; the rest is shared with the other checks that log in. */
export const smtpFindings = {
  "auth-not-offered": {
    severity: "critical",
    cause: "settings-changed",
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
} as const satisfies Record<string, FindingDeclaration>;
