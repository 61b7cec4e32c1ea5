/**
 * When probes are due: pure arithmetic on one clock in milliseconds. Starts are grouped into slots of 250 ms, because at real
 * rates the wake-ups cost more than the work (1,000 logins a minute: 2.75 % of a core with slots, 4.5 to 5.2 % without).
 */
export const slotMs = 250;

/** Nothing without a fresh observation waits longer than this for its first run. */
const firstRoundMs = 10_000;

/** With few probes the first round does not spread at all: a newcomer sees the first answers at once. */
const firstRoundStepMs = 100;

const downToSlot = (ms: number): number => Math.floor(ms / slotMs) * slotMs;
export const upToSlot = (ms: number): number => Math.ceil(ms / slotMs) * slotMs;

/** FNV-1a, 32 bits: spreads ids evenly and is the same on every machine. */
function hash(id: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) value = Math.imul(value ^ id.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** An interval on the grid of slots. */
export const wholeSlots = (everyMs: number): number => Math.max(slotMs, upToSlot(everyMs));

/** Where in its interval a probe runs, a multiple of 250 ms that depends on its id alone. */
export const phaseOf = (id: string, everyMs: number): number => downToSlot(hash(id) % wholeSlots(everyMs));

/**
 * The next time on the probe's own grid that leaves at least half an interval since its last start, so that the run after the
 * first round is neither at once nor later than one and a half intervals.
 */
export function nextOnGrid(id: string, everyMs: number, lastStart: number): number {
  const every = wholeSlots(everyMs);
  const phase = phaseOf(id, everyMs);
  const earliest = lastStart + every / 2;
  return Math.ceil((earliest - phase) / every) * every + phase;
}

export interface FirstRun {
  readonly id: string;
  readonly everyMs: number;
  /** Those of turn 0 all begin at once; of the others the lower turn goes first. */
  readonly turn: number;
  /** How old its last observation is; undefined when there is none. */
  readonly ageMs: number | undefined;
}

/** The first due time of every probe after a start (or a sleep) at `now`: all within min(interval, 10 s), the first at once. */
export function firstRound(probes: readonly FirstRun[], now: number): Map<string, number> {
  const due = new Map<string, number>();
  const isFresh = (probe: FirstRun): boolean => probe.ageMs !== undefined && probe.ageMs >= 0 && probe.ageMs < probe.everyMs;
  const stale = probes
    .filter((probe) => !isFresh(probe))
    .toSorted((a, b) => a.turn - b.turn || hash(a.id) - hash(b.id) || (a.id < b.id ? -1 : 1));
  stale.forEach((probe, rank) => {
    const window = Math.min(wholeSlots(probe.everyMs), firstRoundMs);
    due.set(probe.id, now + (probe.turn === 0 ? 0 : downToSlot(Math.min(rank * firstRoundStepMs, phaseOf(probe.id, window)))));
  });
  for (const probe of probes) {
    // A fresh one keeps its own rhythm, and is never later than an interval after its last run.
    if (isFresh(probe))
      due.set(probe.id, Math.min(nextOnGrid(probe.id, probe.everyMs, now - (probe.ageMs ?? 0)), now + wholeSlots(probe.everyMs)));
  }
  return due;
}
