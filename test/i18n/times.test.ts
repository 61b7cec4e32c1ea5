import { describe, expect, it } from "vitest";
import { localTime, zoneName } from "../../src/i18n/times.ts";

const at = (text: string): number => Date.parse(text);

describe("localTime()", () => {
  it.each([
    ["the same day", "2026-03-12T01:02:00Z", "2026-03-12T02:00:00Z", "Asia/Shanghai", "09:02", "09:02"],
    ["midnight is 00, not 24", "2026-03-11T16:00:00Z", "2026-03-11T16:30:00Z", "Asia/Shanghai", "00:00", "00:00"],
    ["yesterday there", "2026-03-11T15:59:00Z", "2026-03-11T16:01:00Z", "Asia/Shanghai", "11 Mar 23:59", "3 月 11 日 23:59"],
    ["last year", "2025-12-31T10:00:00Z", "2026-01-01T10:00:00Z", "UTC", "31 Dec 2025 10:00", "2025 年 12 月 31 日 10:00"],
    ["summer time", "2026-07-01T10:00:00Z", "2026-07-01T11:00:00Z", "Europe/Berlin", "12:00", "12:00"],
  ])("%s", (_, then, now, timezone, en, zh) => {
    expect(localTime(at(then), { timezone, language: "en", now: at(now) })).toBe(en);
    expect(localTime(at(then), { timezone, language: "zh-CN", now: at(now) })).toBe(zh);
  });
});

describe("zoneName()", () => {
  it.each([
    ["Asia/Shanghai", "2026-03-12T00:00:00Z", "UTC+8"],
    ["Europe/Berlin", "2026-01-12T00:00:00Z", "UTC+1"],
    ["Europe/Berlin", "2026-07-12T00:00:00Z", "UTC+2"],
    ["America/St_Johns", "2026-01-12T00:00:00Z", "UTC-3:30"],
    ["UTC", "2026-01-12T00:00:00Z", "UTC"],
  ])("%s at %s is %s", (timezone, when, name) => {
    expect(zoneName(at(when), timezone)).toBe(name);
  });
});
