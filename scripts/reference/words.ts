import type { Measures, MetricDeclaration, Question } from "../../src/model/check.ts";
import type { Severity } from "../../src/model/status.ts";
import type { Text } from "../../src/model/text.ts";

/** From the gravest on, as a page lists them. */
export const severityOrder = ["critical", "warning", "unknown", "info"] as const satisfies readonly Severity[];

export const severityWords: Readonly<Record<Severity, Text>> = {
  critical: { en: "Critical", zh: "故障" },
  warning: { en: "Warning", zh: "注意" },
  unknown: { en: "Unknown", zh: "未知" },
  info: { en: "Info", zh: "提示" },
};

export const severityMeanings: Readonly<Record<Severity, Text>> = {
  critical: { en: "mail is broken, or about to be", zh: "邮件已经出问题，或马上会出问题" },
  warning: { en: "works, with a fault that somebody should mend", zh: "还能用，但有需要处理的问题" },
  unknown: { en: "could not be found out; nobody is blamed", zh: "没能查明，不归咎于任何一方" },
  info: { en: "worth knowing; changes no status", zh: "供参考，不影响状态" },
};

export const measureWords: Readonly<Record<Measures, Text>> = {
  service: { en: "the service itself: it makes up availability", zh: "服务本身，计入可用率" },
  posture: { en: "how well things are set up; availability does not count it", zh: "配置是否得当，不计入可用率" },
  expiry: { en: "what runs out; availability does not count it", zh: "何时到期，不计入可用率" },
  monitor: { en: "Mailvigil's own side: nobody is blamed while it fails", zh: "监控自身：它有故障时不归咎于他人" },
};

export const questionSentences: Readonly<Record<Question, Text>> = {
  receive: { en: "Does mail come in?", zh: "收得到信吗？" },
  send: { en: "Does mail go out?", zh: "发得出信吗？" },
  read: { en: "Can mailboxes be opened?", zh: "邮箱打得开吗？" },
  trusted: { en: "Do others trust the mail, and is nobody misled?", zh: "别人信得过这些邮件吗，有没有人被误导？" },
  "backed-up": { en: "Is there a copy?", zh: "有备份吗？" },
  paid: { en: "Is everything paid for?", zh: "费用都续上了吗？" },
};
export const ownSide: Text = { en: "Mailvigil itself", zh: "Mailvigil 自身" };

export const unitWords: Readonly<Record<MetricDeclaration["unit"], Text>> = {
  seconds: { en: "seconds", zh: "秒" },
  bytes: { en: "bytes", zh: "字节" },
  ratio: { en: "ratio, 0 to 1", zh: "比例，0 到 1" },
  none: { en: "a number", zh: "数值" },
};

export const typeWords = {
  text: { en: "text", zh: "文字" },
  boolean: { en: "`true` or `false`", zh: "`true` 或 `false`" },
  number: { en: "number", zh: "数字" },
  whole: { en: "whole number", zh: "整数" },
  duration: { en: "duration, such as `10m`", zh: "时长，例如 `10m`" },
  url: { en: "web address", zh: "网址" },
  mailAddress: { en: "mail address", zh: "邮件地址" },
  ipAddress: { en: "IP address", zh: "IP 地址" },
  date: { en: "date, such as `2027-03-31`", zh: "日期，例如 `2027-03-31`" },
  mapping: { en: "mapping", zh: "映射" },
  record: { en: "mapping, `key: text`", zh: "映射，`键: 文字`" },
  secret: {
    en: "`{ env: NAME }`, `{ file: path }` or `{ command: [program, argument] }`",
    zh: "`{ env: 变量名 }`、`{ file: 路径 }` 或 `{ command: [程序, 参数] }`",
  },
  list: ({ en, zh }: Text): Text => ({ en: `list: ${en}`, zh: `列表：${zh}` }),
} as const;

