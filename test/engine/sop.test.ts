import { describe, expect, test } from "vitest";
import { dueAt, move, propose } from "../../src/engine/sop.ts";
import { system } from "../../src/engine/sop-steps.ts";
import { reasonText } from "../../src/i18n/sop-reasons.ts";
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
  drilled,
  failingAgain,
  history,
  manual,
  minute,
  note,
  notify,
  of,
  proposed,
  resolved,
  retry,
  skip,
  sop,
  states,
  stepOf,
  t0,
  tick,
  told,
  wait,
  webhook,
} from "./sop-samples.ts";

describe("a run", () => {
  test("of a trigger that waits for nothing is active at once; its message speaks for the steps that wait", () => {
    const moved = begun([manual("call"), manual("next", { needs: ["call"] })]);
    expect(moved.run).toMatchObject({ state: "active", incident: 7, begunBy: system, proposedAt: t0, startedAt: t0 });
    expect(states(moved.run)).toEqual({ call: "waiting", next: "blocked" });
    expect(told(moved)).toEqual(["started > duty+phone+boss"]);
    expect(moved.messages[0]?.key).toBe("S-3:1");
    expect(history(moved)).toEqual(["0 started", "0 ready call"]);
  });

  test("of a trigger that waits is proposed, and begins by itself when its time has come", () => {
    const moved = proposed([manual("call")]);
    expect(moved.run.state).toBe("proposed");
    expect(states(moved.run)).toEqual({ call: "blocked" });
    expect(told(moved)).toEqual(["proposed > duty+phone+boss"]);
    expect(dueAt(moved.run)).toBe(at(10));
    expect(move(moved.run, tick, at(10) - 1)).toBeUndefined();
    const then = after(moved, [10, tick]);
    expect(then.run).toMatchObject({ state: "active", startedAt: at(10), begunBy: system });
    expect(told(then)).toEqual(["proposed > duty+phone+boss", "started > duty+phone+boss"]);
  });

  test("that is proposed begins earlier when a person begins it, and is theirs", () => {
    const { run, entries } = after(proposed([manual("call")]), [2, begin]);
    expect(run).toMatchObject({ state: "active", startedAt: at(2), begunBy: "Li" });
    expect(entries).toContainEqual({ run: 3, at: at(2), actor: "Li", kind: "started", step: undefined, data: {} });
  });

  test("that a person proposes, or that is a drill, waits for nothing and, as a drill, is about no incident", () => {
    const slow = sop([manual("call")], { trigger: { findings: [], causes: [], priorities: ["P1"], forMs: minute } });
    const person = propose(slow, { id: 1, drill: false, incident: 7, by: "Li", now: t0 });
    expect(person.run).toMatchObject({ state: "active", incident: 7, begunBy: "Li" });
    const drill = propose(slow, { id: 1, drill: true, incident: 7, by: system, now: t0 });
    expect(drill.run).toMatchObject({ state: "active", incident: undefined, drill: true });
  });

  test("that is proposed is dismissed without a message when its incident ends, also when it should have begun by then", () => {
    for (const minutes of [5, 30]) {
      const moved = after(proposed([notify("staff")]), [minutes, resolved]);
      expect(moved.run).toMatchObject({ state: "dismissed", endedAt: at(minutes), startedAt: undefined });
      expect(reasonText(moved.run.reason ?? "").en).toBe("The incident was over before it began.");
      expect(told(moved)).toEqual(["proposed > duty+phone+boss"]);
    }
  });

  test("that is proposed is dismissed by a person, with the reason", () => {
    const moved = after(proposed([manual("call")]), [5, dismiss]);
    expect(moved.run).toMatchObject({ state: "dismissed", reason: "known work" });
    expect(moved.entries.at(-1)).toMatchObject({ actor: "Li", kind: "dismissed", data: { reason: "known work" } });
  });

  test("is stable when its incident has been over for the calm time, and is closed then", () => {
    const over = after(begun([manual("call")]), [1, done("call")], [5, resolved]);
    expect(over.run).toMatchObject({ state: "active", resolvedAt: at(5) });
    expect(dueAt(over.run)).toBe(at(15));
    const calm = after(over, [15, tick]);
    expect(calm.run).toMatchObject({ state: "stable", stableAt: at(15) });
    expect(told(calm).at(-1)).toBe("stable > duty+phone+boss");
    const closed = after(calm, [20, close]);
    expect(closed.run).toMatchObject({ state: "closed", endedAt: at(20), reason: undefined });
    expect(told(closed).at(-1)).toBe("closed > duty+phone+boss");
    expect(history(closed)).toEqual([
      "0 started",
      "0 ready call",
      "1 done call by Li",
      "5 resolved",
      "15 stable",
      "20 closed by Li",
    ]);
  });

  test("with no calm time is stable at once", () => {
    expect(after(begun([manual("call")], { calmMs: 0 }), [5, resolved]).run.state).toBe("stable");
  });

  test("is active again when its incident fails again, from stable and from the time before", () => {
    for (const minutes of [10, 20]) {
      const moved = after(begun([manual("call")]), [5, resolved], [minutes, failingAgain]);
      expect(moved.run).toMatchObject({ state: "active", resolvedAt: undefined, stableAt: undefined });
      expect(told(moved).at(-1)).toBe("failing-again > duty+phone+boss");
      expect(after(moved, [60, tick]).run.state).toBe("active");
      expect(after(moved, [60, resolved], [70, tick]).run).toMatchObject({ state: "stable", stableAt: at(70) });
    }
  });

  test("that fails again when something was due tells nobody that it is over", () => {
    const steps = [wait("pause", 10), notify("all-well", { needs: ["pause"], after: "resolved" })];
    const moved = after(begun(steps), [1, resolved], [30, failingAgain]);
    expect(states(moved.run)).toEqual({ pause: "done", "all-well": "blocked" });
    expect(told(moved)).toEqual(["started > duty+phone+boss", "failing-again > duty+phone+boss"]);
  });

  test("without an incident is closed from active when nothing is left to do", () => {
    for (const start of [byHand([manual("call")]), drilled([manual("call")])])
      expect(after(start, [1, done("call")], [2, close]).run.state).toBe("closed");
  });

  test.each([
    ["active", begun([manual("call")])],
    ["stable", after(begun([manual("call")]), [1, resolved], [30, tick])],
  ])("is stopped with a reason while it is %s", (state, start) => {
    expect(start.run.state).toBe(state);
    const moved = after(start, [40, abort]);
    expect(moved.run).toMatchObject({ state: "aborted", endedAt: at(40), reason: "false alarm" });
    expect(told(moved).at(-1)).toBe("aborted > duty+phone+boss");
  });

  test("of a drill is stopped when a real one begins; a real one is not", () => {
    const moved = after(drilled([manual("call")]), [1, { kind: "preempted", by: 4 }]);
    expect(moved.run.state).toBe("aborted");
    expect(reasonText(moved.run.reason ?? "")).toEqual({
      en: "A real emergency began: S-4.",
      zh: "发生了真实的紧急情况：S-4。",
    });
    expect(told(moved).at(-1)).toBe("aborted > duty+phone+boss");
    expect(move(begun([manual("call")]).run, { kind: "preempted", by: 4 }, at(1))).toBeUndefined();
  });

  test("takes notes, which change nothing but its history", () => {
    const { run } = begun([manual("call")]);
    const moved = move(run, { kind: "note", by: " Li\n", text: "called\nthem \u202e" }, at(1));
    expect(moved).toEqual({
      run,
      entries: [{ run: 3, at: at(1), actor: "Li", kind: "note", step: undefined, data: { text: "called them \\u202e" } }],
      messages: [],
    });
  });
});

