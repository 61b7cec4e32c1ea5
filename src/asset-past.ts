import type { LiveBoard } from "./engine/board.ts";
import { readJourney } from "./mail/probe-journey.ts";
import { availabilityOf, cut, type Piece, type Span, type State, sum } from "./model/account.ts";
import type { Bar } from "./model/api.ts";
import type { LatencyPoint, Past, Standing } from "./model/past.ts";
import type { Probe } from "./model/probe.ts";
import type { ProbeState } from "./model/state.ts";
import type { Status } from "./model/status.ts";
import { statusFacts } from "./model/status.ts";
import type { Database } from "./store/database.ts";
import { readSeries } from "./store/history-series.ts";
import { readIncidentsOf } from "./store/incidents.ts";
import { readTransitions } from "./store/transitions.ts";

/** Of one probe and of all of them: what flaps for months is known from its latest changes on. */
const mostOfOne = 5_000;
const mostOfAll = 20_000;
/** More bars than this nobody can tell apart: 3 px each on a wide page. */
const mostBars = 360;

const statusOfState: Readonly<Record<State, Status>> = {
  up: "ok",
  degraded: "warning",
  down: "critical",
  unknown: "unknown",
  maintenance: "ok",
};

/** What was, from the disk and the board. */
export function createPast(db: Database, board: Pick<LiveBoard, "state" | "facts" | "memory" | "timezone">): Past {
  return {
    async standings(probes, window) {
      let left = mostOfAll;
      const accounts: Accounted[] = [];
      const each: Standing[] = [];
      for (const probe of probes) {
        const changes = db.read(() =>
          readTransitions(db, probe.id, { ...window, limit: Math.min(mostOfOne, Math.max(left, 1)) }),
        );
        left -= changes.length;
        const account = { probe, ...accountOf(board.state(probe.id), changes, window) };
        accounts.push(account);
        each.push(standingOf(account.pieces, account.since));
        // Others wait for this thread, too.
        await new Promise<void>((resolve) => void setImmediate(resolve));
      }
      const ofService = accounts.filter(({ probe, since }) => probe.measures === "service" && since !== null);
      return {
        each,
        service: ofService.length === 0 ? undefined : togetherOf(ofService),
      };
    },
    latency: (id, window) => latencyOf(db, id, window, board.timezone),
    incidents: (asset, window, limit) => db.read(() => readIncidentsOf(db, asset, { ...window, limit })),
    facts: (asset, kind) => board.facts(asset, kind).toSorted((a, b) => b.lastSeen - a.lastSeen),
    way: (probe) => readJourney(board.memory(probe)).way ?? undefined,
  };
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Of single runs no more are read by `readSeries`. */
const mostRuns = 2_000;
/** What a day is drawn in, the finest that makes no more than about a hundred points of what there is. */
const grains = [minuteMs, 5 * minuteMs, 15 * minuteMs];
const mostGrains = 100;

/** A day in quarters of an hour or less, as long as its runs can be read; a month in hours, a quarter of a year in days. */
function latencyOf(db: Database, id: string, window: Span, timezone: string): readonly LatencyPoint[] {
  const length = window.to - window.from;
  const inside = (point: LatencyPoint): LatencyPoint => ({
    ...point,
    from: Math.max(point.from, window.from),
    to: Math.min(point.to, window.to),
  });
  const by = (step: "hour" | "day"): readonly LatencyPoint[] => readSeries(db, id, window, step, timezone).map(inside);
  if (length > 31 * dayMs) return by("day");
  const runs = length > dayMs ? [] : readSeries(db, id, window, "raw", timezone);
  if (length > dayMs || runs.length >= mostRuns) return by("hour");
  const age = window.to - (runs[0]?.from ?? window.to);
  const grain = grains.find((one) => age / one <= mostGrains) ?? 15 * minuteMs;
  return [...Map.groupBy(runs, ({ from }) => Math.floor(from / grain))].map(([piece, those]) => {
    const taken = those.flatMap(({ p50 }) => p50 ?? []).toSorted((a, b) => a - b);
    const rank = (share: number): number | null => taken[Math.max(0, Math.ceil(share * taken.length) - 1)] ?? null;
    const sumOf = (what: "runs" | "lost"): number => those.reduce((total, one) => total + one[what], 0);
    const from = piece * grain;
    return inside({ from, to: from + grain, p50: rank(0.5), p95: rank(0.95), runs: sumOf("runs"), lost: sumOf("lost") });
  });
}

interface Accounted {
  readonly probe: Probe;
  /** From `since` to the end of the window. */
  readonly pieces: readonly Piece[];
  readonly since: number | null;
}

type Changes = ReturnType<typeof readTransitions>;

function accountOf(state: ProbeState | undefined, changes: Changes, window: Span): Omit<Accounted, "probe"> {
  if (state?.lastAt === undefined) return { pieces: [], since: null };
  const first = changes[0]?.at ?? state.since;
  const since = Math.max(window.from, first);
  if (since >= window.to) return { pieces: [], since: null };
  const steps = changes.map(({ at, to }) => ({ at, to }));
  // Nobody writes down that nothing was looked at, until it is looked at again.
  const { coverUntil } = state;
  if (coverUntil !== undefined && coverUntil < window.to && coverUntil > (steps.at(-1)?.at ?? 0))
    steps.push({ at: coverUntil, to: "unknown" });
  return { pieces: cut(steps, { from: since, to: window.to }), since };
}

/** Down goes before not known, as in the report: that one part is down is sure, whatever the others were. */
const worstFirst: readonly State[] = ["down", "unknown", "degraded", "up", "maintenance"];

/** At each moment as bad as the worst of those that were watched then. */
function togetherOf(some: readonly Accounted[]): Standing {
  const edges: { at: number; state: State; change: 1 | -1 }[] = [];
  for (const { pieces } of some)
    for (const { from, to, state } of pieces) edges.push({ at: from, state, change: 1 }, { at: to, state, change: -1 });
  edges.sort((one, other) => one.at - other.at);
  const active: Record<State, number> = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
  const together: { from: number; to: number; state: State }[] = [];
  let since = edges[0]?.at ?? 0;
  for (const { at, state, change } of edges) {
    const worst = worstFirst.find((one) => active[one] > 0);
    if (at > since && worst !== undefined) {
      const last = together.at(-1);
      if (last !== undefined && last.state === worst && last.to === since) last.to = at;
      else together.push({ from: since, to: at, state: worst });
    }
    active[state] += change;
    since = at;
  }
  return standingOf(together, edges[0]?.at ?? null);
}

function standingOf(pieces: readonly Piece[], since: number | null): Standing {
  const account = sum(pieces);
  const { value, low, high } = availabilityOf(account);
  const bars = pieces.map(({ from, to, state }): Bar => ({ from, to, status: statusOfState[state] }));
  return {
    bars: joined(bars.length > mostBars ? fold(bars) : bars),
    folded: bars.length > mostBars,
    since,
    availability: { value: value ?? null, low, high, downMs: account.down, unknownMs: account.unknown },
  };
}

/** Equal pieces of time, each as bad as the worst in it. */
function fold(bars: readonly Bar[]): readonly Bar[] {
  const [start, end] = [bars[0]?.from ?? 0, bars.at(-1)?.to ?? 0];
  const width = (end - start) / mostBars;
  const cells: Status[] = Array.from({ length: mostBars }, () => "ok");
  for (const { from, to, status } of bars) {
    const last = Math.min(mostBars - 1, Math.ceil((to - start) / width) - 1);
    for (let cell = Math.floor((from - start) / width); cell <= last; cell += 1) {
      const present = cells[cell] ?? "ok";
      if (statusFacts[status].rank > statusFacts[present].rank) cells[cell] = status;
    }
  }
  return cells.map((status, cell) => ({
    from: Math.round(start + cell * width),
    to: Math.round(start + (cell + 1) * width),
    status,
  }));
}

function joined(bars: readonly Bar[]): readonly Bar[] {
  const result: Bar[] = [];
  for (const bar of bars) {
    const last = result.at(-1);
    if (last?.status === bar.status && last.to === bar.from) result[result.length - 1] = { ...last, to: bar.to };
    else result.push(bar);
  }
  return result;
}
