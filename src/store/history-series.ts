import { type Account, type Change, cut, nothing, type Span, sum } from "../model/account.ts";
import { daysOf } from "../model/days.ts";
import { emptySketch, quantile, type Sketch } from "../model/sketch.ts";
import type { Status } from "../model/status.ts";
import type { Database } from "./database.ts";
import { type ClosedRows, createPastReader, hourMs, nothingClosed, storedSketch, type Tally } from "./tally.ts";

/** One day, cut to the window that was asked for: milliseconds in each state, together its length. */
export interface DayAccount extends Account, Span {}

/**
 * How each probe stood on each day that the window touches; what no run speaks for is unknown. Every probe asked for has all days.
 * @param window its `to` is at most now: nobody knows what comes
 * @throws StoreError
 */
export function readDayAccounts(
  db: Database,
  probes: readonly string[],
  window: Span,
  timezone: string,
): ReadonlyMap<string, readonly DayAccount[]> {
  const whole = daysOf(window, timezone);
  const days = whole.map(({ from, to }) => ({ from: Math.max(from, window.from), to: Math.min(to, window.to) }));
  return db.read(() => {
    const standings = readStandings(db, probes, timezone);
    const troubled = readTroubled(db, standings, window);
    // Most days of most probes: one object for all of them.
    const allUp = days.map((day) => ({ ...day, ...nothing, up: day.to - day.from }));
    const closed = new Map(standings.map((standing) => [standing.id, closedDays(standing, whole, window)]));
    const open = readChanges(
      db,
      standings.flatMap(({ id, probe, cover }) => {
        const { first, end } = closed.get(id) ?? { first: 0, end: 0 };
        const head = first > 0 ? [{ probe, cover, from: window.from, to: days[first]?.from ?? window.to }] : [];
        const tail = end < days.length ? [{ probe, cover, from: days[end]?.from ?? window.from, to: window.to }] : [];
        return [...head, ...tail];
      }),
    );
    const numbers = new Map(standings.map(({ id, probe }) => [id, probe]));
    return new Map(
      probes.map((id) => {
        const probe = numbers.get(id) ?? -1;
        const { first, end } = closed.get(id) ?? { first: 0, end: 0 };
        const changes = open.get(probe) ?? [];
        const computed = (day: Span): DayAccount => ({ ...day, ...sum(cut(changes, day)) });
        const rows = troubled.get(probe);
        const middle = allUp.slice(first, end);
        return [
          id,
          [
            ...days.slice(0, first).map(computed),
            ...(rows === undefined ? middle : middle.map((day) => rows.get(day.from) ?? day)),
            ...days.slice(end).map(computed),
          ],
        ];
      }),
    );
  });
}

/** Which of these days are closed, and wholly in the window: from `first` on those before `end`. */
function closedDays({ daysFrom, daysUntil }: DayStanding, days: readonly Span[], window: Span) {
  const [from, until] = [Math.max(daysFrom, window.from), Math.min(daysUntil, window.to)];
  const first = days.findIndex((day) => day.from >= from && day.to <= until);
  return first === -1 ? { first: 0, end: 0 } : { first, end: days.findLastIndex((day) => day.to <= until) + 1 };
}

interface DayStanding {
  readonly id: string;
  readonly probe: number;
  /** Until when its last run speaks. */
  readonly cover: number | null;
  /** Its closed days of this zone; none: 0 and 0. */
  readonly daysFrom: number;
  readonly daysUntil: number;
}

// One question for all probes: 500 questions would take longer than the answers.
const readStandings = ({ sql }: Database, probes: readonly string[], timezone: string): readonly DayStanding[] =>
  sql
    .prepare<[{ probes: string; timezone: string }], DayStanding>(
      `SELECT probe.id, probe.probe, cover_until_at AS cover,
         CASE WHEN timezone = @timezone THEN days_from_at ELSE 0 END AS daysFrom,
         CASE WHEN timezone = @timezone THEN days_until_at ELSE 0 END AS daysUntil
       FROM json_each(@probes) CROSS JOIN probe ON probe.id = value
         LEFT JOIN probe_state ON probe_state.probe = probe.probe LEFT JOIN closed ON closed.probe = probe.probe`,
    )
    .all({ probes: JSON.stringify([...new Set(probes)]), timezone });

