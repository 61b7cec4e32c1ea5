/** The most that was used on one day. `day`: days since 1970-01-01 UTC. */
export type DailyMaximum = readonly [day: number, used: number];

/** How many days are remembered, and how many there must be before anything is foreseen. */
const keptDays = 45;
const leastDays = 7;

/** A fall by this share of the limit means that somebody cleaned up: what was before says nothing of what comes. */
const cleanUp = 0.05;

/** The days with today's use added; the oldest are dropped. Pure. */
export function remember(days: readonly DailyMaximum[], day: number, used: number): readonly DailyMaximum[] {
  const earlier = days.filter(([of]) => of < day);
  const today = days.find(([of]) => of === day);
  return [...earlier, [day, Math.max(used, today?.[1] ?? 0)] as const].slice(-keptDays);
}

export interface Forecast {
  /** What comes to it in a day. */
  readonly perDay: number;
  readonly days: number;
}

/**
 * When the limit will be reached if it goes on as in the remembered days: by the median slope between all pairs of days (Theil
 * 1950, Sen 1968), which a few odd days do not turn. Undefined without 7 days since the last clean-up, or where fewer than three
 * quarters of the pairs grow. Pure.
 */
export function forecast(days: readonly DailyMaximum[], used: number, limit: number): Forecast | undefined {
  const since = days.findLastIndex(([, now], i) => now < (days[i - 1]?.[1] ?? now) - cleanUp * limit);
  const recent = days.slice(Math.max(0, since));
  const [first, last] = [recent[0], recent.at(-1)];
  if (first === undefined || last === undefined || recent.length < leastDays || last[0] - first[0] < leastDays - 1)
    return undefined;
  const slopes = recent
    .flatMap(([day, then], i) => recent.slice(i + 1).map(([later, now]) => (now - then) / (later - day)))
    .toSorted((a, b) => a - b);
  const at = (share: number): number => slopes[Math.floor(share * (slopes.length - 1))] ?? 0;
  const perDay = at(0.5);
  return at(0.25) > 0 && used < limit ? { perDay, days: (limit - used) / perDay } : undefined;
}
