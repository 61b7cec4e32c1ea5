import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endOfDay, placeOnLadder, rungs } from "../../src/model/ladder.ts";

const day = 86_400_000;

describe("placeOnLadder()", () => {
  test.each([
    [365, undefined],
    [90.001, undefined],
    [90, { stage: "quarter", days: 90, rung: 90 }],
    [60.5, { stage: "quarter", days: 60, rung: 90 }],
    [60, { stage: "soon", days: 60, rung: 60 }],
    [30, { stage: "soon", days: 30, rung: 30 }],
    [14.5, { stage: "soon", days: 14, rung: 30 }],
    [14, { stage: "now", days: 14, rung: 14 }],
    [6.9, { stage: "now", days: 6, rung: 7 }],
    [3, { stage: "now", days: 3, rung: 3 }],
    [0.5, { stage: "now", days: 0, rung: 1 }],
    [0, { stage: "over", days: 0, rung: 0 }],
    [-400, { stage: "over", days: 0, rung: 0 }],
  ])("%f days before the end: %o", (days, place) => {
    expect(placeOnLadder(days * day)).toEqual(place);
  });

  test("only ever goes down as time goes on", () => {
    const far = rungs[0];
    fc.assert(
      fc.property(fc.integer({ min: -10, max: far * day }), fc.integer({ min: 0, max: far * day }), (left, later) => {
        const before = placeOnLadder(left)?.rung ?? Infinity;
        expect(placeOnLadder(left - later)?.rung ?? Infinity).toBeLessThanOrEqual(before);
      }),
    );
  });
});

test("endOfDay() is the first moment of the day after", () => {
  expect(new Date(endOfDay("2027-02-28")).toISOString()).toBe("2027-03-01T00:00:00.000Z");
});
