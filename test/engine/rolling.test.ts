import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closingsOf, settledUntil } from "../../src/engine/rolling.ts";
import type { Closable } from "../../src/model/rollup.ts";
import { happenings, liveThrough, policy } from "../support/probe-life.ts";

const hour = 3_600_000;
const start = Date.UTC(2026, 2, 27, 8);

describe("settledUntil()", () => {
  test("before it nothing is ever changed, whatever comes: gaps, restarts, clocks set back, probes taken away", () => {
    fc.assert(
      fc.property(happenings(40), policy, fc.integer({ min: 60_000, max: 6 * hour }), (some, confirm, everyMs) => {
        let settled = 0;
        let lastTransition = 0;
        for (const { observation, step } of liveThrough("a/b", start, some, { confirm, everyMs })) {
          expect(observation?.at ?? Infinity).toBeGreaterThanOrEqual(settled);
          for (const { at, confirmedAt } of step.transitions) {
            expect(at).toBeGreaterThanOrEqual(settled);
            expect(at).toBeGreaterThan(lastTransition);
            expect(confirmedAt).toBeGreaterThanOrEqual(at);
            lastTransition = at;
          }
          const now = settledUntil(step.state) ?? 0;
          expect(now).toBeGreaterThanOrEqual(settled);
          settled = now;
        }
      }),
      { numRuns: 2_000 },
    );
  }, 60_000);

  test("does not stand still: what is decided settles with the run that decides it", () => {
    const state = { since: 5, undecidedSince: undefined, lastAt: 90 };
    expect(settledUntil(state)).toBe(90);
    expect(settledUntil({ ...state, undecidedSince: 70 })).toBe(70);
    // Nobody looks at it any more: it is unknown from there on.
    expect(settledUntil({ ...state, since: 95 })).toBe(95);
    // What is undecided since before it became unknown can be dated no further back than that.
    expect(settledUntil({ since: 80, undecidedSince: 70, lastAt: 90 })).toBe(80);
    expect(settledUntil({ since: 5, undecidedSince: undefined, lastAt: undefined })).toBeUndefined();
  });
});

describe("closingsOf()", () => {
  const closable: Closable = {
    probe: 7,
    state: { since: start, undecidedSince: undefined, lastAt: start + 26 * hour },
    firstAt: start + 20 * 60_000,
    runsFrom: 0,
    hoursUntil: undefined,
    days: undefined,
  };
  const of = (more: Partial<Closable>, timezone = "UTC") => [...closingsOf({ ...closable, ...more }, timezone)];
  const days = (more: Partial<Closable>, timezone?: string) =>
    of(more, timezone).flatMap(({ kind, from, to }) => (kind === "day" ? [[(from - start) / hour, (to - start) / hour]] : []));

  test("are all whole hours from the first run on, and after them the days", () => {
    expect(of({}).map(({ kind }) => kind)).toEqual([...Array.from({ length: 26 }, () => "hour"), "day"]);
    expect(of({}).slice(0, 2)).toEqual([
      { probe: 7, kind: "hour", from: start, to: start + hour },
      { probe: 7, kind: "hour", from: start + hour, to: start + 2 * hour },
    ]);
    expect(days({})).toEqual([[-8, 16]]);
    expect(days({}, "Asia/Shanghai")).toEqual([[-16, 8]]);
    expect(days({}, "Asia/Kolkata")).toEqual([[-13.5, 10.5]]);
  });

  test("go on where they ended, and end where nothing is settled", () => {
    expect(of({ hoursUntil: start + 24 * hour }).filter(({ kind }) => kind === "hour")).toHaveLength(2);
    expect(days({ days: { until: start + 16 * hour, timezone: "UTC" } })).toEqual([]);
    expect(of({ state: { ...closable.state, undecidedSince: start + 50 * 60_000 } })).toEqual([]);
    expect(of({ state: { ...closable.state, lastAt: undefined } })).toEqual([]);
  });

  test("after a change of the zone begin with the first day of which all runs are kept", () => {
    const shanghai = { until: start + 8 * hour, timezone: "Asia/Shanghai" };
    expect(days({ days: shanghai })).toEqual([[-8, 16]]);
    expect(days({ days: shanghai, runsFrom: start - 8 * hour })).toEqual([[-8, 16]]);
    expect(days({ days: shanghai, runsFrom: start - 7 * hour })).toEqual([]);
  });
});

test("a day with the switch to summer time is closed as 23 hours", () => {
  const from = Date.parse("2026-03-28T23:00Z");
  const closable = {
    probe: 1,
    state: { since: from, undecidedSince: undefined, lastAt: from + 23 * hour },
    firstAt: from + 1,
    runsFrom: 0,
    hoursUntil: undefined,
    days: undefined,
  };
  expect([...closingsOf(closable, "Europe/Berlin")].at(-1)).toEqual({ probe: 1, kind: "day", from, to: from + 23 * hour });
});
