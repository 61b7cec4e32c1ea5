import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayOf, daysOf, startOfDay } from "../../src/model/days.ts";

const hour = 3_600_000;
const zones = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Shanghai",
  "Asia/Kolkata",
  "America/Havana",
  "America/Santiago",
  "Pacific/Apia",
  "UTC",
] as const;

const dateIn = (timezone: string, at: number): string => new Intl.DateTimeFormat("en-CA", { timeZone: timezone }).format(at);

describe("dayOf", () => {
  test("holds its moment, and every moment of it and none beside it has the same date", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2010, 0), max: Date.UTC(2030, 0) }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (timezone, at, share) => {
          const { from, to } = dayOf(at, timezone);
          expect(from).toBeLessThanOrEqual(at);
          expect(at).toBeLessThan(to);
          const inside = from + Math.floor((to - from) * share);
          for (const moment of [from, inside, to - 1]) expect(dateIn(timezone, moment)).toBe(dateIn(timezone, at));
          for (const moment of [from - 1, to]) expect(dateIn(timezone, moment)).not.toBe(dateIn(timezone, at));
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each([
    ["Europe/Berlin", "2026-03-29T00:00+01:00", 23],
    ["Europe/Berlin", "2026-10-25T00:00+02:00", 25],
    ["America/New_York", "2026-03-08T00:00-05:00", 23],
    ["America/New_York", "2026-11-01T00:00-04:00", 25],
    ["Australia/Lord_Howe", "2026-04-05T00:00+11:00", 24.5],
    ["Australia/Lord_Howe", "2026-10-04T00:00+10:30", 23.5],
    ["Asia/Shanghai", "2026-10-01T00:00+08:00", 24],
    // Clocks go from midnight to one: the day begins with the hour after the gap.
    ["America/Santiago", "2026-09-06T01:00-03:00", 23],
    ["Pacific/Apia", "2011-12-31T00:00+14:00", 24],
  ])("%s, %s: %d h", (timezone, start, hours) => {
    const from = Date.parse(start);
    expect(dayOf(from + 5 * hour, timezone)).toEqual({ from, to: from + hours * hour });
  });
});

test("daysOf gives days that touch, whole at both ends", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: Date.UTC(2010, 0), max: Date.UTC(2030, 0) }),
      fc.integer({ min: 1, max: 100 * 24 * hour }),
      (timezone, from, length) => {
        const days = daysOf({ from, to: from + length }, timezone);
        expect(days[0]?.from).toBeLessThanOrEqual(from);
        expect(days.at(-1)?.to).toBeGreaterThanOrEqual(from + length);
        expect(days.at(-1)?.from).toBeLessThan(from + length);
        expect(days.slice(1).map((day) => day.from)).toEqual(days.slice(0, -1).map((day) => day.to));
      },
    ),
    { numRuns: 100 },
  );
  expect(daysOf({ from: 5, to: 5 }, "UTC")).toEqual([]);
});

test("startOfDay is the first moment of a date", () => {
  expect(startOfDay(2026, 10, 1, "Asia/Shanghai")).toBe(Date.parse("2026-10-01T00:00+08:00"));
});
