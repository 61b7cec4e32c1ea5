import { channelReason } from "./channel-reasons.ts";
import { quoted, type Text } from "../model/text.ts";

/** Why the machine itself ended a run or skipped a step, as it is stored; what people write is stored as they wrote it. */
export const systemReason = {
  resolved: "system:resolved",
  late: (step: string): string => `system:late:${step}`,
  preempted: (run: number): string => `system:preempted:${run}`,
  merged: (run: number): string => `system:merged:${run}`,
  hookGone: "system:hook-gone",
} as const;

/** The reason of a run or a step as people read it. */
export function reasonText(reason: string): Text {
  const late = /^system:late:(.+)$/.exec(reason)?.[1];
  if (late !== undefined) return { en: `The deadline of step ${quoted(late)} passed.`, zh: `步骤「${late}」超过了时限。` };
  const real = /^system:preempted:(\d+)$/.exec(reason)?.[1];
  if (real !== undefined) return { en: `A real emergency began: S-${real}.`, zh: `发生了真实的紧急情况：S-${real}。` };
  if (reason === systemReason.resolved) return { en: "The incident was over before it began.", zh: "预案启动前，故障已恢复。" };
  const other = /^system:merged:(\d+)$/.exec(reason)?.[1];
  if (other !== undefined)
    return {
      en: `It is one emergency with that of S-${other}, which goes on.`,
      zh: `与 S-${other} 属于同一故障，由后者继续处理。`,
    };
  if (reason === systemReason.hookGone)
    return {
      en: "Its address is no longer in the configuration: put the step's webhook back and try again, or do it by hand and skip it.",
      zh: "配置中已没有该步骤的地址：请恢复配置后重试，或人工完成后跳过。",
    };
  return channelReason(reason);
}
