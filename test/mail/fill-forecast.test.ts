import { describe, expect, test } from "vitest";
import { type DailyMaximum, forecast, remember } from "../../src/mail/fill-forecast.ts";

/** One value a day, from day 100 on; undefined: not looked at. */
const daily = (...used: readonly (number | undefined)[]): readonly DailyMaximum[] =>
  used.flatMap((value, i): readonly DailyMaximum[] => (value === undefined ? [] : [[100 + i, value]]));

const limit = 100;
/** Days until full, rounded; undefined where nothing is foreseen. */
const days = (history: readonly DailyMaximum[]): number | undefined => {
  const found = forecast(history, history.at(-1)?.[1] ?? 0, limit)?.days;
  return found === undefined ? undefined : Math.round(found * 10) / 10;
};

describe("forecast()", () => {
  test.each<readonly [string, readonly DailyMaximum[], number | undefined]>([
    ["two a day", daily(50, 52, 54, 56, 58, 60, 62), 19],
    ["two a day, with days that nobody looked", daily(50, undefined, 54, 56, undefined, 60, 62, 64, 66), 17],
    ["six days are too few", daily(50, 52, 54, 56, 58, 60), undefined],
    ["it stands still", daily(50, 50, 50, 50, 50, 50, 50), undefined],
    ["it shrinks", daily(60, 59, 58, 57, 56, 55, 54), undefined],
    ["it swings, and does not grow", daily(50, 54, 50, 54, 51, 54, 51, 55), undefined],
    // The mean slope of these would foresee it in 5.6 days.
    ["one great mail in a month of nothing", daily(10, 10, 10, 10, 10, 10, 10, 10, 10, 64), undefined],
    ["two a day, and one day that counted wrong", daily(50, 52, 54, 99, 58, 60, 62, 64), undefined],
    ["two a day, and one great mail", daily(40, 42, 44, 60, 62, 64, 66, 68, 70), 15],
    ["what was before a clean-up does not count", daily(90, 92, 94, 96, 98, 10, 20, 30, 40, 50, 60, 70), 3],
    ["nor is there a week since", daily(90, 92, 94, 96, 98, 10, 20, 30, 40, 50), undefined],
    ["a little that is removed is no clean-up", daily(50, 54, 58, 55, 59, 63, 67, 71), 10.2],
    ["nothing is known", [], undefined],
    ["it is full", daily(40, 50, 60, 70, 80, 90, 100), undefined],
  ])("%s", (_name, history, expected) => {
    expect(days(history)).toBe(expected);
  });
});

describe("remember()", () => {
  test("keeps the most of a day, and the last 45 of them", () => {
    expect(remember(daily(5, 6), 101, 4)).toEqual(daily(5, 6));
    expect(remember(daily(5, 6), 101, 9)).toEqual(daily(5, 9));
    const full = Array.from({ length: 45 }, (_unused, i): DailyMaximum => [i, i]);
    expect(remember(full, 45, 45)).toEqual([...full.slice(1), [45, 45]]);
  });

  test("a clock that was ahead leaves nothing of the future", () => {
    expect(remember([...daily(5), [900, 7]], 101, 6)).toEqual(daily(5, 6));
  });
});