type TroubledRow = readonly [probe: number, from: number, to: number, ...Account5];
type Account5 = readonly [up: number, degraded: number, down: number, unknown: number, maintenance: number];

/** The closed days that were not all up, by probe and beginning. */
function readTroubled(
  { sql }: Database,
  standings: readonly DayStanding[],
  window: Span,
): ReadonlyMap<number, ReadonlyMap<number, DayAccount>> {
  const found = new Map<number, Map<number, DayAccount>>();
  const rows = sql
    .prepare<[string, number, number], TroubledRow>(
      `SELECT probe, from_at, to_at, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms
       FROM json_each(?) CROSS JOIN day INDEXED BY day_not_all_up ON probe = value
       WHERE from_at >= ? AND from_at < ? AND up_ms < to_at - from_at`,
    )
    .raw(true)
    .iterate(JSON.stringify(standings.map(({ probe }) => probe)), window.from, window.to);
  for (const [probe, from, to, up, degraded, down, unknown, maintenance] of rows) {
    const own = found.get(probe) ?? new Map<number, DayAccount>();
    own.set(from, { from, to, up, degraded, down, unknown, maintenance });
    found.set(probe, own);
  }
  return found;
}

interface OpenSpan extends Span {
  readonly probe: number;
  readonly cover: number | null;
}

/** The changes in these spans and each one's last before it, by probe, in order. */
function readChanges({ sql }: Database, spans: readonly OpenSpan[]): ReadonlyMap<number, readonly Change[]> {
  const changes = new Map<number, Change[]>();
  const read = sql
    .prepare<[{ probes: string; from: number; to: number }], readonly [probe: number, at: number, to: Status]>(
      `SELECT probe, at, to_status FROM json_each(@probes) CROSS JOIN transition ON probe = value
         AND at >= coalesce((SELECT max(at) FROM transition WHERE probe = value AND at <= @from), @from) AND at < @to`,
    )
    .raw(true);
  // Most probes are closed until the same midnight.
  const alike = Map.groupBy(
    spans.toSorted((a, b) => a.from - b.from),
    ({ from, to }) => `${from} ${to}`,
  );
  for (const [, some] of alike) {
    const [{ from, to: end } = { from: 0, to: 0 }] = some;
    for (const [probe, at, to] of read.iterate({ probes: JSON.stringify(some.map((span) => span.probe)), from, to: end })) {
      const own = changes.get(probe);
      if (own === undefined) changes.set(probe, [{ at, to }]);
      else own.push({ at, to });
    }
    for (const { probe, cover } of some) {
      const own = changes.get(probe) ?? [];
      // Nobody has written down yet that a run speaks for no longer than this.
      if (cover !== null && cover < end && cover > (own.at(-1)?.at ?? 0))
        changes.set(probe, [...own, { at: cover, to: "unknown" }]);
    }
  }
  return changes;
}

/** A point of a chart. Latencies in milliseconds. */
export interface SeriesPoint extends Span {
  /** Null: nothing was measured in it. Infinity: so many mails were lost that the quantile lies among them; JSON makes null of it, too. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly runs: number;
  /** Runs that gave a mail up for lost. */
  readonly lost: number;
}

/** `raw`: a point a run. */
export type SeriesStep = "raw" | "hour" | "day";

/** A day of a probe that runs every minute has 1,440 points. */
const mostPoints = 2_000;

/**
 * How long what a probe looks at took: median and 95th percentile of each step that the window touches, in order; steps without a run
 * are left out. At most 2,000 points, the latest.
 * @param timezone of the days
 * @throws StoreError
 */
export function readSeries(
  db: Database,
  probe: string,
  window: Span,
  step: SeriesStep,
  timezone: string,
): readonly SeriesPoint[] {
  return db.read(() => {
    const known = standingOf(db, probe);
    if (known === undefined || window.to <= window.from) return [];
    if (step === "raw") return readRuns(db, known.probe, window);
    const points = step === "hour" ? readHours(db, known, window) : readDays(db, known, window, timezone);
    return points.slice(-mostPoints);
  });
}

