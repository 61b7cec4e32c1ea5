/** Where in the week of a company a moment lies. */
export interface WeekMoment {
  /** 0: Sunday from 0 to 1 o'clock, to 167. */
  readonly hour: number;
  /** `2026-11-22` */
  readonly day: string;
}

const quarter = 15 * 60_000;
const maxKept = 4_000;
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const clocks = new Map<string, (ms: number) => WeekMoment>();

/**
 * The clock of a time zone, with its daylight saving. All offsets in use are multiples of a quarter of an hour, so that one look at the
 * zone's rules serves all of it.
 */
export function weekClock(timezone: string): (ms: number) => WeekMoment {
  const made = clocks.get(timezone);
  if (made) return made;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    hourCycle: "h23",
  });
  const kept = new Map<number, WeekMoment>();
  const clock = (ms: number): WeekMoment => {
    const at = Math.floor(ms / quarter);
    const known = kept.get(at);
    if (known) return known;
    const parts = new Map(format.formatToParts(at * quarter).map(({ type, value }) => [type, value]));
    const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? "";
    const moment = {
      hour: weekdays.indexOf(part("weekday")) * 24 + Number(part("hour")),
      day: `${part("year")}-${part("month")}-${part("day")}`,
    };
    if (kept.size >= maxKept) kept.clear();
    kept.set(at, moment);
    return moment;
  };
  clocks.set(timezone, clock);
  return clock;
}

/** A stretch of time in pieces of a quarter of an hour at most, each with its place in the week. */
export function* piecesOf(
  from: number,
  to: number,
  clock: (ms: number) => WeekMoment,
): Generator<WeekMoment & { readonly ms: number }> {
  for (let at = from; at < to;) {
    const next = Math.min(to, (Math.floor(at / quarter) + 1) * quarter);
    yield { ...clock(at), ms: next - at };
    at = next;
  }
}
