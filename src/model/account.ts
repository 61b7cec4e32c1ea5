import type { Status } from "./status.ts";

/** `[from, to)`, milliseconds UTC. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Whole milliseconds; together they are the length of the window, always. */
export interface Account {
  readonly up: number;
  readonly degraded: number;
  readonly down: number;
  /** What nobody looked at is no up-time. */
  readonly unknown: number;
  readonly maintenance: number;
}

export type State = keyof Account;

/** A piece of time in one state. */
export interface Piece extends Span {
  readonly state: State;
}

/** The `to` of a transition and its moment. */
export interface Change {
  readonly at: number;
  readonly to: Status;
}

const stateOf: Readonly<Record<Status, State>> = { ok: "up", warning: "degraded", critical: "down", unknown: "unknown" };

/**
 * A window cut into pieces without gap or overlap, neighbours of one state joined. Planned work goes before what was seen in it.
 * @param changes in order of `at`; those before the window say how it begins, without one nothing is known
 */
export function cut(changes: readonly Change[], window: Span, maintenance: readonly Span[] = []): readonly Piece[] {
  const { from, to } = window;
  if (to <= from) return [];
  const planned = maintenance.filter((span) => span.to > span.from && span.to > from && span.from < to);
  const inside = changes.filter(({ at }) => at > from && at < to);
  const edges = [from, ...inside.map(({ at }) => at), ...planned.flatMap((span) => [span.from, span.to])]
    .filter((at) => at >= from && at < to)
    .toSorted((a, b) => a - b);
  const pieces: Piece[] = [];
  let state: State = stateOf[changes.findLast(({ at }) => at <= from)?.to ?? "unknown"];
  let next = 0;
  for (const [index, at] of edges.entries()) {
    for (let change = inside[next]; change !== undefined && change.at <= at; change = inside[next]) {
      state = stateOf[change.to];
      next += 1;
    }
    const end = edges[index + 1] ?? to;
    if (end === at) continue;
    const now = planned.some((span) => span.from <= at && at < span.to) ? "maintenance" : state;
    const last = pieces.at(-1);
    if (last?.state === now) pieces[pieces.length - 1] = { ...last, to: end };
    else pieces.push({ from: at, to: end, state: now });
  }
  return pieces;
}

export const nothing: Account = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };

/** Milliseconds in each state. */
export function sum(pieces: readonly Piece[]): Account {
  const total: Record<State, number> = { ...nothing };
  for (const { from, to, state } of pieces) total[state] += to - from;
  return total;
}

export const add = (a: Account, b: Account): Account => ({
  up: a.up + b.up,
  degraded: a.degraded + b.degraded,
  down: a.down + b.down,
  unknown: a.unknown + b.unknown,
  maintenance: a.maintenance + b.maintenance,
});

export interface Availability {
  /** Undefined: nothing is known. Degraded counts as up. */
  readonly value: number | undefined;
  /** If all that is not known was down, or up. */
  readonly low: number;
  readonly high: number;
  /** How much of the time that counts is known. */
  readonly coverage: number;
}

/** What the time says of a service; planned work does not count. */
export function availabilityOf({ up, degraded, down, unknown }: Account): Availability {
  const good = up + degraded;
  const known = good + down;
  const all = known + unknown;
  if (all === 0) return { value: undefined, low: 0, high: 1, coverage: 0 };
  return { value: known === 0 ? undefined : good / known, low: good / all, high: (good + unknown) / all, coverage: known / all };
}
