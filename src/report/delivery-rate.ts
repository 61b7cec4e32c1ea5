import { type Proportion, wilson } from "./interval.ts";
import type { Verdict } from "./account.ts";

/** What a round trip has counted since its beginning (the check's metrics). `found`, `late` and `junk` never go down. */
export interface Totals {
  readonly sent: number;
  readonly found: number;
  /** Of those found: after the deadline. */
  readonly late: number;
  readonly lost: number;
  readonly returned: number;
  readonly junk: number;
}

/** The counts as they were at a moment. */
export interface Snapshot {
  readonly at: number;
  readonly totals: Totals;
}

export const noTotals: Totals = { sent: 0, found: 0, late: 0, lost: 0, returned: 0, junk: 0 };

/** What became of the mails of a route whose fate was learnt between the first and the last snapshot. */
export interface Delivery {
  readonly from: number;
  readonly to: number;
  /** Taken by the sender's server, their fate known: what the rate is a share of. */
  readonly judged: number;
  /** Of these, found before the deadline, in whatever folder. */
  readonly inTime: number;
  readonly returned: number;
  /** Found after the deadline, be it that they were lost before. */
  readonly late: number;
  /** All that were found, and how many of them in the junk folder. */
  readonly found: number;
  readonly junk: number;
  /** At the last snapshot: no fate yet, so that they are left out. */
  readonly underWay: number;
  readonly rate: Proportion;
  /** `few`: too few mails for any. */
  readonly verdict: Verdict | "few";
}

/** The rate that is wanted, and from how many mails on it is judged. */
export const deliveryTarget = 0.98;
export const fewestMails = 50;

/** Mails whose fate is known. A lost one that comes after all changes sides, and not this. */
const judgedIn = ({ found, lost, returned }: Totals): number => found + lost + returned;

/** Snapshots in order of `at`, the first as it was when the window began. A count that goes down was begun anew. Pure. */
export function deliveryOf(snapshots: readonly Snapshot[]): Delivery | undefined {
  const first = snapshots[0];
  const last = snapshots.at(-1);
  if (first === undefined || last === undefined || snapshots.length < 2) return undefined;
  const all = { judged: 0, inTime: 0, returned: 0, late: 0, found: 0, junk: 0 };
  for (const [index, { totals: after }] of snapshots.entries()) {
    if (index === 0) continue;
    const earlier = snapshots[index - 1]?.totals ?? noTotals;
    const before = isBegunAnew(earlier, after) ? noTotals : earlier;
    all.judged += judgedIn(after) - judgedIn(before);
    all.inTime += after.found - after.late - (before.found - before.late);
    all.returned += after.returned - before.returned;
    all.late += after.late - before.late;
    all.found += after.found - before.found;
    all.junk += after.junk - before.junk;
  }
  const rate = wilson(all.inTime, all.judged);
  return {
    from: first.at,
    to: last.at,
    ...all,
    underWay: Math.max(0, last.totals.sent - judgedIn(last.totals)),
    rate,
    verdict:
      all.judged < fewestMails ? "few" : rate.low >= deliveryTarget ? "met" : rate.high < deliveryTarget ? "missed" : "undecided",
  };
}

const isBegunAnew = (before: Totals, after: Totals): boolean =>
  after.sent < before.sent ||
  judgedIn(after) < judgedIn(before) ||
  after.found < before.found ||
  after.late < before.late ||
  after.junk < before.junk ||
  after.found - after.late < before.found - before.late;
