import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueMonths, startMonthly } from "../../src/engine/monthly.ts";
import { earlier, momentIn, monthAfter, monthBefore, monthOf, monthWindow } from "../../src/model/month.ts";

const hour = 3_600_000;
const at = (text: string): number => Date.parse(text);
const zone = "Asia/Shanghai";
const settings = { timezone: zone, report: { day: 1, minutes: 510 } };
const known = (more: Partial<Parameters<typeof dueMonths>[2]> = {}): Parameters<typeof dueMonths>[2] => ({
  firstAt: () => at("2026-10-05T00:00:00+08:00"),
  isFrozen: () => false,
  isUndecided: () => false,
  ...more,
});

describe("dueMonths()", () => {
  test.each([
    ["2026-10-31T23:59:59+08:00", []],
    ["2026-11-01T08:29:59+08:00", []],
    ["2026-11-01T08:30:00+08:00", ["2026-10"]],
    // A daemon that was down makes up for it.
    ["2026-11-25T00:00:00+08:00", ["2026-10"]],
    ["2026-12-01T08:30:00+08:00", ["2026-10", "2026-11"]],
  ])("%s: %o", (now, months) => {
    expect(dueMonths(at(now), settings, known()).map(({ month }) => month)).toEqual(months);
  });

  test("only the last month is told", () => {
    expect(dueMonths(at("2026-12-02T00:00:00+08:00"), settings, known())).toEqual([
      { month: "2026-10", isTold: false },
      { month: "2026-11", isTold: true },
    ]);
  });

  test("what is not decided is waited for until the third day", () => {
    const undecided = known({ isUndecided: (before) => before === at("2026-11-01T00:00:00+08:00") });
    const due = (now: string) => dueMonths(at(now), settings, undecided).map(({ month }) => month);
    expect(due("2026-11-02T23:59:59+08:00")).toEqual([]);
    expect(due("2026-11-03T00:00:00+08:00")).toEqual(["2026-10"]);
  });

  test("a month that is stored, or before the first run, is not made; and no more than twelve are", () => {
    const now = at("2026-12-02T00:00:00+08:00");
    expect(dueMonths(now, settings, known({ isFrozen: (month) => month === "2026-10" })).map(({ month }) => month)).toEqual([
      "2026-11",
    ]);
    expect(dueMonths(now, settings, known({ firstAt: () => undefined }))).toEqual([]);
    expect(dueMonths(now, settings, known({ firstAt: () => 0 }))).toHaveLength(12);
  });
});

describe("momentIn()", () => {
  test.each([
    ["2026-11", 1, 510, "Asia/Shanghai", "2026-11-01T00:30:00Z"],
    // Clocks go back an hour in the night of 1 November 2026, and forward on 8 March.
    ["2026-11", 1, 510, "America/New_York", "2026-11-01T13:30:00Z"],
    ["2026-03", 8, 510, "America/New_York", "2026-03-08T12:30:00Z"],
    // 02:30 does not exist that night: just after the leap.
    ["2026-03", 8, 150, "America/New_York", "2026-03-08T07:30:00Z"],
    ["2026-03", 29, 150, "Europe/Berlin", "2026-03-29T01:30:00Z"],
    ["2028-02", 28, 0, "UTC", "2028-02-28T00:00:00Z"],
    ["2026-10", 4, 510, "Australia/Lord_Howe", "2026-10-03T21:30:00Z"],
  ])("%s day %i, %i min in %s is %s", (month, day, minutes, timezone, moment) => {
    expect(new Date(momentIn(month, day, minutes, timezone)).toISOString()).toBe(moment.replace("Z", ".000Z"));
  });

  test("every month of any length has its moment once, after its end, wherever clocks change", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Africa/Cairo", "Pacific/Chatham"),
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 1, max: 28 }),
        fc.integer({ min: 0, max: 1_439 }),
        (timezone, back, day, minutes) => {
          const month = earlier("2030-01", back);
          const due = momentIn(monthAfter(month), day, minutes, timezone);
          const { to } = monthWindow(month, timezone);
          expect(due).toBeGreaterThanOrEqual(to);
          expect(monthOf(due, timezone)).toBe(monthAfter(month));
          expect(monthBefore(due, timezone)).toBe(month);
          const about = { timezone, report: { day, minutes } };
          const first = { firstAt: () => to - 1, isFrozen: () => false, isUndecided: () => false };
          expect(dueMonths(due - 1, about, first)).toEqual([]);
          expect(dueMonths(due, about, first)).toEqual([{ month, isTold: true }]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("startMonthly()", () => {
  const report = { channels: [], language: undefined, day: 1, minutes: 510, target: 0.999 };

  test("makes a month once whenever it looks, and again after it failed", async () => {
    let now = at("2026-11-01T08:00:00+08:00");
    const frozen = new Set<string>();
    const errors: unknown[] = [];
    const tries: string[] = [];
    const monthly = startMonthly({
      now: () => now,
      settings: () => ({ timezone: zone, report }),
      firstAt: () => at("2026-10-05T00:00:00+08:00"),
      isFrozen: (month) => frozen.has(month),
      isUndecided: () => false,
      keepTotals: () => undefined,
      freeze(month) {
        tries.push(month);
        if (tries.length === 1) return Promise.reject(new Error("disk full"));
        frozen.add(month);
        return Promise.resolve();
      },
      onError: (error) => errors.push(error),
    });
    for (let looks = 0; looks < 100; looks += 1) {
      await monthly.tick();
      now += 10 * 60_000;
    }
    await monthly.stop();
    expect(tries).toEqual(["2026-10", "2026-10"]);
    expect(errors).toHaveLength(1);
  });

  test("keeps the counts at the start, before anything else runs, and at each new day", async () => {
    let now = at("2026-11-01T22:30:00+08:00");
    const kept: number[] = [];
    const monthly = startMonthly({
      now: () => now,
      settings: () => ({ timezone: zone, report }),
      firstAt: () => undefined,
      isFrozen: () => false,
      isUndecided: () => false,
      keepTotals: () => kept.push(now),
      freeze: () => Promise.resolve(),
      onError: () => undefined,
    });
    const first = monthly.tick();
    expect(kept).toHaveLength(1);
    await first;
    for (; now < at("2026-11-04T00:00:00+08:00"); now += hour / 2) await monthly.tick();
    await monthly.stop();
    expect(kept.map((one) => new Date(one + 8 * hour).toISOString().slice(5, 16))).toEqual([
      "11-01T22:30",
      "11-02T00:00",
      "11-03T00:00",
    ]);
  });
});