describe("a step", () => {
  test("comes when all it needs are done or skipped", () => {
    const start = begun([manual("a"), manual("b"), manual("c", { needs: ["a", "b"] })]);
    const one = after(start, [1, done("a")]);
    expect(states(one.run)).toEqual({ a: "done", b: "waiting", c: "blocked" });
    const both = after(one, [2, skip("b")]);
    expect(states(both.run)).toEqual({ a: "done", b: "skipped", c: "waiting" });
    expect(stepOf(both.run, "b")).toMatchObject({ by: "Li", reason: "not needed", endedAt: at(2) });
    expect(stepOf(both.run, "c").readyAt).toBe(at(2));
  });

  test("of another role is told when it comes; whoever ticked the last sees their own", () => {
    const start = begun([manual("a"), manual("mine", { needs: ["a"] }), manual("theirs", { needs: ["a"], ...of("sales") })]);
    const moved = after(start, [1, done("a")]);
    expect(told(moved).slice(1)).toEqual(["step theirs > duty"]);
    expect(moved.messages.at(-1)).toMatchObject({ who: { role: "sales" }, level: 0 });
  });

  test("keeps what was written down, and only what it asked for", () => {
    const input = [
      { key: "ticket", title: { en: "ticket number", zh: "工单号" }, required: true },
      { key: "toString", title: { en: "remark", zh: "备注" }, required: false },
    ];
    const { run } = after(begun([manual("call", { input })]), [1, done("call", { ticket: " T-1\t2 ", other: "x" })]);
    expect(stepOf(run, "call").input).toEqual({ ticket: "T-1 2" });
  });

  test("after the incident waits for its end, and waits again when it fails again, with a new deadline", () => {
    const steps = [
      manual("check", { after: "resolved", deadlineMs: 20 * minute }),
      wait("pause", 30, { after: "resolved" }),
      notify("all-well", { after: "resolved" }),
    ];
    const over = after(begun(steps), [60, resolved]);
    expect(states(over.run)).toEqual({ check: "waiting", pause: "running", "all-well": "running" });
    expect(told(over).slice(1)).toEqual(["step check > duty", "step all-well > staff"]);
    const again = after(over, [62, failingAgain]);
    expect(states(again.run)).toEqual({ check: "blocked", pause: "blocked", "all-well": "running" });
    expect(dueAt(again.run)).toBeUndefined();
    const well = after(again, [70, resolved]);
    expect(stepOf(well.run, "check")).toMatchObject({ state: "waiting", readyAt: at(70), dueAt: at(90), escalations: 0 });
  });

  test("after the incident comes last where there is none", () => {
    const steps = [manual("check", { after: "resolved" }), manual("call"), manual("next", { needs: ["call"] })];
    const start = byHand(steps);
    expect(states(start.run)).toEqual({ check: "blocked", call: "waiting", next: "blocked" });
    expect(states(after(start, [1, done("call")]).run)).toEqual({ check: "blocked", call: "done", next: "waiting" });
    expect(states(after(start, [1, done("call")], [2, done("next")]).run)["check"]).toBe("waiting");
  });

  test("that waits is done by itself, at its own time", () => {
    const start = begun([wait("pause", 15), manual("look", { needs: ["pause"], deadlineMs: 10 * minute })]);
    expect(states(start.run)).toEqual({ pause: "running", look: "blocked" });
    expect(dueAt(start.run)).toBe(at(15));
    const late = after(start, [18, tick]);
    expect(stepOf(late.run, "pause")).toMatchObject({ state: "done", endedAt: at(15), by: system });
    expect(stepOf(late.run, "look")).toMatchObject({ state: "waiting", readyAt: at(15), dueAt: at(25) });
    expect(states(begun([wait("none", 0)]).run)).toEqual({ none: "done" });
  });

  test("that notifies sends its message to its own channels, and is done when it was taken", () => {
    const start = begun([notify("staff"), manual("next", { needs: ["staff"], ...of("sales") })]);
    expect(told(start)).toEqual(["started > duty+phone+boss", "step staff > staff"]);
    expect(new Set(start.messages.map(({ key }) => key)).size).toBe(2);
    const moved = after(start, [1, { kind: "delivered", step: "staff", outcome: "done", maybeRepeat: true }]);
    expect(stepOf(moved.run, "staff")).toMatchObject({ state: "done", endedAt: at(1), maybeRepeat: true });
    expect(told(moved).at(-1)).toBe("step next > duty");
    expect(move(moved.run, delivered("staff", "failed"), at(2))).toBeUndefined();
  });

  test("that notifies and fails is told, and holds up nothing", () => {
    const moved = after(byHand([notify("staff"), manual("next", { needs: ["staff"] })]), [1, delivered("staff", "failed")]);
    expect(stepOf(moved.run, "staff")).toMatchObject({ state: "failed", reason: "nobody took it" });
    expect(states(moved.run)["next"]).toBe("waiting");
    expect(told(moved)).toContain("failed staff > duty+phone+boss");
    expect(after(moved, [2, done("next")], [3, close]).run.state).toBe("closed");
  });

  test("of a webhook that fails stops what needs it, until it is tried again or skipped", () => {
    const failed = after(byHand([webhook("crm"), manual("next", { needs: ["crm"] })]), [1, delivered("crm", "failed")]);
    expect(told(failed)).toEqual(["started > duty+phone+boss", "webhook crm > ", "failed crm > duty+phone+boss"]);
    expect(states(failed.run)).toEqual({ crm: "failed", next: "blocked" });
    expect(states(after(failed, [2, skip("crm")]).run)).toEqual({ crm: "skipped", next: "waiting" });
    const again = after(failed, [2, retry("crm")]);
    expect(stepOf(again.run, "crm")).toMatchObject({ state: "running", endedAt: undefined, reason: undefined });
    expect(told(again).at(-1)).toBe("webhook crm > ");
    expect(states(after(again, [3, delivered("crm")]).run)).toEqual({ crm: "done", next: "waiting" });
  });

  test("of a webhook that may fail holds up nothing", () => {
    const start = byHand([webhook("crm", { onFailure: "continue" }), manual("next", { needs: ["crm"] })]);
    expect(states(after(start, [1, delivered("crm", "failed")]).run)).toEqual({ crm: "failed", next: "waiting" });
  });

  test("of a webhook is only shown in a drill, without a message; colleagues are told", () => {
    const moved = drilled([webhook("crm"), notify("staff", { needs: ["crm"] })]);
    expect(stepOf(moved.run, "crm")).toMatchObject({ state: "done", simulated: true, endedAt: t0 });
    expect(stepOf(moved.run, "staff")).toMatchObject({ state: "running", simulated: false });
    expect(told(moved)).toEqual(["started > duty+phone+boss", "step staff > staff"]);
  });
});

