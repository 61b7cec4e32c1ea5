import { atLeast, logAtMost, type Scatter } from "./negative-binomial.ts";
import { piecesOf, type WeekMoment } from "./week-clock.ts";

/*
 * When mail usually comes, learnt for each of the 168 hours of a week, and whether what comes now fits to that.
 *
 * The number of mails in a stretch is taken as negative binomial: Poisson around the learnt rate, widened by how much whole days differ
 * from each other (campaigns, holidays abroad) and by how little each hour has been seen. Silence is told when so few mails had a
 * chance of less than alpha in one of 11 stretches that end now. With `budget` false alarms a year to spend and n looks a year, alpha
 * is budget / (11 · n) (Bonferroni): stretches overlap, so that the true rate is lower.
 */

/** Mails that came between two looks; milliseconds UTC. */
export type Interval = readonly [from: number, to: number, mails: number];

export interface Rhythm {
  /** For each hour of the week: hours watched, mails that came in them. */
  readonly bins: readonly (readonly [hours: number, mails: number])[];
  /** Of the last days, as far as they were watched: mails expected, mails that came. */
  readonly days: readonly (readonly [day: string, expected: number, mails: number])[];
  /** When learning began, milliseconds UTC. */
  readonly since: number;
}

type Clock = (ms: number) => WeekMoment;

const hour = 3_600_000;
const day = 24 * hour;
const binCount = 168;
/** What is older than eight weeks fades. */
const mostHours = 8;
const keptDays = 35;
/** The longest stretch that is judged. */
const judgedDays = 7;
/** Two weeks, of which a tenth may be missing. */
const learnMs = 14 * day;
const learnHours = 300;
/** An hour of the week that was seen less than this counts for nothing expected. */
const leastSeen = 0.9;
const leastDays = 7;
const spreadBefore = 0.25;
const spreadBounds = [0.04, 1] as const;

/** False silences and false floods of one mailbox in a year, each. */
export const falseAlarmsPerYear = 0.5;
/** Hours. */
const stretches = [1, 2, 3, 4, 6, 8, 12, 24, 48, 96, 168] as const;

export const noRhythm = (now: number): Rhythm => ({
  bins: Array.from({ length: binCount }, () => [0, 0] as const),
  days: [],
  since: now,
});

