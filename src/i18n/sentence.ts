import type { SentenceFacts } from "../model/api.ts";
import type { Text } from "../model/text.ts";

const small = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

const countEn = (n: number, one: string, many = `${one}s`): string => `${small[n] ?? n} ${n === 1 ? one : many}`;

const countZh = (n: number, measure: string): string =>
  n === 1 ? `一${measure}` : n === 2 ? `两${measure}` : ` ${n} ${measure}`;

/** What every asset fails, by the questions. One alone is told with the mailboxes it means, where it means some. */
const down: Readonly<Record<string, Text>> = {
  receive: { en: "Receiving is down: no mail gets in.", zh: "收信中断：收不到邮件。" },
  send: { en: "Sending is down: no mail gets out.", zh: "发信中断：发不出邮件。" },
  read: { en: "Reading is down: no mailbox can be opened.", zh: "读信中断：邮箱都打不开。" },
  "receive send": { en: "No mail gets in or out.", zh: "邮件收不到，也发不出。" },
  "receive read": { en: "No mail gets in, and nobody can open their mailbox.", zh: "收不到邮件，邮箱也打不开。" },
  "send read": { en: "No mail gets out, and nobody can open their mailbox.", zh: "发不出邮件，邮箱也打不开。" },
  "receive send read": { en: "Mail is down.", zh: "邮件全部中断。" },
};

const downMailboxes: Readonly<Record<string, { readonly one: Text; readonly many: (count: number) => Text }>> = {
  send: {
    one: { en: "Sending is down: our mailbox cannot send mail.", zh: "发信中断：本公司的邮箱发不出邮件。" },
    many: (count) => ({
      en: `Sending is down: none of our ${count} mailboxes can send mail.`,
      zh: `发信中断：本公司 ${count} 个邮箱都发不出邮件。`,
    }),
  },
  read: {
    one: { en: "Reading is down: our mailbox cannot be opened.", zh: "读信中断：本公司的邮箱打不开。" },
    many: (count) => ({
      en: `Reading is down: none of our ${count} mailboxes can be opened.`,
      zh: `读信中断：本公司 ${count} 个邮箱都打不开。`,
    }),
  },
};

function wholeOf(failing: SentenceFacts["down"]): Text | undefined {
  const [first, ...more] = failing;
  if (first === undefined) return undefined;
  const words = more.length === 0 && first.mailboxes > 0 ? downMailboxes[first.question] : undefined;
  if (words !== undefined) return first.mailboxes === 1 ? words.one : words.many(first.mailboxes);
  return down[failing.map(({ question }) => question).join(" ")];
}

/**
 * How mail is now, in one sentence: what a person glances at. The gravest thing that can be said for certain.
 * @param clock tells a moment (milliseconds UTC) as the clock on the reader's wall shows it
 */
export function sentence(facts: SentenceFacts, clock: (at: number) => string): Text {
  const { assets, waiting, faults, warnings, unknown, suspected } = facts;
  if (facts.staleSince !== null) {
    const time = clock(facts.staleSince);
    return { en: `Data cannot be stored: this is how it was at ${time}.`, zh: `无法存储监控数据：以下是 ${time} 的情况。` };
  }
  if (assets === 0) return { en: "Nothing is watched yet.", zh: "还没有监控任何邮件。" };
  if (waiting === assets) return { en: "The first look is under way.", zh: "正在做第一次检查。" };
  const whole = wholeOf(facts.down);
  if (whole !== undefined) return whole;
  if (facts.blind) {
    return {
      en: "Mail cannot be judged right now: the trouble is on our side.",
      zh: "暂时无法判断邮件状况，问题出在监控这一侧。",
    };
  }
  if (facts.interrupted) {
    return { en: `Mail is partly down: ${countEn(faults, "fault")}.`, zh: `邮件部分中断：有${countZh(faults, "处")}故障。` };
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
