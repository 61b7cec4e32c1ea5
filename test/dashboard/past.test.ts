import { describe, expect, test } from "vitest";
import {
  availabilityInWords,
  latencyInWords,
  percent,
  pointInWords,
  slowestLeg,
  stretches,
  stretchInWords,
  usualOf,
  withGaps,
} from "../../dashboard/past.ts";
import type { Voice } from "../../dashboard/voice.ts";
import type { LatencyPoint } from "../../src/model/past.ts";

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 22, 9, 0);
const en: Voice = { language: "en", timezone: "Asia/Shanghai", now };
const zh: Voice = { ...en, language: "zh-CN" };
const point = (from: number, more: Partial<LatencyPoint> = {}): LatencyPoint => ({
  from,
  to: from + 10,
  p50: 100,
  p95: 200,
  runs: 4,
  lost: 0,
  ...more,
});

describe("stretches", () => {
  test.each([
    ["nothing was watched", [], [[0, 100, undefined]]],
    ["the whole window", [{ from: 0, to: 100, status: "ok" }], [[0, 100, "ok"]]],
    [
      "gaps before, between and after are pieces of their own",
      [
        { from: 10, to: 20, status: "ok" },
        { from: 20, to: 30, status: "critical" },
        { from: 40, to: 90, status: "unknown" },
      ],
      [
        [0, 10, undefined],
        [10, 20, "ok"],
        [20, 30, "critical"],
        [30, 40, undefined],
        [40, 90, "unknown"],
        [90, 100, undefined],
      ],
    ],
  ] as const)("%s", (_, bars, wanted) => {
    expect(stretches(bars, 0, 100).map(({ from, to, status }) => [from, to, status])).toEqual(wanted);
  });
});

test.each([
  [1, "100 %", "100%"],
  [0.999_999, "99.99 %", "99.99%"],
  [0.5, "50 %", "50%"],
  [0.123_45, "12.34 %", "12.34%"],
  [0, "0 %", "0%"],
])("percent: %f is %s, and never rounded up", (share, english, chinese) => {
  expect([percent(en, share), percent(zh, share)]).toEqual([english, chinese]);
});

describe("availabilityInWords", () => {
  test.each([
    [
      { value: 1, low: 1, high: 1, downMs: 0, unknownMs: 0 },
      "Available 100 % of the time watched. Never down.",
      "监控期间可用率 100%。没有中断。",
    ],
    [
      { value: 0.95, low: 0.9, high: 0.96, downMs: hour, unknownMs: 2 * hour },
      "Available 95 % of the time that is known. For 2 h nothing is known, so that only between 90 % and 96 % is certain. Down for 1 h in all.",
      "已知时间内可用率 95%。其中 2 小时状况未知，所以只能确定在 90% 与 96% 之间。中断共 1 小时。",
    ],
    [{ value: null, low: 0, high: 1, downMs: 0, unknownMs: 24 * hour }, "Nothing is known of this time.", "这段时间没有数据。"],
  ])("%o", (view, english, chinese) => {
    expect(availabilityInWords(en, view)).toBe(english);
    expect(availabilityInWords(zh, view)).toBe(chinese);
  });
});

test("stretchInWords says what, from when to when and how long; of a folded one the worst", () => {
  const one = { from: now - 3 * hour, to: now - 2 * hour, status: "critical" } as const;
  expect(stretchInWords(en, "IMAP login", one, false)).toBe("IMAP login: Critical, 14:00 to 15:00 (1 h)");
  expect(stretchInWords(zh, "IMAP 登录", one, false)).toBe("IMAP 登录：故障，14:00 至 15:00（1 小时）");
  expect(stretchInWords(en, "IMAP login", one, true)).toBe("IMAP login: at worst Critical, 14:00 to 15:00");
  expect(stretchInWords(en, "IMAP login", { ...one, status: undefined }, true)).toBe(
    "IMAP login: Not watched, 14:00 to 15:00 (1 h)",
  );
});

describe("the latency in words", () => {
  test("a point says its figures, what was lost, and when nothing arrived", () => {
    const at = now - hour;
    expect(pointInWords(en, point(at, { to: at + hour }))).toBe("16:00 to 17:00: half within 100 ms, 95 % within 200 ms, 4 runs");
    expect(pointInWords(en, point(at, { to: at + hour, lost: 2 }))).toMatch(/, 4 runs, 2 lost$/);
    expect(pointInWords(zh, point(at, { to: at + hour, p50: null, p95: null, lost: 4 }))).toBe(
      "16:00 至 17:00：没有结果，共 4 次，丢失 4 次",
    );
    expect(pointInWords(en, point(at, { p95: null }))).toContain("95 % within –");
  });

  test("usualOf is the middle, weighed by runs; what is lost has no duration", () => {
    expect(usualOf([])).toBeUndefined();
    expect(usualOf([point(0, { p50: null, p95: null })])).toBeUndefined();
    const points = [point(0, { p50: 10, p95: 20, runs: 1 }), point(1, { p50: 1_000, p95: 2_000, runs: 1 })];
    expect(usualOf([...points, point(2, { p50: 50, p95: 60, runs: 9 })])).toEqual({ p50: 50, p95: 60 });
  });

  test("the sentence names the usual, the slowest and the lost", () => {
    const points = [point(0, { p50: 6_000, p95: 8_000 }), point(1, { p50: 6_000, p95: 250_000, runs: 1, lost: 3 })];
    expect(latencyInWords(en, points)).toBe("Usually 6 s, and 95 % of the time within 8 s. At the slowest: 4 min. 3 were lost.");
    expect(latencyInWords(zh, points)).toBe("平时约 6 秒，95% 在 8 秒以内；最慢的时段 4 分钟。丢失 3 次。");
    expect(latencyInWords(en, [])).toBe("Nothing was measured in this time.");
  });
});

test("withGaps leaves a place empty where time is missing between two points, and knows which point is where", () => {
  const { xs, p50, places } = withGaps([point(0), point(10), point(50)]);
  expect(xs).toEqual([0.005, 0.015, 0.035, 0.055]);
  expect(p50).toEqual([100, 100, null, 100]);
  expect(places).toEqual([0, 1, undefined, 2]);
});

test.each([
  ["the longest that is felt", [300, 2_000, 41_000, null], 2],
  ["none while all are under a second", [300, 0, 900], undefined],
  ["none where nothing is known", [null, null], undefined],
])("slowestLeg: %s", (_, times, wanted) => {
  const legs = times.map((ms, index) => ({ host: index === times.length - 1 ? null : `s${index}`, ms }));
  expect(slowestLeg({ sentAt: 0, tookMs: 1, place: "inbox", legs })).toBe(wanted);
});
