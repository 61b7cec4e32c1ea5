import type { Text } from "../model/text.ts";

/** The words of messages about a run of an SOP. */
export const sopWords = {
  /** Before the title and before the first line of everything that a drill sends. */
  drill: { en: "[DRILL] ", zh: "【演练】" },
  drillLine: {
    en: "This is an exercise: nothing is broken. Do the steps as if it were real.",
    zh: "这是一次演练，没有任何故障。请按真实情况执行各步骤。",
  },
  mark: { en: "[SOP {priority}] ", zh: "【预案 {priority}】" },
  titled: { en: "{sop}: {what}", zh: "{sop}：{what}" },

  proposed: { en: "shall it begin?", zh: "是否启动？" },
  started: { en: "begun", zh: "已启动" },
  turn: { en: "{who}: {what}", zh: "轮到{who}：{what}" },
  partOf: { en: "SOP: {sop}", zh: "预案：{sop}" },
  late: { en: 'late, "{what}"', zh: "步骤超时「{what}」" },
  lateAgain: { en: 'late again ({count}), "{what}"', zh: "步骤第 {count} 次超时「{what}」" },
  failed: { en: 'a step failed, "{what}"', zh: "步骤失败「{what}」" },
  stable: { en: "the incident is over and has stayed so", zh: "故障已恢复，且状态稳定" },
  failingAgain: { en: "it fails again, go on with the steps", zh: "故障再次出现，请继续执行" },
  closed: { en: "closed", zh: "已结束" },
  aborted: { en: "aborted", zh: "已中止" },

  beginsAt: {
    en: "Begins by itself at {at} ({zone}) if it is not over by then. Begin it now, or dismiss it: {url}",
    zh: "若到 {at}（{zone}）仍未恢复，将自动启动。可立即启动，或选「不启动」：{url}",
  },
  beginOrDismiss: { en: "Begin it, or dismiss it: {url}", zh: "请启动，或选「不启动」：{url}" },
  firstBy: { en: "First ({who}): {what}", zh: "先做（{who}）：{what}" },
  firstUntil: { en: "First ({who}, by {at} {zone}): {what}", zh: "先做（{who}，{at} 前，{zone}）：{what}" },
  due: { en: "By {at} ({zone})", zh: "时限：{at}（{zone}）" },
  wasDue: { en: "It was due at {at} ({zone})", zh: "原定时限：{at}（{zone}）" },
  asked: { en: "Now asked: {who}", zh: "现请：{who}" },
  /** Of an escalation: who takes over from whom. */
  deputy: { en: "Now asked: {who}, in place of {before}", zh: "现请 {who} 接替 {before}" },
  phones: {
    en: "Their telephone numbers are on the page of the run and in the printed manual.",
    zh: "电话号码见预案页面和打印的应急手册。",
  },
  about: { en: "Incident {incident}: {title}", zh: "事件 {incident}：{title}" },
  since: { en: "Since {at} ({zone})", zh: "{at} 起（{zone}）" },
  reason: { en: "Reason: {reason}", zh: "理由：{reason}" },
  /** Of a step that failed. */
  failure: { en: "Reason: {reason}", zh: "原因：{reason}" },
  by: { en: "By {who}", zh: "操作人：{who}" },
  retry: { en: "Try it again, or do it by hand and skip it: {url}", zh: "请重试，或人工完成后跳过：{url}" },
  tick: { en: "Tick it: {url}", zh: "勾选：{url}" },
  steps: { en: "Its steps: {url}", zh: "步骤：{url}" },
  record: { en: "Record: {url}", zh: "记录：{url}" },
  left: { en: "Still open: {list}", zh: "尚未完成：{list}" },
  mayClose: { en: "Nothing is open; close it: {url}", zh: "所有步骤已完成，请结束预案：{url}" },
  sums: {
    en: "{done} of {all} steps done, {skipped} skipped, {late} late",
    zh: "共 {all} 步：完成 {done}，跳过 {skipped}，超时 {late}",
  },
  took: { en: "Took {duration}", zh: "历时 {duration}" },
  quote: { en: '"{what}"', zh: "「{what}」" },
  comma: { en: ", ", zh: "、" },

  /** In the alerts of an incident. */
  going: { en: "Emergency procedure {run}, {title}: {url}", zh: "应急预案 {run}「{title}」：{url}" },
  offered: {
    en: "Emergency procedure {run}, {title}, waits to be begun: {url}",
    zh: "应急预案 {run}「{title}」待启动：{url}",
  },

  /** For `{incident}` of a run that answers none: a number is to be put there, as in a command. */
  noIncident: { en: "M-…", zh: "M-…" },

  /** Reasons. */
  unknownSop: { en: "The configuration has no such SOP", zh: "配置中没有这个预案" },
  isGoing: {
    en: "{run} of this SOP goes on already: end it first, or go on with it",
    zh: "该预案的 {run} 正在进行：请继续执行，或先结束它",
  },
  realGoes: {
    en: "{run} is real and goes on: no drill until it has ended",
    zh: "{run} 正在真实处置：请等它结束后再演练",
  },
  noRun: { en: "There is no such run", zh: "没有这次预案记录" },
} as const satisfies Record<string, Text>;
