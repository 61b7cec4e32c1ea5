import { describe, expect, it } from "vitest";
import { humanDuration } from "../../src/i18n/durations.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("humanDuration()", () => {
  it.each([
    [-5, "0 s", "0 秒"],
    [0, "0 s", "0 秒"],
    [350.9, "350 ms", "350 毫秒"],
    [1_000, "1 s", "1 秒"],
    [2_190, "2.1 s", "2.1 秒"],
    [42_900, "42 s", "42 秒"],
    [minute - 1, "59 s", "59 秒"],
    [minute, "1 min", "1 分钟"],
    [minute + 10_000, "1 min 10 s", "1 分 10 秒"],
    [3 * minute - 1, "2 min", "2 分钟"],
    [47 * minute + 59_000, "47 min", "47 分钟"],
    [hour, "1 h", "1 小时"],
    [3 * hour + 20 * minute, "3 h 20 min", "3 小时 20 分"],
    [day - 1, "23 h 59 min", "23 小时 59 分"],
    [day, "1 day", "1 天"],
    [3 * day + 4 * hour, "3 days 4 h", "3 天 4 小时"],
    [41 * day + 5 * hour, "41 days", "41 天"],
  ])("%d ms is %s and %s", (ms, en, zh) => {
    expect(humanDuration(ms, "en")).toBe(en);
    expect(humanDuration(ms, "zh-CN")).toBe(zh);
  });
});
