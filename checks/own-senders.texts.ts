import type { FindingDeclaration } from "../src/model/check.ts";

/** Said by every check of own senders. */
export const ownSendersFindings = {
  "senders-unknown": {
    severity: "unknown",
    text: {
      en: "Which servers send mail for {domain} could not be found out: {reason}",
      zh: "无法得知哪些服务器为 {domain} 发信：{reason}",
    },
    advice: {
      en: "Wait for the next look, or name them in the options of this probe: senders: [203.0.113.5].",
      zh: "请等下一次检查，或在本检查的选项中写明：senders: [203.0.113.5]。",
    },
    source: "A failed question says nothing about the record",
  },
} as const satisfies Readonly<Record<string, FindingDeclaration>>;
