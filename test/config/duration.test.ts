import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/config/duration.ts";

test("parseDuration() reads one number and one unit", () => {
  const cases: Readonly<Record<string, number | undefined>> = {
    "10s": 10_000,
    "5m": 300_000,
    "1h": 3_600_000,
    "7d": 604_800_000,
    "250ms": 250,
    "0s": 0,
    "": undefined,
    "5": undefined,
    m: undefined,
    "1.5h": undefined,
    "-5m": undefined,
    "5 m": undefined,
    "1h30m": undefined,
    "5M": undefined,
    "3651d": undefined,
    "99999999999999999999s": undefined,
  };
  expect(Object.fromEntries(Object.keys(cases).map((text) => [text, parseDuration(text)]))).toEqual(cases);
});

test("formatDuration() writes what parseDuration() reads", () => {
  for (const [ms, text] of [
    [90_000, "90s"],
    [300_000, "5m"],
    [86_400_000, "1d"],
    [1_500, "1500ms"],
    [0, "0ms"],
  ] as const) {
    expect(formatDuration(ms)).toBe(text);
    expect(parseDuration(text)).toBe(ms);
  }
});
