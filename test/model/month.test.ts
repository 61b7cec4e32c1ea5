import { describe, expect, test } from "vitest";
import { wilson } from "../../src/report/interval.ts";
import { isMonth, monthBefore, monthWindow } from "../../src/model/month.ts";

const hour = 3_600_000;
const hours = (month: string, timezone: string): number => {
  const { from, to } = monthWindow(month, timezone);
  return (to - from) / hour;
};

describe("monthWindow()", () => {
  test.each([
    ["2026-10", "Asia/Shanghai", 744],
    ["2026-11", "Asia/Shanghai", 720],
    ["2026-02", "Asia/Shanghai", 672],
    ["2028-02", "Asia/Shanghai", 696],
    // One hour less in spring, one more in autumn.
    ["2026-03", "Europe/Berlin", 743],
    ["2026-10", "Europe/Berlin", 745],
    ["2026-11", "America/New_York", 721],
    // Half an hour, and a zone without whole hours.
    ["2026-10", "Australia/Lord_Howe", 743.5],
    ["2026-10", "Asia/Kathmandu", 744],
    // A day that was left out (Samoa crossed the date line on 30 December 2011).
    ["2011-12", "Pacific/Apia", 720],
  ])("%s in %s has %f hours", (month, timezone, length) => {
    expect(hours(month, timezone)).toBe(length);
  });

  test("begins at midnight on the wall", () => {
    expect(new Date(monthWindow("2026-10", "Asia/Shanghai").from).toISOString()).toBe("2026-09-30T16:00:00.000Z");
    expect(new Date(monthWindow("2026-12", "America/New_York").to).toISOString()).toBe("2027-01-01T05:00:00.000Z");
  });

  test("months touch, for years, wherever clocks change", () => {
    for (const timezone of ["UTC", "Asia/Shanghai", "Europe/London", "America/St_Johns", "Africa/Cairo", "Pacific/Chatham"]) {
      for (let at = 0; at < 60; at += 1) {
        const name = (index: number): string => `${2024 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
        const here = monthWindow(name(at), timezone);
        expect(here.to).toBe(monthWindow(name(at + 1), timezone).from);
        expect(monthBefore(here.to, timezone)).toBe(name(at));
        expect(monthBefore(here.to - 1, timezone)).not.toBe(name(at));
      }
    }
  });

  test("a month is written as 2026-10", () => {
    expect(["2026-10", "2026-1", "2026-13", "26-10", "2026-00"].map(isMonth)).toEqual([true, false, false, false, false]);
  });
});

describe("wilson()", () => {
  // Newcombe (1998), table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i lies between %f and %f", (successes, tries, low, high) => {
    const seen = wilson(successes, tries);
    expect(seen.low).toBeCloseTo(low, 4);
    expect(seen.high).toBeCloseTo(high, 4);
    expect(seen.value).toBe(successes / tries);
  });

  test("knows nothing without a try", () => {
    expect(wilson(0, 0)).toEqual({ value: undefined, low: 0, high: 1 });
  });
});