/** The rhythm with one more interval; it is spread evenly over the hours that it covers. Pure. */
export function learn(rhythm: Rhythm, [from, to, mails]: Interval, clock: Clock): Rhythm {
  if (to <= from) return rhythm;
  const bins = [...rhythm.bins];
  const days = new Map(rhythm.days.map(([name, ...counts]) => [name, counts]));
  for (const { hour: index, day: name, ms } of piecesOf(from, to, clock)) {
    const [share, hours] = [(mails * ms) / (to - from), ms / hour];
    const [seen, came] = bins[index] ?? [0, 0];
    const [expected, arrived] = days.get(name) ?? [0, 0];
    const isKnown = seen >= leastSeen;
    days.set(name, isKnown ? [rounded(expected + (came / seen) * hours), rounded(arrived + share)] : [expected, arrived]);
    const fade = Math.min(1, mostHours / (seen + hours));
    bins[index] = [rounded((seen + hours) * fade), rounded((came + share) * fade)];
  }
  return { since: rhythm.since, bins, days: [...days].slice(-keptDays).map(([name, counts]) => [name, ...counts]) };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Is there enough to judge by? */
export const hasLearnt = ({ bins, since }: Rhythm, now: number): boolean =>
  now - since >= learnMs && bins.reduce((sum, [hours]) => sum + hours, 0) >= learnHours;

/**
 * How much whole days differ, as the square of the coefficient of variation, without what Poisson scatters anyway. The last week is left
 * out, or a silence that begins would make itself usual; so is the oddest day before it.
 */
function spreadOf({ days }: Rhythm): number {
  const known = days
    .slice(0, -judgedDays)
    .filter(([, expected]) => expected >= 5)
    .map(([, expected, mails]) => [(mails - expected) ** 2 - expected, expected ** 2] as const)
    .toSorted(([one, a], [other, b]) => one / a - other / b)
    .slice(0, -1);
  if (known.length < leastDays) return spreadBefore;
  const [over, square] = known.reduce(([a, b], [one, other]) => [a + one, b + other] as const, [0, 0] as const);
  return Math.min(spreadBounds[1], Math.max(spreadBounds[0], over / square));
}

/** How many mails are to be expected in these intervals, and how much that scatters. `own`: how many in an hour may stay away. */
function expectedIn(rhythm: Rhythm, intervals: readonly Interval[], clock: Clock, own = 0): Scatter {
  const hours = new Map<number, number>();
  for (const [from, to] of intervals) {
    for (const { hour: index, ms } of piecesOf(from, to, clock)) hours.set(index, (hours.get(index) ?? 0) + ms / hour);
  }
  let [mean, unsure] = [0, 0];
  for (const [index, long] of hours) {
    const [seen, mails] = rhythm.bins[index] ?? [0, 0];
    if (seen < leastSeen) continue;
    mean += Math.max(0, mails / seen - own) * long;
    unsure += ((mails + 1) / (seen * seen)) * long * long;
  }
  return { mean, variance: mean + unsure + spreadOf(rhythm) * mean * mean };
}

/** A stretch that does not fit to the rhythm. */
export interface Odd {
  readonly hours: number;
  readonly mails: number;
  readonly expected: number;
}

interface Now {
  readonly rhythm: Rhythm;
  /** Without gaps, the oldest first. */
  readonly recent: readonly Interval[];
  readonly clock: Clock;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Mails of our own probes that come in an hour: that they stay away says nothing of anybody else's. */
  readonly ownPerHour: number;
}

const sumOf = (intervals: readonly Interval[]): number => intervals.reduce((sum, [, , mails]) => sum + mails, 0);

const endOf = (recent: readonly Interval[]): number => recent.at(-1)?.[1] ?? 0;

/** Looks are never on the second. */
const slack = 5 * 60_000;

const within = (recent: readonly Interval[], hours: number): readonly Interval[] =>
  recent.filter(([from]) => from >= endOf(recent) - hours * hour - slack);

/**
 * The stretch, ending now, in which so few mails came that it is no chance; undefined where it may be one, while it is still learnt what is
 * usual, and once mail comes again as it should. Pure.
 */
export function quietStretch({ rhythm, recent, clock, everyMs, ownPerHour }: Now): Odd | undefined {
  if (recent.length === 0 || !hasLearnt(rhythm, endOf(recent))) return undefined;
  const limit = Math.log(falseAlarmsPerYear / (stretches.length * looksPerYear(everyMs)));
  let oddest: (Odd & { readonly log: number }) | undefined;
  let least: boolean | undefined;
  for (const long of stretches) {
    const part = within(recent, long);
    const scatter = expectedIn(rhythm, part, clock, ownPerHour);
    const mails = sumOf(part);
    // What has been mended looks odd for a while in the longer stretches: the shortest that can tell must agree.
    if (least === undefined && scatter.mean >= 6) least = mails < scatter.mean / 2;
    if (least === false) return undefined;
    const log = logAtMost(mails, scatter);
    if (log < Math.min(limit, oddest?.log ?? 0))
      oddest = { hours: hoursOf(part), mails, expected: Math.round(scatter.mean), log };
  }
  if (least === undefined || oddest === undefined) return undefined;
  const { log: _, ...odd } = oddest;
  return odd;
}

const hoursOf = (part: readonly Interval[]): number => Math.max(1, Math.round((endOf(part) - (part[0]?.[0] ?? 0)) / hour));

/** Fewer mails in an hour are no flood, whatever is usual. */
const leastFlood = 100;
/** Nothing is known yet: so many in an hour are one with everybody. */
const certainFlood = 1_000;

/** The last hour, where far more mails came in it than ever do. Pure. */
export function floodStretch({ rhythm, recent, clock, everyMs }: Now): Odd | undefined {
  const long = Math.max(1, Math.ceil(everyMs / hour));
  const part = within(recent, long);
  const mails = sumOf(part);
  if (mails < leastFlood * long) return undefined;
  const scatter = expectedIn(rhythm, part, clock);
  const odd = { hours: hoursOf(part), mails, expected: Math.round(scatter.mean) };
  if (!hasLearnt(rhythm, endOf(recent))) return mails >= certainFlood * long ? odd : undefined;
  const isOdd = mails >= 5 * scatter.mean && atLeast(mails, scatter) < falseAlarmsPerYear / looksPerYear(everyMs);
  return isOdd ? odd : undefined;
}

const looksPerYear = (everyMs: number): number => (365 * day) / everyMs;

/** Longer than a week is nothing looked at. */
const keptMs = 168 * hour + slack;
const shortest = 20 * 60_000;
const maxKept = 520;

/** The intervals with one more; short ones are joined, so that a week is never more than some hundred. Pure. */
export function recall(recent: readonly Interval[], next: Interval): readonly Interval[] {
  const last = recent.at(-1);
  const joins = last !== undefined && last[1] - last[0] < shortest;
  const all: readonly Interval[] = joins ? [...recent.slice(0, -1), [last[0], next[1], last[2] + next[2]]] : [...recent, next];
  return all.filter(([, to]) => to > next[1] - keptMs).slice(-maxKept);
}