/** What a report says of a stretch of time. */
export interface Period extends Tally {
  readonly account: Account;
}

/**
 * How each of these probes stood in each of these windows, by the transitions alone, with its runs and their latencies: quantiles by
 * `quantile()` of src/model/sketch.ts. A year of days takes less than a millisecond a probe.
 * @param windows may lie anywhere, whole months as a rule
 * @throws StoreError
 */
export function readPeriods(
  db: Database,
  probes: readonly string[],
  windows: readonly Span[],
): ReadonlyMap<string, readonly Period[]> {
  return db.read(() => {
    const past = createPastReader(db);
    return new Map(
      probes.map((id) => {
        const known = standingOf(db, id);
        const periods = windows.map((window): Period => {
          if (known === undefined) return { account: sum(cut([], window)), runs: 0, latencies: emptySketch };
          return { account: past.account(known.probe, window), ...past.tally(known.probe, window, known) };
        });
        return [id, periods];
      }),
    );
  });
}

interface Standing extends ClosedRows {
  readonly probe: number;
}

/** 0 where nothing is closed yet. */
const standingOf = ({ sql }: Database, id: string): Standing | undefined =>
  sql
    .prepare<[string], Standing>(
      `SELECT probe, coalesce(hours_until_at, 0) AS hoursUntil, coalesce(days_from_at, 0) AS daysFrom, coalesce(days_until_at, 0) AS daysUntil
       FROM probe LEFT JOIN closed USING (probe) WHERE id = ?`,
    )
    .get(id);

const readRuns = (db: Database, probe: number, window: Span): readonly SeriesPoint[] =>
  createPastReader(db)
    .runs(probe, window, mostPoints)
    .map(({ at, latency = null }) => ({
      from: at,
      to: at,
      p50: latency,
      p95: latency,
      runs: 1,
      lost: latency === Infinity ? 1 : 0,
    }));

function readHours(db: Database, { probe, hoursUntil }: Standing, window: Span): readonly SeriesPoint[] {
  const from = Math.floor(window.from / hourMs) * hourMs;
  const closed = db.sql
    .prepare<[number, number, number], readonly [from: number, runs: number, sketch: Uint8Array | null]>(
      "SELECT from_at, runs, sketch FROM hour WHERE probe = ? AND from_at >= ? AND from_at < ? ORDER BY from_at",
    )
    .raw(true)
    .all(probe, from, Math.min(window.to, hoursUntil))
    .map(([at, runs, sketch]) => pointOf({ from: at, to: at + hourMs }, { runs, latencies: storedSketch(sketch, db.place) }));
  const past = createPastReader(db);
  const open: SeriesPoint[] = [];
  for (
    let at = nextHourWithRun(db, probe, Math.max(from, hoursUntil));
    at < window.to;
    at = nextHourWithRun(db, probe, at + hourMs)
  ) {
    const span = { from: at, to: at + hourMs };
    open.push(pointOf(span, past.tally(probe, span, nothingClosed)));
  }
  return [...closed, ...open];
}

/** Infinity: there is no run at this moment or after it. */
function nextHourWithRun({ sql }: Database, probe: number, from: number): number {
  const next = sql
    .prepare<[number, number], { at: number | null }>("SELECT min(at) AS at FROM observation WHERE probe = ? AND at >= ?")
    .get(probe, from);
  return next === undefined || next.at === null ? Infinity : Math.floor(next.at / hourMs) * hourMs;
}

function readDays(db: Database, known: Standing, window: Span, timezone: string): readonly SeriesPoint[] {
  const past = createPastReader(db);
  return daysOf(window, timezone).flatMap((day) => {
    const tally = past.tally(known.probe, day, known);
    return tally.runs === 0 ? [] : [pointOf(day, tally)];
  });
}

const pointOf = (span: Span, { runs, latencies }: Tally): SeriesPoint => ({
  ...span,
  p50: rounded(latencies, 0.5),
  p95: rounded(latencies, 0.95),
  runs,
  lost: latencies.lost,
});

const rounded = (latencies: Sketch, q: number): number | null => {
  const found = quantile(latencies, q);
  return found === undefined ? null : Math.round(found);
};