describe("a deadline", () => {
  const call = manual("call", { deadlineMs: 10 * minute });

  test("that passes is told to one channel more, again at each further one, at most five times", () => {
    let moved = begun([call]);
    for (let minutes = 0; minutes <= 200; minutes++) moved = after(moved, [minutes, tick]);
    expect(told(moved)).toEqual([
      "started > duty+phone+boss",
      "late call 1 > duty+phone",
      "late call 2 > duty+phone+boss",
      "late call 3 > duty+phone+boss",
      "late call 4 > duty+phone+boss",
      "late call 5 > duty+phone+boss",
    ]);
    expect(history(moved).slice(2)).toEqual([
      "10 late call",
      "20 escalated call",
      "30 escalated call",
      "40 escalated call",
      "50 escalated call",
    ]);
    expect(stepOf(moved.run, "call")).toMatchObject({ state: "waiting", escalations: 5, escalatedAt: at(50) });
    expect(dueAt(moved.run)).toBeUndefined();
  });

  test("that passed while nobody looked is told once, at its highest level", () => {
    const moved = after(begun([call]), [35, tick]);
    expect(told(moved).slice(1)).toEqual(["late call 3 > duty+phone+boss"]);
    expect(history(moved).slice(2)).toEqual(["35 late call"]);
    expect(dueAt(moved.run)).toBe(at(40));
    expect(move(moved.run, tick, at(35))).toBeUndefined();
  });

  test("is met up to the last millisecond; what is ticked after it is late", () => {
    const { run } = begun([call]);
    const punctual = move(run, done("call"), at(10) - 1);
    expect(punctual && "run" in punctual && stepOf(punctual.run, "call").late).toBe(false);
    const late = after(begun([call]), [10, done("call")]);
    expect(stepOf(late.run, "call")).toMatchObject({ state: "done", late: true, endedAt: at(10) });
    expect(history(late).slice(2)).toEqual(["10 late call", "10 done call by Li"]);
  });

  test("may skip the step, which is told", () => {
    const steps = [manual("call", { deadlineMs: 10 * minute, onTimeout: "continue" }), manual("next", { needs: ["call"] })];
    const moved = after(begun(steps), [12, tick]);
    expect(states(moved.run)).toEqual({ call: "skipped", next: "waiting" });
    const { by, endedAt, late, reason } = stepOf(moved.run, "call");
    expect({ by, endedAt, late }).toEqual({ by: system, endedAt: at(10), late: true });
    expect(reasonText(reason ?? "").en).toBe("The deadline of step “call” passed.");
    expect(told(moved).slice(1)).toEqual(["late call 1 > duty+phone", "step next > duty"]);
    expect(history(moved).slice(2)).toEqual(["10 late call", "10 skipped call", "10 ready next"]);
  });

  test("may stop the run", () => {
    const moved = after(begun([manual("call", { deadlineMs: 10 * minute, onTimeout: "abort" })]), [12, tick]);
    expect(moved.run).toMatchObject({ state: "aborted", endedAt: at(10) });
    expect(reasonText(moved.run.reason ?? "").zh).toBe("步骤「call」超过了时限。");
    expect(history(moved).slice(2)).toEqual(["10 late call", "10 aborted"]);
    expect(told(moved).slice(1)).toEqual(["aborted > duty+phone+boss"]);
  });

  test("holds in a drill and in a stable run too", () => {
    expect(told(after(drilled([call]), [10, tick])).at(-1)).toBe("late call 1 > duty+phone");
    const stable = after(begun([call]), [1, resolved], [12, tick]);
    expect(stable.run.state).toBe("stable");
    expect(stepOf(after(stable, [20, tick]).run, "call").escalations).toBe(2);
  });
});

