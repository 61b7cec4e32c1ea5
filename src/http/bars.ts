import type { Bar } from "../model/api.ts";
import type { Transition } from "../model/incident.ts";
import type { ProbeState } from "../model/state.ts";
import type { Status } from "../model/status.ts";
import { statuses, statusFacts } from "../model/status.ts";

export const barWindowMs = 86_400_000;

/**
 * How one probe stood between `from` and `to`. `transitions` are those of that time and the last one before it, in order.
 * Before a probe was first seen there is no bar: nothing was watched then.
 */
export function barsOfProbe(
  state: ProbeState | undefined,
  transitions: readonly Transition[],
  from: number,
  to: number,
): readonly Bar[] {
  if (state?.lastAt === undefined) return [];
  const first = transitions[0];
  if (first === undefined) return state.since < to ? [{ from: Math.max(from, state.since), to, status: state.status }] : [];

  const bars: Bar[] = [];
  // An older transition would have been handed in: `unknown` before the first one means that there was nothing before it.
  if (first.at > from && first.from !== "unknown") bars.push({ from, to: Math.min(first.at, to), status: first.from });
  for (const [index, transition] of transitions.entries()) {
    const start = Math.max(from, transition.at);
    const end = Math.min(to, transitions[index + 1]?.at ?? to);
    if (end > start) bars.push({ from: start, to: end, status: transition.to });
  }
  return bars;
}

/** The worst of several probes at every moment. Where none of them has a bar there is none. */
export function worstBars(ofProbes: readonly (readonly Bar[])[]): readonly Bar[] {
  if (ofProbes.length === 1) return ofProbes[0] ?? [];
  const edges = ofProbes
    .flat()
    .flatMap((bar) => [
      { at: bar.from, status: bar.status, change: 1 },
      { at: bar.to, status: bar.status, change: -1 },
    ])
    .toSorted((a, b) => a.at - b.at);

  const active: Record<Status, number> = { ok: 0, warning: 0, critical: 0, unknown: 0 };
  const bars: { from: number; to: number; status: Status }[] = [];
  let since = 0;
  for (const edge of edges) {
    const status = worstOf(active);
    if (edge.at > since && status !== undefined) {
      const last = bars.at(-1);
      if (last !== undefined && last.to === since && last.status === status) last.to = edge.at;
      else bars.push({ from: since, to: edge.at, status });
    }
    active[edge.status] += edge.change;
    since = edge.at;
  }
  return bars;
}

const worstFirst = statuses.toSorted((a, b) => statusFacts[b].rank - statusFacts[a].rank);

const worstOf = (active: Readonly<Record<Status, number>>): Status | undefined => worstFirst.find((status) => active[status] > 0);
