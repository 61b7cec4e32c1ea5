import { describe, expect, test } from "vitest";
import { move, type SopEvent, type SopMove } from "../../src/engine/sop.ts";
import {
  abort,
  after,
  at,
  begin,
  begun,
  byHand,
  close,
  delivered,
  dismiss,
  done,
  manual,
  proposed,
  resolved,
  retry,
  skip,
  tick,
  wait,
  webhook,
} from "./sop-samples.ts";

const input = [{ key: "ticket", title: { en: "ticket number", zh: "工单号" }, required: true }];
const running = begun([
  manual("call", { input }),
  manual("next", { needs: ["call"] }),
  manual("last", { after: "resolved" }),
  wait("pause", 60),
]);
const waiting = proposed([manual("call")]);

interface Case {
  readonly what: string;
  readonly start: SopMove;
  readonly event: SopEvent;
  /** Minutes after the beginning; default 3. */
  readonly minutes?: number;
  readonly en: string;
  readonly zh: string;
}

const cases: readonly Case[] = [
  { what: "to begin what has begun", start: running, event: begin, en: "S-3 has already begun", zh: "S-3 已启动" },
  { what: "to dismiss what has begun", start: running, event: dismiss, en: "S-3 has already begun", zh: "S-3 已启动" },
  { what: "to abort what has not begun", start: waiting, event: abort, en: "dismiss it instead", zh: "请改用「不启动」" },
  { what: "to close what has not begun", start: waiting, event: close, en: "begin it first", zh: "请先启动" },
  { what: "to tick before it began", start: waiting, event: done("call"), en: "begin it first", zh: "请先启动" },
  { what: "to skip before it began", start: waiting, event: skip("call"), en: "begin it first", zh: "请先启动" },
  { what: "to try again before it began", start: waiting, event: retry("call"), en: "begin it first", zh: "请先启动" },
  {
    what: "a step that is not there",
    start: running,
    event: done("nothing\u0007"),
    en: "S-3 has no step “nothing\\x07”; its steps are call, next, last, pause.",
    zh: "S-3 中没有步骤「nothing\\x07」；现有步骤：call、next、last、pause。",
  },
  {
    what: "a step that is done",
    start: after(running, [1, done("call", { ticket: "1" })]),
    event: done("call", { ticket: "2" }),
    en: "This step is done already, by Li.",
    zh: "这一步已完成（Li）。",
  },
  {
    what: "to skip what was done by itself",
    start: after(running, [61, tick]),
    minutes: 62,
    event: skip("pause"),
    en: "This step is done already, by the system.",
    zh: "这一步已完成（系统）。",
  },
  {
    what: "to tick what was skipped",
    start: after(running, [1, skip("call")]),
    event: done("call", { ticket: "1" }),
    en: "This step was skipped by Li.",
    zh: "这一步已跳过（Li）。",
  },
  {
    what: "a step whose turn has not come",
    start: running,
    event: done("next"),
    en: "This step comes later: first “Do call”.",
    zh: "还没轮到这一步；请先完成：「请：Do call」。",
  },
  {
    what: "a step after the incident",
    start: running,
    event: done("last"),
    en: "This step comes when the incident is over.",
    zh: "这一步要等事件恢复后再做。",
  },
  {
    what: "to tick what is done by itself",
    start: running,
    event: done("pause"),
    en: "Nobody ticks this step: it is done by itself. Skip it with a reason where it is not needed.",
    zh: "这一步会自动完成，无需确认。如不需要，请写明理由并跳过。",
  },
  { what: "to try a wait again", start: running, event: retry("pause"), en: "Only a step that failed", zh: "只有失败的步骤" },
  {
    what: "to try what runs again",
    start: begun([webhook("crm")]),
    event: retry("crm"),
    en: "Only a step that failed",
    zh: "只有失败的步骤",
  },
  {
    what: "a tick without what it asks for",
    start: running,
    event: done("call", { ticket: "  " }),
    en: "Write down first: “ticket number”.",
    zh: "请先填写：「工单号」。",
  },
  {
    what: "a text without end",
    start: running,
    event: done("call", { ticket: "x".repeat(2_001) }),
    en: "at most 2000 characters",
    zh: "最多 2000 个字符",
  },
  {
    what: "a reason without end",
    start: running,
    event: skip("call", "x".repeat(99_999)),
    en: "at most 2000 characters",
    zh: "最多 2000 个字符",
  },
  {
    what: "a name without end",
    start: running,
    event: { kind: "close", by: "x".repeat(81) },
    en: "at most 80 characters",
    zh: "最多 80 个字符",
  },
  { what: "a skip without a reason", start: running, event: skip("call", " \n"), en: "Say why", zh: "写明理由" },
  {
    what: "an abort without a reason",
    start: running,
    event: { kind: "abort", by: "Li", reason: "" },
    en: "Say why",
    zh: "写明理由",
  },
  {
    what: "a dismissal without a reason",
    start: waiting,
    event: { kind: "dismiss", by: "Li", reason: "" },
    en: "Say why",
    zh: "写明理由",
  },
  {
    what: "an empty note",
    start: running,
    event: { kind: "note", by: "Li", text: " " },
    en: "The note is empty",
    zh: "备注为空",
  },
  { what: "nobody", start: running, event: { kind: "close", by: " " }, en: "write your name", zh: "请写上您的姓名" },
  {
    what: "whoever calls themselves the system",
    start: waiting,
    event: { kind: "begin", by: "system" },
    en: "write your name",
    zh: "请写上您的姓名",
  },
  {
    what: "to close while the incident is open",
    start: running,
    event: close,
    en: "Incident M-7 is still open. S-3 can be closed when it has been over for a while; abort it with a reason to end it now.",
    zh: "事件 M-7 尚未恢复。恢复并稳定一段时间后才能结束 S-3；如要现在结束，请写明理由并中止。",
  },
  {
    what: "to close before it has been calm for long enough",
    start: after(running, [1, resolved]),
    minutes: 6,
    event: close,
    en: "S-3 can be closed in 5 min.",
    zh: "5 分钟后才能结束 S-3",
  },
  {
    what: "to close with open steps",
    start: after(begun([manual("call"), webhook("crm")]), [1, delivered("crm", "failed")], [1, resolved], [12, tick]),
    minutes: 13,
    event: close,
    en: "Not everything is done: “Do call”, “crm”. Finish these steps, or skip them with a reason.",
    zh: "还有步骤未完成：「请：Do call」、「crm」。请完成它们，或写明理由并跳过。",
  },
  {
    what: "to close with open steps where there is no incident",
    start: byHand([manual("call"), manual("next", { needs: ["call"] })]),
    event: close,
    en: "“Do call”, “Do next”",
    zh: "「请：Do call」、「请：Do next」",
  },
];

describe("move() refuses", () => {
  test.each(cases)("$what", ({ start, event, minutes = 3, en, zh }) => {
    expect(move(start.run, event, at(minutes))).toEqual({
      refused: { en: expect.stringContaining(en), zh: expect.stringContaining(zh) },
    });
  });
});
