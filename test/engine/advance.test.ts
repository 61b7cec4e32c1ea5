import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, fillGap, flapPercent, freshState } from "../../src/engine/advance.ts";
import type { Confirm } from "../../src/model/check.ts";
import type { Transition } from "../../src/model/incident.ts";
import type { ProbeState } from "../../src/model/state.ts";
import { statuses, type Status } from "../../src/model/status.ts";

const threeOfFour: Confirm = { bad: [3, 4], good: 2, recheckMs: 20_000 };
const oneOfOne: Confirm = { bad: [1, 1], good: 1, recheckMs: 0 };
const cover = 10;

const letters: Readonly<Record<string, Status>> = { o: "ok", w: "warning", c: "critical", u: "unknown", "!": "critical" };

/** Runs a line of observations, one a time unit from 1 on: `o` ok, `w` warning, `c` critical, `!` critical and immediate, `u` unknown, `-` none. */
function play(
  line: string,
  policy: Confirm,
  from: ProbeState = freshState("p", 0),
): { state: ProbeState; transitions: Transition[] } {
  let state = from;
  const transitions: Transition[] = [];
  line.split("").forEach((letter, i) => {
    const status = letters[letter];
    if (status === undefined) return;
    const step = advance(state, { status, at: i + 1, immediate: letter === "!" }, policy, cover);
    state = step.state;
    transitions.push(...step.transitions);
  });
  return { state, transitions };
}

const told = (transitions: readonly Transition[]): string =>
  transitions.map(({ to, at, confirmedAt }) => `${to}@${at}${confirmedAt === at ? "" : `/${confirmedAt}`}`).join(" ");

