import type { Text } from "../model/text.ts";

/** "Diagnose now" at an asset of the page. */
export const diagnosePageWords = {
  diagnose: { en: "Diagnose now", zh: "立即诊断" },
  hint: {
    en: "Looks at everything that bears on it, from our own network to the mail on its way; takes up to two minutes",
    zh: "检查与它有关的所有环节，从本机网络到邮件往返，最长约两分钟",
  },
  looking: { en: "Looking: {done} of {all}", zh: "正在检查：{done}/{all}" },
  lookingMail: {
    en: "Looking: {done} of {all}; a test mail is on its way",
    zh: "正在检查：{done}/{all}，测试邮件在途中",
  },
  begun: { en: "Diagnosing {asset}", zh: "开始诊断 {asset}" },
  result: { en: "Diagnosis", zh: "诊断结果" },
  late: {
    en: "{count} checks have not reported in time; this rests on the others.",
    zh: "有 {count} 项检查未能及时返回，结论依据其余结果。",
  },
  steps: { en: "What to do, from easy to hard", zh: "处理步骤（由易到难）" },
  evidence: { en: "What it rests on", zh: "依据" },
  ruledOut: { en: "Ruled out", zh: "已排除" },
  besides: { en: "Besides", zh: "此外" },
  tooSoon: { en: "This was looked at a moment ago; try again in two minutes.", zh: "刚刚检查过，请两分钟后再试。" },
  failed: { en: "The diagnosis could not be made: {reason}", zh: "诊断没有完成：{reason}" },
} as const satisfies Record<string, Text>;
