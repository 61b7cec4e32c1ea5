import { type Account, type Change, cut, type Span, sum } from "../model/account.ts";
import { daysOf } from "../model/days.ts";
import type { Status } from "../model/status.ts";
import type { Database } from "./database.ts";

/** One day, cut to the window that was asked for: milliseconds in each state, together its length. */
export interface DayAccount extends Account, Span {}

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

const hourMs = 3_600_000;
/** A day of a probe that runs every minute has 1,440 points. */
const mostPoints = 2_000;

interface ChangeRow {
  readonly id: string;
  readonly at: number;
  readonly to_status: Status;
}

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
  const days = daysOf(window, timezone).map(({ from, to }) => ({
    from: Math.max(from, window.from),
    to: Math.min(to, window.to),
  }));
  return db.read(() => {
    const changes = db.sql.prepare<[{ probe: string; from: number; to: number }], ChangeRow>(
      `SELECT id, at, to_status FROM probe CROSS JOIN transition ON transition.probe = probe.probe
         AND at >= coalesce((SELECT max(at) FROM transition WHERE probe = probe.probe AND at <= @from), @from) AND at < @to
       WHERE id = @probe ORDER BY at`,
    );
    const covers = db.sql.prepare<[string], { cover: number | null }>(
      "SELECT cover_until_at AS cover FROM probe JOIN probe_state USING (probe) WHERE id = ?",
    );
    return new Map(
      probes.map((probe) => {
        const all: Change[] = changes
          .all({ probe, from: window.from, to: window.to })
          .map(({ at, to_status: to }) => ({ at, to }));
        // Nobody has written down yet that a run speaks for no longer than this.
        const cover = covers.get(probe)?.cover ?? null;
        if (cover !== null && cover < window.to && cover > (all.at(-1)?.at ?? 0)) all.push({ at: cover, to: "unknown" });
        return [probe, days.map((day) => ({ ...day, ...sum(cut(all, day)) }))];
      }),
    );
  });
}

/**
 * How long what a probe looks at took: median and 95th percentile of each step of the window, in order; steps without a run are
 * left out. At most 2,000 points, the latest.
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
    const rows = db.sql
      .prepare<[string, number, number, number], { at: number; status: Status; duration: number }>(
        `SELECT at, status, duration_ms AS duration FROM probe CROSS JOIN observation USING (probe) JOIN outcome USING (outcome)
         WHERE id = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?`,
      )
      .all(probe, window.from, window.to, step === "raw" ? mostPoints : -1)
      .toReversed();
    const days = step === "day" ? daysOf(window, timezone) : [];
    const spanOf = (at: number): Span => {
      if (step === "raw") return { from: at, to: at };
      if (step === "day") return days.find(({ from, to }) => from <= at && at < to) ?? { from: at, to: at };
      const from = at - (at % hourMs);
      return { from, to: from + hourMs };
    };
    const steps = Map.groupBy(rows, ({ at }) => spanOf(at).from);
    return [...steps].slice(-mostPoints).map(([, inStep]) => {
      const worked = inStep.filter(({ status }) => status === "ok" || status === "warning").map(({ duration }) => duration);
      const sorted = worked.toSorted((a, b) => a - b);
      const rank = (q: number): number | null => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
      return { ...spanOf(inStep[0]?.at ?? 0), p50: rank(0.5), p95: rank(0.95), runs: inStep.length, lost: 0 };
    });
  });
}