describe("advance()", () => {
  test.each([
    ["the first good answer counts", "o", threeOfFour, "ok@1"],
    ["one bad answer decides nothing", "occ", threeOfFour, "ok@1"],
    ["three of four are believed, dated by the first", "occc", threeOfFour, "ok@1 critical@2/4"],
    ["three of four with a good one between are dated by the last streak", "ococc", threeOfFour, "ok@1 critical@4/5"],
    ["two good ones end it, dated by the first of them", "occcoo", threeOfFour, "ok@1 critical@2/4 ok@5/6"],
    ["one good one does not end it", "occcoc", threeOfFour, "ok@1 critical@2/4"],
    ["bad from the beginning stays unknown until it is decided", "ccc", threeOfFour, "critical@1/3"],
    ["warnings and criticals mixed are a warning", "owcw", threeOfFour, "ok@1 warning@2/4"],
    ["a warning grows worse", "owwwccc", threeOfFour, "ok@1 warning@2/4 critical@5/7"],
    ["a critical grows milder after as many as a recovery needs", "occcww", threeOfFour, "ok@1 critical@2/4 warning@5/6"],
    ["an immediate one is believed at once", "o!", threeOfFour, "ok@1 critical@2"],
    ["unknown is accounted at once", "ou", threeOfFour, "ok@1 unknown@2"],
    ["after unknown a good answer counts from itself on", "ouo", threeOfFour, "ok@1 unknown@2 ok@3"],
    ["after unknown an undecided answer claims nothing", "ouc", threeOfFour, "ok@1 unknown@2"],
    ["after unknown a good answer counts even if a bad one came first", "ouco", threeOfFour, "ok@1 unknown@2 ok@4"],
    ["what is decided after unknown is dated after it", "oucc", { ...threeOfFour, bad: [2, 2] }, "ok@1 unknown@2 critical@3/4"],
    ["unknown between bad ones does not lose count, and stays unknown", "occuc", threeOfFour, "ok@1 unknown@4 critical@5"],
    ["unknown does not end a fault", "cuuc", oneOfOne, "critical@1 unknown@2 critical@4"],
    ["one of one follows each", "ocowo", oneOfOne, "ok@1 critical@2 ok@3 warning@4 ok@5"],
    ["a fault must last as long as the policy says", "occccc", { ...threeOfFour, bad: [2, 6], forMs: 3 }, "ok@1 critical@2/5"],
    ["a gap is unknown from the end of the cover on", `o${"-".repeat(20)}o`, threeOfFour, "ok@1 unknown@11/22 ok@22"],
  ] satisfies [string, string, Confirm, string][])("%s: %s", (_, line, policy, expected) => {
    expect(told(play(line, policy).transitions)).toBe(expected);
  });

  test("ignores an unknown observation in what incidents rest on", () => {
    const { state } = play("occcuuuu", threeOfFour);
    expect(state).toMatchObject({ status: "unknown", verdict: "critical" });
  });

  test("says since when it is undecided, and no longer once it is decided", () => {
    expect(play("oc", threeOfFour).state.undecidedSince).toBe(2);
    expect(play("occc", threeOfFour).state.undecidedSince).toBeUndefined();
    expect(play("occco", threeOfFour).state.undecidedSince).toBe(5);
    expect(play("ocoooo", threeOfFour).state.undecidedSince).toBeUndefined();
  });

  test("keeps transitions in order, alternating, and never after the observation that confirmed them", () => {
    const policy = fc.record({
      n: fc.integer({ min: 1, max: 4 }),
      more: fc.integer({ min: 0, max: 3 }),
      good: fc.integer({ min: 1, max: 3 }),
    });
    const line = fc.array(
      fc.record({ status: fc.constantFrom(...statuses), after: fc.integer({ min: 1, max: 30 }), immediate: fc.boolean() }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(policy, line, ({ n, more, good }, seen) => {
        const confirm: Confirm = { bad: [n, n + more], good, recheckMs: 0 };
        let state = freshState("p", 0);
        let at = 0;
        let last: Transition | undefined;
        for (const { status, after, immediate } of seen) {
          at += after;
          const step = advance(state, { status, at, immediate }, confirm, cover);
          for (const transition of step.transitions) {
            expect(transition.from).toBe(last?.to ?? "unknown");
            expect(transition.to).not.toBe(transition.from);
            expect(transition.at).toBeGreaterThan(last?.at ?? 0);
            expect(transition.at).toBeLessThanOrEqual(transition.confirmedAt);
            expect(transition.confirmedAt).toBe(at);
            last = transition;
          }
          state = step.state;
          expect(state.status).toBe(last?.to ?? "unknown");
          expect(state.recent.length).toBeLessThanOrEqual(Math.max(n + more, good, 2));
          expect(["unknown", state.verdict]).toContain(state.status);
        }
      }),
    );
  });
});

describe("fillGap()", () => {
  test("leaves a covered state alone", () => {
    const { state } = play("o", oneOfOne);
    expect(fillGap(state, 11)).toEqual({ state, transitions: [] });
  });

  test("a shorter interval from now on does not falsify what was covered before", () => {
    const slow = advance(freshState("p", 0), { status: "ok", at: 1, immediate: false }, oneOfOne, 1000).state;
    expect(fillGap(slow, 500).transitions).toEqual([]);
    expect(advance(slow, { status: "ok", at: 500, immediate: false }, oneOfOne, 10).transitions).toEqual([]);
  });

  test("turns to unknown where the last observation stops to speak", () => {
    const { state } = play("o", oneOfOne);
    expect(fillGap(state, 12).transitions).toEqual([{ probe: "p", from: "ok", to: "unknown", at: 11, confirmedAt: 12 }]);
  });
});

describe("flapPercent()", () => {
  const flips = (newest: number): number[] => [...Array<number>(20 - newest).fill(0), ...Array<number>(newest).fill(1)];
  test.each([
    ["all 20", Array<number>(20).fill(1), 100],
    ["the newest 6", flips(6), 35.53],
    ["the newest 5", flips(5), 29.93],
    ["the oldest 6", flips(6).toReversed(), 24.47],
  ])("weighs %s as Nagios does", (_, given, percent) => {
    expect(flapPercent(given)).toBeCloseTo(percent, 2);
  });

  test("flapping starts at 30 % and stops below 20 %", () => {
    const shaken = play("ococococ", oneOfOne).state;
    expect(shaken.flapping).toBe(true);
    expect(play("oooo", oneOfOne, { ...shaken, lastAt: undefined, coverUntil: undefined }).state.flapping).toBe(true);
    expect(play("o".repeat(20), oneOfOne, { ...shaken, lastAt: undefined, coverUntil: undefined }).state.flapping).toBe(false);
  });
});
