import { type Account, cut, type Span, sum } from "../model/account.ts";
import { decodeSketch, mergeEncoded, mergeSketches, type Sketch, sketchOf } from "../model/sketch.ts";
import type { Status } from "../model/status.ts";
import type { Database } from "./database.ts";
import { type StoreError, storeError } from "./store-error.ts";

export const hourMs = 3_600_000;

/** How many runs there were, and how long what they looked at took. */
export interface Tally {
  readonly runs: number;
  readonly latencies: Sketch;
}

/** One run's latency: milliseconds, Infinity for a lost mail, undefined where nothing was measured. */
interface RunLatency {
  readonly at: number;
  readonly latency: number | undefined;
}

type RunRow = readonly [at: number, status: Status, duration: number, latency: number | null];

/** What reading the past of a probe by its number is made of. */
export interface PastReader {
  /** In order; at most `limit`, the latest. */
  runs(probe: number, span: Span, limit?: number): readonly RunLatency[];
  /** By the transitions alone: the time after the last run is as that one left it. */
  account(probe: number, span: Span): Account;
  /** Whole days and hours that are closed are read from their rows. */
  tally(probe: number, span: Span, closed: ClosedRows): Tally;
}

/** Which rows of a probe tell everything that was in them: hours before a moment, and days (of one zone) between two. */
export interface ClosedRows {
  readonly hoursUntil: number;
  readonly daysFrom: number;
  readonly daysUntil: number;
}

export const nothingClosed: ClosedRows = { hoursUntil: 0, daysFrom: 0, daysUntil: 0 };

export function createPastReader({ sql, place }: Database): PastReader {
  const runs = sql
    .prepare<[number, number, number, number], RunRow>(
      `SELECT at, status, duration_ms, latency_ms FROM observation CROSS JOIN outcome USING (outcome)
       WHERE probe = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?`,
    )
    .raw(true);
  const before = sql.prepare<[number, number], { to: Status }>(
    'SELECT to_status AS "to" FROM transition WHERE probe = ? AND at <= ? ORDER BY at DESC LIMIT 1',
  );
  const inside = sql.prepare<[number, number, number], { at: number; to: Status }>(
    'SELECT at, to_status AS "to" FROM transition WHERE probe = ? AND at > ? AND at < ? ORDER BY at',
  );
  const hours = sql
    .prepare<[number, number, number], readonly [runs: number, sketch: Uint8Array | null]>(
      "SELECT runs, sketch FROM hour WHERE probe = ? AND from_at >= ? AND from_at < ?",
    )
    .raw(true);

  const days = sql
    .prepare<[number, number, number], readonly [from: number, to: number, runs: number, sketch: Uint8Array | null]>(
      "SELECT from_at, to_at, runs, sketch FROM day WHERE probe = ? AND from_at >= ? AND to_at <= ? ORDER BY from_at",
    )
    .raw(true);

  const readRuns = (probe: number, { from, to }: Span, limit = -1): readonly RunLatency[] =>
    runs
      .all(probe, from, to, limit)
      .map(([at, status, duration, latency]) => ({ at, latency: latencyOf(status, duration, latency) }))
      .toReversed();
  const tallyRuns = (probe: number, span: Span): Tally => {
    const found = span.to > span.from ? readRuns(probe, span) : [];
    const measured = found.flatMap(({ latency }) => (latency === undefined || latency === Infinity ? [] : [latency]));
    return { runs: found.length, latencies: sketchOf(measured, found.filter(({ latency }) => latency === Infinity).length) };
  };
  const tallyHours = (probe: number, { from, to }: Span, hoursUntil: number): Tally => {
    const firstHour = Math.ceil(from / hourMs) * hourMs;
    const lastHour = Math.floor(Math.min(to, hoursUntil) / hourMs) * hourMs;
    if (lastHour <= firstHour) return tallyRuns(probe, { from, to });
    const closed = ofRows(hours.all(probe, firstHour, lastHour), place);
    return together([tallyRuns(probe, { from, to: firstHour }), closed, tallyRuns(probe, { from: lastHour, to })]);
  };
  return {
    runs: readRuns,
    account(probe, span) {
      const first = before.get(probe, span.from);
      const changes = inside.all(probe, span.from, span.to);
      return sum(cut(first === undefined ? changes : [{ at: span.from, to: first.to }, ...changes], span));
    },
    tally(probe, { from, to }, { hoursUntil, daysFrom, daysUntil }) {
      const whole = daysUntil > from ? days.all(probe, Math.max(from, daysFrom), Math.min(to, daysUntil)) : [];
      const closed = ofRows(
        whole.map(([, , count, sketch]) => [count, sketch]),
        place,
      );
      const [first, last] = [whole[0], whole.at(-1)];
      if (first === undefined || last === undefined) return tallyHours(probe, { from, to }, hoursUntil);
      const head = tallyHours(probe, { from, to: first[0] }, hoursUntil);
      return together([head, closed, tallyHours(probe, { from: last[1], to }, hoursUntil)]);
    },
  };
}

/** The duration of a run that did not go well says nothing of how long it takes when it does. */
function latencyOf(status: Status, duration: number, latency: number | null): number | undefined {
  if (latency === null) return status === "ok" || status === "warning" ? duration : undefined;
  if (latency >= 0) return latency;
  return latency === -2 ? Infinity : undefined;
}

function together(all: readonly Tally[]): Tally {
  const tallies = all.filter(({ runs }) => runs > 0);
  const [only] = tallies;
  if (only !== undefined && tallies.length === 1) return only;
  return {
    runs: tallies.reduce((count, { runs }) => count + runs, 0),
    latencies: mergeSketches(tallies.map(({ latencies }) => latencies)),
  };
}

/** @throws StoreError */
function ofRows(rows: readonly (readonly [runs: number, sketch: Uint8Array | null])[], place: string): Tally {
  const latencies = mergeEncoded(rows.flatMap(([, sketch]) => (sketch === null ? [] : [sketch])));
  if (latencies === undefined) throw unreadable(place);
  return { runs: rows.reduce((all, [runs]) => all + runs, 0), latencies };
}

/** @throws StoreError */
export function storedSketch(bytes: Uint8Array | null, place: string): Sketch {
  const sketch = bytes === null ? sketchOf([]) : decodeSketch(bytes);
  if (sketch === undefined) throw unreadable(place);
  return sketch;
}

const unreadable = (place: string): StoreError => storeError("corrupt", place, "a sketch of latencies cannot be read");
