import { describe, expect, test } from "vitest";
import { sentence } from "../../src/i18n/sentence.ts";
import type { SentenceFacts } from "../../src/model/api.ts";

const well: SentenceFacts = {
  assets: 6,
  waiting: 0,
  faults: 0,
  warnings: 0,
  unknown: 0,
  suspected: 0,
  down: [],
  blind: false,
};

const table: readonly [Partial<SentenceFacts>, en: string, zh: string][] = [
  [{}, "Mail works.", "邮件正常。"],
  [{ assets: 0 }, "Nothing is watched yet.", "还没有监测任何邮件。"],
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
    "暂时无法判断邮件状况，问题出在监测这一侧。",
  ],
  [{ faults: 1, down: ["receive"] }, "No mail gets in.", "收不到邮件。"],
  [{ faults: 1, down: ["receive"], blind: true }, "No mail gets in.", "收不到邮件。"],
  [{ faults: 2, down: ["receive", "send"] }, "No mail gets in or out.", "邮件收不到，也发不出。"],
  [{ faults: 3, down: ["receive", "send", "read"] }, "Mail is down.", "邮件全部中断。"],
];

describe("sentence()", () => {
  test.each(table)("says of %j: %s", (facts, en, zh) => {
    expect(sentence({ ...well, ...facts })).toEqual({ en, zh });
  });
});
