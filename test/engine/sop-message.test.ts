import { describe, expect, test } from "vitest";
import { isCall } from "../../alerts/plain-message.ts";
import { move, propose, type SopMove } from "../../src/engine/sop.ts";
import { runLines, sopDeliveries, type SopTelling } from "../../src/engine/sop-message.ts";
import type { NewDelivery } from "../../src/model/state.ts";
import {
  abort,
  after,
  at,
  begun,
  close,
  delivered,
  done,
  drilled,
  manual,
  minute,
  notify,
  proposed,
  resolved,
  sop,
  t0,
  tick,
  webhook,
} from "./sop-samples.ts";

const telling: SopTelling = {
  incident: { id: 7, title: "imap.example.com is silent", openedAt: t0 },
  language: "en",
  timezone: "Asia/Shanghai",
  url: "https://watch.example/",
  company: "Example Trading Co.",
  demonstration: false,
  now: t0,
  newId: () => "msg_x",
};
const chinese: SopTelling = { ...telling, language: "zh-CN" };

const sent = (moved: SopMove, words: SopTelling = telling): readonly NewDelivery[] =>
  moved.messages.flatMap((message) => sopDeliveries(moved.run, message, words));
const last = (moved: SopMove, words: SopTelling = telling): NewDelivery => {
  const found = sent(moved, words).at(-1);
  if (found === undefined) throw new Error("Nothing was sent");
  return found;
};
const said = ({ alert: { title, lines } }: NewDelivery): readonly string[] => [title, ...lines];
const people = { role: "it", title: { en: "IT", zh: "信息部" } };
const withPhones = {
  ...people,
  people: [
    { id: "li", name: "李工", phone: "13800001111" },
    { id: "wang", name: "王工", phone: "13800002222" },
  ],
};

