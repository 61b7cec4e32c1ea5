/**
 * Days before an end at which it is told again, from far to near: be known, be planned, be done. The last five are the days on which
 * a renewal can still be paid in time.
 */
export const rungs = [90, 60, 30, 14, 7, 3, 1] as const;

/** From here on it is a warning; a purchase takes its weeks. */
const warnDays = 60;
/** From here on it is critical: a transfer of money takes days. */
const criticalDays = 14;

const dayMs = 86_400_000;

export type Stage = "over" | "now" | "soon" | "quarter";

export interface LadderPlace {
  readonly stage: Stage;
  /** Whole days that are left, 0 on the last one. */
  readonly days: number;
  /** The rung that was passed last, in days; 0: it is over. */
  readonly rung: number;
}

/** Where an end stands on the ladder; undefined while it is more than a quarter of a year ahead. */
export function placeOnLadder(leftMs: number): LadderPlace | undefined {
  if (leftMs <= 0) return { stage: "over", days: 0, rung: 0 };
  const passed = rungs.filter((days) => leftMs <= days * dayMs);
  const rung = passed.at(-1);
  if (rung === undefined) return undefined;
  const stage = rung <= criticalDays ? "now" : rung <= warnDays ? "soon" : "quarter";
  return { stage, days: Math.floor(leftMs / dayMs), rung };
}

/** Milliseconds UTC at which a day that was written as `2027-03-31` is over. Without a zone that is the end of the day in UTC. */
export const endOfDay = (date: string): number => Date.parse(date) + dayMs;
