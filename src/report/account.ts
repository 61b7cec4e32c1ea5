import type { Account, Availability, Piece, Span } from "../model/account.ts";

export type Verdict = "met" | "missed" | "undecided";

/** Sure whatever the unknown time was, or not at all. */
export function verdictOf({ low, high, coverage }: Pick<Availability, "low" | "high" | "coverage">, target: number): Verdict {
  if (coverage === 0) return "undecided";
  if (low >= target) return "met";
  return high < target ? "missed" : "undecided";
}

/** Milliseconds of downtime that a target allows in the time that counts, and how much of it is left; below 0 it is overspent. */
export function errorBudget(account: Account, target: number): { readonly allowed: number; readonly left: number } {
  const counted = account.up + account.degraded + account.down + account.unknown;
  const allowed = Math.round((1 - target) * counted);
  return { allowed, left: allowed - account.down };
}

/** A stretch of downtime. */
export interface Outage extends Span {
  /** It had not ended when the window did. */
  readonly isOpen: boolean;
  /** Down, without the breath in between. */
  readonly downMs: number;
}

/** Two breakdowns with so little between them are one for whoever wants to send mail. */
const breathMs = 5 * 60_000;

/** Downtime as people count it: pieces with less than five minutes between them are one outage. What goes on from before counts there. */
export function outagesOf(pieces: readonly Piece[], window: Span, wentOn = false): readonly Outage[] {
  const merged: { from: number; to: number; downMs: number }[] = [];
  for (const { from, to, state } of pieces) {
    if (state !== "down") continue;
    const last = merged.at(-1);
    if (last && from - last.to < breathMs) {
      last.to = to;
      last.downMs += to - from;
    } else merged.push({ from, to, downMs: to - from });
  }
  return merged.filter(({ from }) => !(wentOn && from === window.from)).map((one) => ({ ...one, isOpen: one.to === window.to }));
}

export interface Repair {
  readonly count: number;
  /** Of those that ended; undefined where none did. Milliseconds, here and below. */
  readonly mean: number | undefined;
  readonly median: number | undefined;
  readonly longest: number | undefined;
  /** Up-time by the number of outages (ITIL). Without downtime it is at least the window: `atLeast`. */
  readonly between: number | undefined;
  readonly atLeast: number | undefined;
}

/** MTTR and MTBF, with what they rest on. */
export function repairsOf(outages: readonly Outage[], account: Account, window: Span): Repair {
  const ended = outages
    .filter(({ isOpen }) => !isOpen)
    .map(({ from, to }) => to - from)
    .toSorted((a, b) => a - b);
  const count = outages.length;
  const middle = Math.floor(ended.length / 2);
  return {
    count,
    mean: ended.length === 0 ? undefined : ended.reduce((total, one) => total + one, 0) / ended.length,
    median:
      ended.length % 2 === 1
        ? ended[middle]
        : ended.length === 0
          ? undefined
          : ((ended[middle - 1] ?? 0) + (ended[middle] ?? 0)) / 2,
    longest: ended.at(-1),
    between: count === 0 ? undefined : (account.up + account.degraded) / count,
    atLeast: count === 0 && account.down === 0 ? window.to - window.from : undefined,
  };
}