describe("sopDeliveries()", () => {
  const call = manual("call", {
    deadlineMs: 10 * minute,
    who: withPhones,
    text: { en: "Call the provider.", zh: "致电服务商。" },
  });

  test("that it has begun says who does what first, by when, what it answers, and where it goes on", () => {
    const moved = begun([call]);
    expect(said(last(moved))).toEqual([
      "[SOP P1] Mail is down: begun",
      "First (李工, by 16:10 UTC+8): Call the provider",
      "Incident M-7: imap.example.com is silent",
      "Since 16:00 (UTC+8)",
      "Its steps: https://watch.example/sop/S-3",
    ]);
    expect(said(last(moved, chinese)).slice(0, 2)).toEqual([
      "【预案 P1】邮件中断：已启动",
      "先做（李工，16:10 前，UTC+8）：致电服务商",
    ]);
    expect(sent(moved).map(({ key, channel }) => [key, channel])).toEqual([
      ["S-3:1:duty", "duty"],
      ["S-3:1:phone", "phone"],
      ["S-3:1:boss", "boss"],
    ]);
    expect(last(moved)).toMatchObject({ incident: undefined, turn: "sop", priority: "P1", expiresAt: t0 + 24 * 60 * minute });
    expect(last(moved).alert).toMatchObject({ about: "S-3", incident: 0, url: "https://watch.example/sop/S-3" });
  });

  test("one that is proposed says when it begins by itself", () => {
    const lines = said(last(proposed([call])));
    expect(lines[0]).toBe("[SOP P1] Mail is down: shall it begin?");
    expect(lines.at(-1)).toBe(
      "Begins by itself at 16:10 (UTC+8) if it is not over by then. Begin it now, or dismiss it: https://watch.example/sop/S-3",
    );
    // The button is called so.
    expect(said(last(proposed([call]), chinese)).at(-1)).toBe(
      "若到 16:10（UTC+8）仍未恢复，将自动启动。可立即启动，或选「不启动」：https://watch.example/sop/S-3",
    );
  });

  test("an escalation names the deputy and who was asked before, at last everybody; telephone numbers stay at home", () => {
    const first = after(begun([call]), [10, tick]);
    expect(said(last(first, chinese))).toEqual([
      "【预案 P1】邮件中断：步骤超时「致电服务商」",
      "现请 王工 接替 李工",
      "原定时限：16:10（UTC+8）",
      "电话号码见预案页面和打印的应急手册。",
      "事件 M-7：imap.example.com is silent",
      "勾选：https://watch.example/sop/S-3",
    ]);
    const second = after(first, [20, tick]);
    expect(said(last(second))).toEqual(expect.arrayContaining(["Now asked: 李工, 王工"]));
    expect(said(last(second))[0]).toBe('[SOP P1] Mail is down: late again (2), "Call the provider"');
    expect(JSON.stringify([sent(first), sent(second)])).not.toContain("1380000");
  });

  test("a notify step's text is the message, with its places filled; a long one's first sentence is the title", () => {
    const text = (en: string) => ({ en, zh: en });
    const short = begun([notify("staff", { text: text("{company}: mail is down since {since}, {title} ({incident})") })]);
    expect(said(last(short))).toEqual(["Example Trading Co.: mail is down since 16:00, imap.example.com is silent (M-7)"]);
    expect(last(short)).toMatchObject({ channel: "staff", priority: "P2", expiresAt: t0 + 60 * minute });
    expect(last(short).alert.url).toBe("");
    const long = begun([notify("staff", { text: text(`Mail is down. ${"Please wait for word. ".repeat(9)}`) })]);
    expect(said(last(long))).toEqual(["Mail is down.", "Please wait for word. ".repeat(9).trim()]);
    const title = "imap.example.com says…";
    const cut = begun([notify("staff", { text: text(`Mail is down: {title}. ${"Please wait for word. ".repeat(9)}`) })]);
    expect(said(last(cut, { ...telling, incident: { id: 7, title, openedAt: t0 } }))[0]).toBe(`Mail is down: ${title}`);
    const byHand = propose(sop([notify("staff", { text: text("{title}, {incident}") })]), {
      id: 1,
      drill: false,
      incident: undefined,
      by: "Li",
      now: t0,
    });
    expect(said(last(byHand, { ...telling, incident: undefined }))).toEqual(["Mail is down, M-…"]);
  });

  test("a webhook step goes to its own address with its body, and is worth a quarter of an hour", () => {
    const moved = begun([webhook("crm", { body: { of: "{incident}", list: ["{company}", 1, null, true] } })]);
    const delivery = last(moved);
    expect(delivery).toMatchObject({ channel: "sop/mail-down/crm", key: "S-3:2:sop/mail-down/crm", expiresAt: t0 + 15 * minute });
    expect(delivery.alert.data).toEqual({
      run: "S-3",
      sop: "mail-down",
      event: "webhook",
      step: "crm",
      drill: false,
      incident: "M-7",
      body: { of: "M-7", list: ["Example Trading Co.", 1, null, true] },
    });
  });

  test("a step that failed says why in the language of the reader, and what can be done", () => {
    const moved = after(begun([webhook("crm")]), [1, { ...failed, reason: "system:hook-gone" }]);
    expect(said(last(moved, chinese)).slice(0, 2)).toEqual([
      "【预案 P1】邮件中断：步骤失败「请：Tell crm」",
      "原因：配置中已没有该步骤的地址：请恢复配置后重试，或人工完成后跳过。",
    ]);
  });

  test("what is left to do is said when it is stable, and what became of it at the end, quietly", () => {
    const over = after(begun([{ ...call, deadlineMs: 20 * minute }]), [1, resolved], [11, tick]);
    expect(said(last(over))).toEqual([
      "[SOP P1] Mail is down: the incident is over and has stayed so",
      'Still open: "Call the provider"',
      "Its steps: https://watch.example/sop/S-3",
    ]);
    const closed = last(after(over, [21, done("call")], [22, close]));
    expect(said(closed)).toEqual([
      "[SOP P1] Mail is down: closed",
      "1 of 1 steps done, 0 skipped, 1 late",
      "Took 22 min",
      "Record: https://watch.example/sop/S-3",
    ]);
    expect(closed).toMatchObject({ priority: "P4" });
  });

  test("that it was aborted says for what reason", () => {
    const moved = after(begun([call]), [1, abort]);
    expect(said(last(moved))).toContain("Reason: false alarm");
    expect(said(last(moved, chinese))).toContain("理由：false alarm");
  });

  test("what somebody has to do now rings as an incident that opens does, the rest does not", () => {
    const rings = (moved: SopMove): readonly boolean[] => sent(moved).map(({ alert }) => isCall(alert));
    const all = after(
      begun([call, notify("staff")]),
      [1, delivered("staff")],
      [10, tick],
      [11, done("call")],
      [12, resolved],
      [30, tick],
    );
    const kinds = all.messages.flatMap(({ kind, channels }) => channels.map(() => kind));
    expect(kinds.filter((_, i) => rings(all)[i] === true)).toEqual(["started", "started", "started", "late", "late"]);
    const quiet = begun([call], { priority: "P3" });
    expect(rings(quiet)).toEqual([false, false, false]);
    // What is below P1 is not spread to channels that it is not meant for.
    expect(new Set(sent(all).flatMap(({ priority, alert }) => (isCall(alert) ? [] : [priority])))).toEqual(new Set(["P2"]));
  });

  test("everything of a drill is marked in its title and first line, in the demonstration too, and rings nobody", () => {
    const started = drilled([call, notify("staff")]);
    const moved = after(started, [1, delivered("staff")], [10, tick], [11, done("call")], [12, close]);
    expect(moved.messages.length).toBeGreaterThan(3);
    for (const delivery of [...sent(moved), ...sent(moved, { ...telling, demonstration: true })]) {
      expect(
        said(delivery)
          .slice(0, 2)
          .filter((line) => !line.startsWith("[DRILL] ")),
      ).toEqual([]);
      expect([delivery.priority, delivery.alert.priority, isCall(delivery.alert)]).toEqual(["P4", "P4", false]);
      expect(delivery.alert).not.toHaveProperty("calls");
    }
    for (const delivery of sent(moved, chinese))
      expect(
        said(delivery)
          .slice(0, 2)
          .every((line) => line.startsWith("【演练】")),
      ).toBe(true);
  });

  test("without an address of the pages no line is an empty link", () => {
    expect(said(last(begun([call]), { ...telling, url: "" }))).toEqual([
      "[SOP P1] Mail is down: begun",
      "First (李工, by 16:10 UTC+8): Call the provider",
      "Incident M-7: imap.example.com is silent",
      "Since 16:00 (UTC+8)",
    ]);
  });
});

describe("runLines()", () => {
  test("names the runs that go on and where they are, and no others", () => {
    const going = begun([manual("call")]).run;
    const offered = { ...proposed([manual("call")]).run, id: 4 };
    const moved = move(going, { kind: "abort", by: "Li", reason: "x" }, at(1));
    const ended = moved && "run" in moved ? moved.run : going;
    expect(runLines([going, offered, { ...ended, id: 5 }], "https://watch.example", "en")).toEqual([
      "Emergency procedure S-3, Mail is down: https://watch.example/sop/S-3",
      "Emergency procedure S-4, Mail is down, waits to be begun: https://watch.example/sop/S-4",
    ]);
    expect(runLines([going], "", "en")).toEqual([]);
  });
});

const failed = { kind: "delivered", step: "crm", outcome: "failed", maybeRepeat: false } as const;
