import type { Span } from "./account.ts";
import { startOfDay } from "./days.ts";

/** A month by the clock on the wall: `2026-10`. */
export function monthWindow(month: string, timezone: string): Span {
  return { from: firstMoment(month, timezone), to: firstMoment(monthAfter(month), timezone) };
}

export const isMonth = (text: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(text);

/** The month that a moment is in. */
export const monthOf = (at: number, timezone: string): string => {
  const { year, month } = partsOf(at, timezone);
  return nameOf(year, month);
};

/** The month that is over at a moment. */
export const monthBefore = (now: number, timezone: string): string => earlier(monthOf(now, timezone), 1);

export function monthAfter(month: string): string {
  const { year, number } = split(month);
  return number === 12 ? nameOf(year + 1, 1) : nameOf(year, number + 1);
}

/** So many months before one. */
export function earlier(month: string, count: number): string {
  const { year, number } = split(month);
  const index = year * 12 + number - 1 - count;
  return nameOf(Math.floor(index / 12), (index % 12) + 1);
}

const nameOf = (year: number, month: number): string => `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;

function split(month: string): { readonly year: number; readonly number: number } {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return { year, number };
}

function firstMoment(month: string, timezone: string): number {
  const { year, number } = split(month);
  return startOfDay(year, number, 1, timezone);
}

const minuteMs = 60_000;

/** When the clock on the wall shows a time (minutes since midnight) on a day of a month; where clocks leap over it, just after. */
export function momentIn(month: string, day: number, minutes: number, timezone: string): number {
  const { year, number } = split(month);
  const naive = startOfDay(year, number, day, timezone) + minutes * minuteMs;
  const { hour, minute } = partsOf(naive, timezone);
  const shown = hour * 60 + minute;
  if (shown === minutes) return naive;
  const moved = naive - (shown - minutes) * minuteMs;
  const there = partsOf(moved, timezone);
  return there.hour * 60 + there.minute === minutes ? moved : Math.max(naive, moved);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(at: number, timezone: string) {
  let format = formats.get(timezone);
  if (format === undefined) {
    const numeric = "numeric";
    format = new Intl.DateTimeFormat("en", {
      timeZone: timezone,
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      hour: numeric,
      minute: numeric,
    });
    formats.set(timezone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return { year: parts["year"] ?? 0, month: parts["month"] ?? 0, hour: parts["hour"] ?? 0, minute: parts["minute"] ?? 0 };
}