describe("what changes nothing", () => {
  const running = begun([manual("call"), webhook("crm")]);
  test.each([
    ["a tick when nothing is due", running, tick],
    ["an end of what has ended", after(running, [1, resolved]), resolved],
    ["a failure of what fails", running, failingAgain],
    ["a delivery of a manual step", running, delivered("call")],
    ["a delivery of no step", running, delivered("nothing")],
    ["an incident's end where there is no incident", byHand([manual("call")]), resolved],
  ])("%s", (_, start, event) => {
    expect(move(start.run, event, at(2))).toBeUndefined();
  });

  test.each([tick, resolved, failingAgain, delivered("crm"), { kind: "preempted", by: 9 } as const])(
    "$kind after the end",
    (event) => {
      for (const end of [after(running, [1, abort]), after(proposed([manual("call")]), [1, dismiss])])
        expect(move(end.run, event, at(99))).toBeUndefined();
    },
  );
});

test.each([begin, done("call"), skip("call"), retry("call"), note, close, abort, dismiss])(
  "$kind of a run that has ended is refused in both languages",
  (event) => {
    const { run } = after(begun([manual("call")]), [1, abort]);
    expect(move(run, event, at(2))).toEqual({
      refused: {
        en: "S-3 has ended; nothing in it can be changed any more. Begin a new run where there is more to do.",
        zh: "S-3 已结束，不能再更改。如仍需处理，请启动新的一次。",
      },
    });
  },
);

test("a refusal, and what is refused because the deadline just stopped the run, leave the tick to do what is due", () => {
  const start = begun([manual("call", { deadlineMs: minute, onTimeout: "abort" })]);
  expect(move(start.run, done("call"), at(1))).toMatchObject({ refused: { zh: expect.stringContaining("已结束") } });
  expect(after(start, [1, tick]).run.state).toBe("aborted");
});
