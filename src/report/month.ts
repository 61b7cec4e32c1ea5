import type { Span } from "../model/account.ts";
import { startOfDay } from "../model/days.ts";

/** A month by the clock on the wall: `2026-10`. */
export function monthWindow(month: string, timezone: string): Span {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return {
    from: startOfDay(year, number, 1, timezone),
    to: startOfDay(number === 12 ? year + 1 : year, (number % 12) + 1, 1, timezone),
  };
}

export const isMonth = (text: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(text);

/** The month that is over at a moment. */
export function monthBefore(now: number, timezone: string): string {
  const { year, month } = partsOf(now, timezone);
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, "0")}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(at: number, timezone: string): { readonly year: number; readonly month: number } {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en", { timeZone: timezone, year: "numeric", month: "numeric" });
    formats.set(timezone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return { year: parts["year"] ?? 0, month: parts["month"] ?? 0 };
}
