import type { Text } from "../model/text.ts";

/** Why something cannot be done with a run of an SOP, and what can be done instead. */
export const sopRefusals = {
  ended: {
    en: "{run} has ended; nothing in it can be changed any more. Begin a new run where there is more to do.",
    zh: "{run} 已结束，不能再更改。如仍需处理，请启动新的一次。",
  },
  notBegun: {
    en: "{run} has not begun yet; begin it first.",
    zh: "{run} 尚未启动；请先启动。",
  },
  alreadyBegun: {
    en: "{run} has already begun; abort it with a reason where it is not needed.",
    zh: "{run} 已启动；如不需要，请写明理由并中止。",
  },
  notBegunAbort: {
    en: "{run} has not begun yet; dismiss it instead.",
    zh: "{run} 尚未启动；请改用「不启动」。",
  },
  noStep: {
    en: "{run} has no step “{step}”; its steps are {steps}.",
    zh: "{run} 中没有步骤「{step}」；现有步骤：{steps}。",
  },
  stepDone: {
    en: "This step is done already, by {by}.",
    zh: "这一步已完成（{by}）。",
  },
  stepSkipped: {
    en: "This step was skipped by {by}.",
    zh: "这一步已跳过（{by}）。",
  },
  stepBlocked: {
    en: "This step comes later: first {steps}.",
    zh: "还没轮到这一步；请先完成：{steps}。",
  },
  stepAfterResolved: {
    en: "This step comes when the incident is over.",
    zh: "这一步要等事件恢复后再做。",
  },
  notManual: {
    en: "Nobody ticks this step: it is done by itself. Skip it with a reason where it is not needed.",
    zh: "这一步会自动完成，无需确认。如不需要，请写明理由并跳过。",
  },
  notFailed: {
    en: "Only a step that failed can be tried again.",
    zh: "只有失败的步骤才能重试。",
  },
  noInput: {
    en: "Write down first: {what}.",
    zh: "请先填写：{what}。",
  },
  tooLong: {
    en: "This text is too long; write at most {most} characters.",
    zh: "文字过长；最多 {most} 个字符。",
  },
  noReason: {
    en: "Say why, in a few words: it stays in the record.",
    zh: "请简单写明理由；它会留在记录中。",
  },
  noText: { en: "The note is empty; write what is to be remembered.", zh: "备注为空；请写下要记录的内容。" },
  noName: { en: "Say who you are: write your name.", zh: "请写上您的姓名。" },
  incidentOpen: {
    en: "Incident {incident} is still open. {run} can be closed when it has been over for a while; abort it with a reason to end it now.",
    zh: "事件 {incident} 尚未恢复。恢复并稳定一段时间后才能结束 {run}；如要现在结束，请写明理由并中止。",
  },
  notCalm: {
    en: "Incident {incident} is over, but not for long enough: {run} can be closed in {minutes} min. Abort it with a reason to end it now.",
    zh: "事件 {incident} 已恢复，但时间还不够长：{minutes} 分钟后才能结束 {run}。如要现在结束，请写明理由并中止。",
  },
  stepsOpen: {
    en: "Not everything is done: {steps}. Finish these steps, or skip them with a reason.",
    zh: "还有步骤未完成：{steps}。请完成它们，或写明理由并跳过。",
  },
} as const satisfies Readonly<Record<string, Text>>;
