import type { Span } from "./account.ts";

const dayMs = 86_400_000;

/** The days by the clock on the wall that a window touches, whole, in order; `[from, to)`, 23 to 25 hours long as a rule. */
export function daysOf(window: Span, timezone: string): readonly Span[] {
  const days: Span[] = [];
  if (window.to <= window.from) return days;
  for (let day = dayOf(window.from, timezone); day.from < window.to; day = dayOf(day.to, timezone)) days.push(day);
  return days;
}

/** The day by the clock on the wall that a moment is in. */
export function dayOf(at: number, timezone: string): Span {
  const date = dateOf(at, timezone);
  const from = startOf(date, timezone);
  let to = startOf(date + dayMs, timezone);
  // Samoa had no 30 December 2011: that day is empty, and this one ends where the one after it begins.
  for (let next = date + 2 * dayMs; to <= at; next += dayMs) to = startOf(next, timezone);
  return { from, to };
}

/** The first moment of a date. Where a zone skips midnight, it is the first moment after the gap. */
export const startOfDay = (year: number, month: number, day: number, timezone: string): number =>
  startOf(Date.UTC(year, month - 1, day), timezone);

/** Zone and date ▶ its first moment: finding one takes some tens of microseconds, and pages ask for the same 90 again and again. */
const starts = new Map<string, number>();
const mostStarts = 5_000;

function startOf(date: number, timezone: string): number {
  const key = `${timezone} ${date}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  if (starts.size >= mostStarts) starts.clear();
  const found = findStart(date, timezone);
  starts.set(key, found);
  return found;
}

function findStart(date: number, timezone: string): number {
  const guess = date - (wallOf(date, timezone) - date);
  if (dateOf(guess, timezone) >= date && dateOf(guess - 1, timezone) < date) return guess;
  // Clocks are at most 14 h ahead and 12 h behind; the boundary lies between.
  let before = date - dayMs;
  let after = date + dayMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dateOf(middle, timezone) >= date) after = middle;
    else before = middle;
  }
  return after;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows, as if it were UTC. */
function wallOf(at: number, timezone: string): number {
  let format = formats.get(timezone);
  if (format === undefined) {
    const numeric = "numeric";
    format = new Intl.DateTimeFormat("en", {
      timeZone: timezone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    formats.set(timezone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const dateOf = (at: number, timezone: string): number => Math.floor(wallOf(at, timezone) / dayMs) * dayMs;
