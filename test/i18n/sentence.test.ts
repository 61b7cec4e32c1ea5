import { describe, expect, test } from "vitest";
import { sentence } from "../../src/i18n/sentence.ts";
import type { SentenceFacts } from "../../src/model/api.ts";
import type { Question } from "../../src/model/check.ts";

const well: SentenceFacts = {
  assets: 6,
  waiting: 0,
  faults: 0,
  interrupted: false,
  warnings: 0,
  unknown: 0,
  suspected: 0,
  down: [],
  blind: false,
  staleSince: null,
};

const down = (...some: readonly (readonly [Question, number])[]): SentenceFacts["down"] =>
  some.map(([question, mailboxes]) => ({ question, mailboxes }));

const table: readonly [Partial<SentenceFacts>, en: string, zh: string][] = [
  [{}, "Mail works.", "邮件正常。"],
  [{ assets: 0 }, "Nothing is watched yet.", "还没有监控任何邮件。"],
  [{ waiting: 6 }, "The first look is under way.", "正在做第一次检查。"],
  [{ waiting: 5 }, "Mail works.", "邮件正常。"],
  [{ faults: 1 }, "Mail works, with one fault.", "邮件正常，有一处故障。"],
  [{ faults: 2, warnings: 3 }, "Mail works, with two faults.", "邮件正常，有两处故障。"],
  [{ faults: 12 }, "Mail works, with 12 faults.", "邮件正常，有 12 处故障。"],
  [{ warnings: 1 }, "Mail works; one thing needs attention.", "邮件正常，有一处需要注意。"],
  [{ warnings: 3 }, "Mail works; three things need attention.", "邮件正常，有 3 处需要注意。"],
  [{ suspected: 1, warnings: 1 }, "Mail works; one suspicion is being looked at again.", "邮件正常，有一处疑点正在复查。"],
  [{ unknown: 2 }, "Mail works, as far as can be seen; two things could not be checked.", "能查到的都正常，有两项没能查明。"],
  [{ unknown: 6 }, "Nothing could be found out about mail.", "没能查明邮件状况。"],
  [
    { unknown: 6, blind: true },
    "Mail cannot be judged right now: the trouble is on our side.",
    "暂时无法判断邮件状况，问题出在监控这一侧。",
  ],
  [{ faults: 1, interrupted: true }, "Mail is partly down: one fault.", "邮件部分中断：有一处故障。"],
  [{ faults: 3, interrupted: true }, "Mail is partly down: three faults.", "邮件部分中断：有 3 处故障。"],
  [{ faults: 1, interrupted: true, down: down(["receive", 0]) }, "Receiving is down: no mail gets in.", "收信中断：收不到邮件。"],
  [{ faults: 1, down: down(["receive", 0]), blind: true }, "Receiving is down: no mail gets in.", "收信中断：收不到邮件。"],
  [{ faults: 1, down: down(["send", 0]) }, "Sending is down: no mail gets out.", "发信中断：发不出邮件。"],
  [
    { faults: 3, down: down(["send", 3]) },
    "Sending is down: none of our 3 mailboxes can send mail.",
    "发信中断：本公司 3 个邮箱都发不出邮件。",
  ],
  [
    { faults: 24, interrupted: true, down: down(["read", 12]) },
    "Reading is down: none of our 12 mailboxes can be opened.",
    "读信中断：本公司 12 个邮箱都打不开。",
  ],
  [{ faults: 1, down: down(["read", 1]) }, "Reading is down: our mailbox cannot be opened.", "读信中断：本公司的邮箱打不开。"],
  [{ faults: 2, down: down(["receive", 0], ["send", 2]) }, "No mail gets in or out.", "邮件收不到，也发不出。"],
  [{ faults: 3, down: down(["receive", 0], ["send", 1], ["read", 1]) }, "Mail is down.", "邮件全部中断。"],
  [{ staleSince: 1280 }, "Data cannot be stored: this is how it was at 21:20.", "无法存储监控数据：以下是 21:20 的情况。"],
  [
    { staleSince: 1280, faults: 1, down: down(["receive", 0]) },
    "Data cannot be stored: this is how it was at 21:20.",
    "无法存储监控数据：以下是 21:20 的情况。",
  ],
];

/** Minutes of the day. */
const wall = (at: number): string => `${Math.floor(at / 60)}:${at % 60}`;

describe("sentence()", () => {
  test.each(table)("says of %j: %s", (facts, en, zh) => {
    expect(sentence({ ...well, ...facts }, wall)).toEqual({ en, zh });
  });
});
