import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Status } from "../../src/model/status.ts";
import {
  type Account,
  add,
  availabilityOf,
  type Change,
  cut,
  nothing,
  type Span,
  type State,
  sum,
} from "../../src/model/account.ts";
import { errorBudget, outagesOf, repairsOf, verdictOf } from "../../src/report/account.ts";

/** The account written a second time, in the simplest way there is: one millisecond after the other. */
function bruteForce(changes: readonly Change[], window: Span, maintenance: readonly Span[]): Account {
  const names: Record<Status, State> = { ok: "up", warning: "degraded", critical: "down", unknown: "unknown" };
  const total: Record<State, number> = { ...nothing };
  for (let at = window.from; at < window.to; at += 1) {
    let state: State = "unknown";
    for (const change of changes) if (change.at <= at) state = names[change.to];
    for (const span of maintenance) if (span.from <= at && at < span.to) state = "maintenance";
    total[state] += 1;
  }
  return total;
}

const statuses: readonly Status[] = ["ok", "warning", "critical", "unknown"];
const moment = fc.integer({ min: 0, max: 400 });
const spans = fc.array(
  fc.tuple(moment, moment).map(([from, to]) => ({ from, to })),
  { maxLength: 4 },
);
const window = fc.tuple(moment, moment).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const history = fc
  .uniqueArray(fc.record({ at: moment, to: fc.constantFrom(...statuses) }), { selector: ({ at }) => at, maxLength: 12 })
  .map((changes) => changes.toSorted((a, b) => a.at - b.at));

const length = ({ from, to }: Span): number => to - from;
const total = (account: Account): number => Object.values(account).reduce((all, one) => all + one, 0);

describe("the account of time", () => {
  test("equals one that counts every millisecond, and fills its window", () => {
    fc.assert(
      fc.property(history, window, spans, (changes, within, maintenance) => {
        const account = sum(cut(changes, within, maintenance));
        expect(account).toEqual(bruteForce(changes, within, maintenance));
        expect(total(account)).toBe(length(within));
      }),
      { numRuns: 500 },
    );
  });

  test("of two windows that touch is the account of both", () => {
    fc.assert(
      fc.property(history, window, moment, spans, (changes, within, middle, maintenance) => {
        const at = Math.max(within.from, Math.min(within.to, middle));
        const parts = [
          { from: within.from, to: at },
          { from: at, to: within.to },
        ].map((part) => sum(cut(changes, part, maintenance)));
        expect(parts.reduce(add, nothing)).toEqual(sum(cut(changes, within, maintenance)));
      }),
    );
  });

  test("has pieces that touch, each of another state than the one before", () => {
    fc.assert(
      fc.property(history, window, spans, (changes, within, maintenance) => {
        const pieces = cut(changes, within, maintenance);
        for (const [index, piece] of pieces.entries()) {
          expect(piece.from).toBe(pieces[index - 1]?.to ?? within.from);
          expect(piece.to).toBeGreaterThan(piece.from);
          expect(piece.state).not.toBe(pieces[index - 1]?.state);
        }
        expect(pieces.at(-1)?.to ?? within.to).toBe(within.to);
      }),
    );
  });
});

const hour = 3_600_000;
const month = { from: 0, to: 720 * hour };

describe("availabilityOf()", () => {
  test("holds its bounds, whatever the unknown time was", () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), fc.nat(1e6)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (parts, share) => {
          const [up, degraded, down, unknown] = parts;
          const seen = availabilityOf({ up, degraded, down, unknown, maintenance: 5 });
          expect(seen.low).toBeLessThanOrEqual(seen.high);
          if (up + degraded + down + unknown === 0) return;
          // Any share of the unknown time may have been up.
          const truth = (up + degraded + share * unknown) / (up + degraded + down + unknown);
          expect(truth).toBeGreaterThanOrEqual(seen.low - 1e-12);
          expect(truth).toBeLessThanOrEqual(seen.high + 1e-12);
        },
      ),
    );
  });

  test("says met, missed, or that it cannot be judged", () => {
    const of = (down: number, unknown: number) => availabilityOf({ ...nothing, up: 100_000 - down - unknown, down, unknown });
    expect(verdictOf(of(50, 0), 0.999)).toBe("met");
    expect(verdictOf(of(150, 0), 0.999)).toBe("missed");
    expect(verdictOf(of(50, 100), 0.999)).toBe("undecided");
    expect(verdictOf(of(0, 100_000), 0.999)).toBe("undecided");
    expect(verdictOf(availabilityOf(nothing), 0.999)).toBe("undecided");
    expect(of(0, 100_000)).toEqual({ value: undefined, low: 0, high: 1, coverage: 0 });
  });

  test("gives 99.9 % of 30 days 43.2 minutes, planned work left out", () => {
    expect(errorBudget({ ...nothing, up: month.to - 10 * 60_000, down: 10 * 60_000 }, 0.999)).toEqual({
      allowed: 43.2 * 60_000,
      left: 1_992_000,
    });
    expect(errorBudget({ ...nothing, up: month.to / 2, maintenance: month.to / 2 }, 0.999).allowed).toBe(21.6 * 60_000);
  });
});

describe("outagesOf() and repairsOf()", () => {
  const minute = 60_000;
  const changes: readonly Change[] = [
    { at: -1, to: "ok" },
    { at: 10 * minute, to: "critical" },
    { at: 20 * minute, to: "ok" },
    { at: 24 * minute, to: "critical" },
    { at: 30 * minute, to: "warning" },
    { at: 100 * minute, to: "critical" },
    { at: 130 * minute, to: "ok" },
    { at: month.to - minute, to: "critical" },
  ];

  test("count as one what has less than five minutes between", () => {
    const pieces = cut(changes, month);
    const outages = outagesOf(pieces, month);
    expect(outages).toEqual([
      { from: 10 * minute, to: 30 * minute, downMs: 16 * minute, isOpen: false },
      { from: 100 * minute, to: 130 * minute, downMs: 30 * minute, isOpen: false },
      { from: month.to - minute, to: month.to, downMs: minute, isOpen: true },
    ]);
    const repairs = repairsOf(outages, sum(pieces), month);
    expect(repairs).toMatchObject({ count: 3, mean: 25 * minute, median: 25 * minute, longest: 30 * minute, atLeast: undefined });
    expect(repairs.between).toBe((month.to - 47 * minute) / 3);
  });

  test("what went on from the month before counts there", () => {
    const pieces = cut(
      [
        { at: -5, to: "critical" },
        { at: minute, to: "ok" },
      ],
      month,
    );
    expect(outagesOf(pieces, month, true)).toEqual([]);
    expect(outagesOf(pieces, month, false)).toHaveLength(1);
    expect(sum(pieces).down).toBe(minute);
  });

  test("without an outage it is at least the month, and never for ever", () => {
    expect(repairsOf([], { ...nothing, up: month.to }, month)).toEqual({
      count: 0,
      mean: undefined,
      median: undefined,
      longest: undefined,
      between: undefined,
      atLeast: month.to,
    });
  });
});
