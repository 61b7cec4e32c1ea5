import type { SentenceFacts } from "../model/api.ts";
import type { Text } from "../model/text.ts";

const small = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

const countEn = (n: number, one: string, many = `${one}s`): string => `${small[n] ?? n} ${n === 1 ? one : many}`;

const countZh = (n: number, measure: string): string =>
  n === 1 ? `一${measure}` : n === 2 ? `两${measure}` : ` ${n} ${measure}`;

const down: Readonly<Record<string, Text>> = {
  receive: { en: "No mail gets in.", zh: "收不到邮件。" },
  send: { en: "No mail gets out.", zh: "发不出邮件。" },
  read: { en: "Nobody can open their mailbox.", zh: "所有邮箱都打不开。" },
  "receive send": { en: "No mail gets in or out.", zh: "邮件收不到，也发不出。" },
  "receive read": { en: "No mail gets in, and nobody can open their mailbox.", zh: "收不到邮件，邮箱也打不开。" },
  "send read": { en: "No mail gets out, and nobody can open their mailbox.", zh: "发不出邮件，邮箱也打不开。" },
  "receive send read": { en: "Mail is down.", zh: "邮件全部中断。" },
};

/** How mail is now, in one sentence: what a person glances at. The gravest thing that can be said for certain. */
export function sentence(facts: SentenceFacts): Text {
  const { assets, waiting, faults, warnings, unknown, suspected } = facts;
  if (assets === 0) return { en: "Nothing is watched yet.", zh: "还没有监测任何邮件。" };
  if (waiting === assets) return { en: "The first look is under way.", zh: "正在做第一次检查。" };
  const whole = down[facts.down.join(" ")];
  if (whole !== undefined) return whole;
  if (facts.blind) {
    return {
      en: "Mail cannot be judged right now: the trouble is on our side.",
      zh: "暂时无法判断邮件状况，问题出在监测这一侧。",
    };
  }
  if (faults > 0) {
    return { en: `Mail works, with ${countEn(faults, "fault")}.`, zh: `邮件正常，有${countZh(faults, "处")}故障。` };
  }
  if (unknown === assets) return { en: "Nothing could be found out about mail.", zh: "没能查明邮件状况。" };
  if (suspected > 0) {
    return {
      en: `Mail works; ${countEn(suspected, "suspicion is", "suspicions are")} being looked at again.`,
      zh: `邮件正常，有${countZh(suspected, "处")}疑点正在复查。`,
    };
  }
  if (warnings > 0) {
    return {
      en: `Mail works; ${countEn(warnings, "thing needs", "things need")} attention.`,
      zh: `邮件正常，有${countZh(warnings, "处")}需要注意。`,
    };
  }
  if (unknown > 0) {
    return {
      en: `Mail works, as far as can be seen; ${countEn(unknown, "thing")} could not be checked.`,
      zh: `能查到的都正常，有${countZh(unknown, "项")}没能查明。`,
    };
  }
  return { en: "Mail works.", zh: "邮件正常。" };
}
