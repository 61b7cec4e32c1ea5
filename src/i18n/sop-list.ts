import type { OnTimeout } from "../model/sop.ts";
import type { Text } from "../model/text.ts";

/** What `sop list` and the emergency manual say of SOPs. */
export const sopWords = {
  trigger: { en: "begins", zh: "触发" },
  channels: { en: "tells", zh: "通知" },
  who: { en: "acts", zh: "执行" },
  steps: { en: "steps", zh: "步骤" },
  byHand: { en: "by hand", zh: "手动" },
  incident: { en: "an incident of {names}", zh: "{names} 级事件" },
  cause: { en: "the cause {names}", zh: "原因为{names}" },
  finding: { en: "a finding of {names}", zh: "{names}发现异常" },
  quoted: { en: "“{name}”", zh: "「{name}」" },
  atOnce: { en: "{what}; begins at once", zh: "{what}；立即开始" },
  after: { en: "{what}; begins when it has lasted {duration}", zh: "{what}；{duration}后仍未恢复就开始" },
  and: { en: ", and ", zh: "，且" },
  onDuty: { en: "whoever is on duty", zh: "值班人员" },
  unfilled: {
    en: "{sop}: nobody is named as {role}; write roles: { {key}: [li] } and people: { li: { name: …, phone: … } }",
    zh: "{sop}：没有指定{role}；请写 roles: { {key}: [li] } 和 people: { li: { name: …, phone: … } }",
  },
  none: { en: "no SOPs are configured yet", zh: "尚未配置预案" },
  unused: { en: "Templates not used yet; below sops: write", zh: "尚未使用的模板；可在 sops: 下写" },
} as const satisfies Record<string, Text>;

export const onTimeoutWords: Readonly<Record<OnTimeout, Text>> = {
  escalate: { en: "late: escalates", zh: "超时：升级通知" },
  continue: { en: "late: goes on without it", zh: "超时：跳过继续" },
  abort: { en: "late: ends the procedure", zh: "超时：中止预案" },
};
