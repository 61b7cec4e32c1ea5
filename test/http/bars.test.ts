import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, freshState } from "../../src/engine/advance.ts";
import { barsOfProbe, worstBars } from "../../src/http/bars.ts";
import type { Bar } from "../../src/model/api.ts";
import type { Transition } from "../../src/model/incident.ts";
import type { ProbeState } from "../../src/model/state.ts";
import type { Status } from "../../src/model/status.ts";
import { statuses, worstStatus } from "../../src/model/status.ts";

const state = (status: Status, since: number, lastAt: number | undefined = 100): ProbeState => ({
  probe: "a/b",
  status,
  since,
  verdict: undefined,
  recent: [],
  undecidedSince: undefined,
  lastAt,
  coverUntil: undefined,
  flips: [],
  flapping: false,
});

const change = (at: number, from: Status, to: Status): Transition => ({ probe: "a/b", from, to, at, confirmedAt: at });

describe("barsOfProbe()", () => {
  const table: readonly [string, ProbeState | undefined, Transition[], Bar[]][] = [
    ["nothing for a probe that was never seen", undefined, [], []],
    ["nothing before the first observation", { ...state("unknown", 50), lastAt: undefined }, [], []],
    ["one bar for a status older than the window", state("ok", -500), [], [{ from: 0, to: 100, status: "ok" }]],
    ["a gap before it was first watched", state("ok", 60), [change(60, "unknown", "ok")], [{ from: 60, to: 100, status: "ok" }]],
    [
      "the status before the window up to the first change",
      state("critical", 70),
      [change(-9, "unknown", "ok"), change(70, "ok", "critical")],
      [
        { from: 0, to: 70, status: "ok" },
        { from: 70, to: 100, status: "critical" },
      ],
    ],
    [
      "time in which we did not look as unknown",
      state("ok", 40),
      [change(20, "ok", "unknown"), change(40, "unknown", "ok")],
      [
        { from: 0, to: 20, status: "ok" },
        { from: 20, to: 40, status: "unknown" },
        { from: 40, to: 100, status: "ok" },
      ],
    ],
  ];
  test.each(table)("draws %s", (_name, present, transitions, bars) => {
    expect(barsOfProbe(present, transitions, 0, 100)).toEqual(bars);
  });
});

describe("the account of time", () => {
  const seen = fc.array(
    fc.record({ after: fc.integer({ min: 1, max: 40 }), status: fc.constantFrom(...statuses), immediate: fc.boolean() }),
    { minLength: 1, maxLength: 60 },
  );
  const policy = fc.record({
    n: fc.integer({ min: 1, max: 3 }),
    more: fc.integer({ min: 0, max: 2 }),
    good: fc.integer({ min: 1, max: 3 }),
  });

  test("durations of all statuses sum to the window, to the millisecond, whatever was observed", () => {
    fc.assert(
      fc.property(
        seen,
        policy,
        fc.nat(1000),
        fc.integer({ min: 1, max: 1000 }),
        (observations, { n, more, good }, from, length) => {
          let current = freshState("a/b", 0);
          const transitions: Transition[] = [];
          let at = 0;
          for (const { after, status, immediate } of observations) {
            at += after;
            const step = advance(current, { status, at, immediate }, { bad: [n, n + more], good, recheckMs: 0 }, 25);
            current = step.state;
            transitions.push(...step.transitions);
          }
          const to = from + length;
          const before = transitions.findLastIndex((transition) => transition.at <= from);
          const bars = barsOfProbe(current, transitions.slice(Math.max(0, before)), from, to);
          // Before the first transition nothing was known: that time is unknown, too.
          const known = transitions[0] === undefined ? Infinity : transitions[0].at;
          const unwatched = bars.length === 0 ? length : Math.max(0, Math.min(to, bars[0]?.from ?? to) - from);
          const told = bars.reduce((sum, bar) => sum + (bar.to - bar.from), 0);
          expect(told + unwatched).toBe(length);
          expect(unwatched === 0 || from < known || transitions.length === 0).toBe(true);
          bars.forEach((bar, i) => expect(bar.from).toBe(i === 0 ? from + unwatched : bars[i - 1]?.to));
        },
      ),
    );
  });
});

describe("worstBars()", () => {
  test("shows the worst of every moment and a gap where nothing was watched", () => {
    const bars = worstBars([
      [{ from: 10, to: 50, status: "ok" }],
      [
        { from: 20, to: 30, status: "critical" },
        { from: 70, to: 90, status: "unknown" },
      ],
    ]);
    expect(bars).toEqual([
      { from: 10, to: 20, status: "ok" },
      { from: 20, to: 30, status: "critical" },
      { from: 30, to: 50, status: "ok" },
      { from: 70, to: 90, status: "unknown" },
    ]);
  });

  test("agrees with a look at each moment, for any bars", () => {
    const probe = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom(...statuses)), { maxLength: 6 })
      .map((cuts) => {
        const sorted = cuts.toSorted(([a], [b]) => a - b);
        return sorted.flatMap(([from, status], index): Bar[] => {
          const to = sorted[index + 1]?.[0] ?? 60;
          return to > from ? [{ from, to, status }] : [];
        });
      });
    fc.assert(
      fc.property(fc.array(probe, { maxLength: 4 }), (probes) => {
        const bars = worstBars(probes);
        for (let at = 0; at < 60; at += 1) {
          const covers = (bar: Bar): boolean => bar.from <= at && at < bar.to;
          const there = probes.flatMap((one) => one.filter(covers).map((bar) => bar.status));
          const shown = bars.filter(covers).map((bar) => bar.status);
          expect(shown).toEqual(there.length === 0 ? [] : [worstStatus(there)]);
        }
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