/** Everything else that the pages say. */
export const words = {
  colon: { en: ": ", zh: "：" },
  between: { en: ", ", zh: "、" },
  note: {
    en: "Written by `npm run reference` from {file}: edit the declaration, not this page.",
    zh: "由 `npm run reference` 根据 {file} 生成：请修改声明，不要改本页。",
  },
  otherLanguage: { en: "中文", zh: "English" },
  allChecks: { en: "All checks", zh: "全部检查" },

  answers: { en: "Answers", zh: "回答" },
  measures: { en: "Measures", zh: "衡量" },
  looks: { en: "Looks", zh: "检查" },
  looksHow: { en: "every {every}; gives up after {deadline}", zh: "每 {every} 一次，{deadline} 内没有结果就放弃" },
  believed: { en: "Bad is believed", zh: "认定异常" },
  believedOnce: { en: "at once", zh: "一次即认定" },
  believedRow: { en: "after {n} bad looks in a row", zh: "连续 {n} 次异常" },
  believedOf: { en: "when {n} of the last {m} looks were bad", zh: "最近 {m} 次中有 {n} 次异常" },
  recheck: { en: "; looks again after {recheck}", zh: "；{recheck} 后复查" },
  recovered: { en: "Well again", zh: "认定恢复" },
  recoveredAfter: { en: "after a good look", zh: "一次正常" },
  recoveredRow: { en: "after {n} good looks in a row", zh: "连续 {n} 次正常" },

  options: { en: "Options", zh: "选项" },
  optionHead: { en: "option", zh: "选项" },
  typeHead: { en: "what to write", zh: "写什么" },
  defaultHead: { en: "default", zh: "默认" },
  meaningHead: { en: "what it is for", zh: "用途" },
  required: { en: "required", zh: "必填" },

  metrics: { en: "Metrics", zh: "指标" },
  metricHead: { en: "metric", zh: "指标" },
  labelHead: { en: "on the page", zh: "页面上的名称" },
  prometheusHead: { en: "in Prometheus", zh: "Prometheus 中的名称" },
  unitHead: { en: "unit", zh: "单位" },
  helpHead: { en: "what it says", zh: "Prometheus 中的说明" },

  findings: { en: "Findings", zh: "结论" },
  findingsHow: {
    en: "Everything this check can say. In braces stands what was found, such as `{domain}`.",
    zh: "此检查可能给出的全部结论。花括号处填入实际查到的内容，例如 `{domain}`。",
  },
  whatToDo: { en: "What to do", zh: "怎么办" },
  source: { en: "Source", zh: "依据" },
  timed: {
    en: "Rests on how long something took: unknown where Mailvigil's own machine was too busy to tell.",
    zh: "依据用时判断：运行 Mailvigil 的机器过忙时记为未知。",
  },
  immediate: { en: "Believed and told at once, without a second look.", zh: "一次即认定并告警，不等复查。" },
  outage: {
    en: "Mail stands still because of it: told at once, with the priority of an outage.",
    zh: "邮件因此中断：立即告警，优先级与服务中断相同。",
  },
  server: {
    en: "About the whole server: all mailboxes that fail there for such a reason share one incident.",
    zh: "涉及整台服务器：因此类原因在该服务器上失败的邮箱合为一个事件。",
  },
  standsOn: {
    en: "Counts only while our own side passes {tests}; otherwise it is unknown.",
    zh: "仅在自检 {tests} 通过时成立，否则记为未知。",
  },
  definite: {
    en: "Stops the logins of this account: one more try after 30 min, then none until the password changes.",
    zh: "暂停该账号的登录：30 分钟后再试一次，之后直到密码改动才再试。",
  },
  ambiguous: {
    en: "Slows the logins of this account: the next try after 30 min, then ever later, every 6 h at last.",
    zh: "放慢该账号的登录：30 分钟后再试，之后逐次延长，最长 6 小时一次。",
  },

  indexTitle: { en: "What Mailvigil checks", zh: "Mailvigil 检查什么" },
  indexIntro: {
    en: "One page for each check: how often it looks, its options and metrics, and everything it can say, with what to do and why. Webhooks, the API and `check --json` name a finding by its code; all codes are listed at the end.",
    zh: "每项检查一页：多久检查一次、选项、指标，以及可能给出的全部结论、处理办法和依据。Webhook、API 和 `check --json` 以代码指明结论，全部代码列在页末。",
  },
  indexSet: {
    en: "A probe is called by asset and check. Its options, its interval and the severity of its findings are set in `mailvigil.yaml`:",
    zh: "探测的写法是「资产/检查」。选项、间隔和结论的级别都写在 `mailvigil.yaml` 中：",
  },
  checkHead: { en: "check", zh: "检查" },
  titleHead: { en: "what it looks at", zh: "查什么" },
  everyHead: { en: "every", zh: "间隔" },
  countHead: { en: "findings", zh: "结论数" },
  exampleDerived: { en: "follows from the domain: only what differs is written", zh: "由域名自动产生，只写不同之处" },
  exampleAdded: { en: "follows from nothing: check says what it is", zh: "不会自动产生，须用 check 写明" },
  engine: { en: "What any check can say", zh: "每项检查都可能给出的结论" },
  engineHow: {
    en: "These come from Mailvigil itself, whatever was being looked at.",
    zh: "以下结论由 Mailvigil 本身给出，与具体检查无关。",
  },
  byCode: { en: "All findings by code", zh: "全部结论代码" },
  codeHead: { en: "code", zh: "代码" },
  severityHead: { en: "severity", zh: "级别" },
  whereHead: { en: "checks", zh: "所属检查" },
} as const satisfies Readonly<Record<string, Text>>;
