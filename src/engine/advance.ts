import type { Confirm } from "../model/check.ts";
import type { Transition } from "../model/incident.ts";
import type { ProbeState } from "../model/state.ts";
import type { Status } from "../model/status.ts";

type Known = Exclude<Status, "unknown">;

/** What `advance` needs of an observation. */
export interface Seen {
  readonly status: Status;
  readonly at: number;
  /** Believed at once, without N of M (a definite rejection of a credential). */
  readonly immediate: boolean;
}

/** The new state, and the transitions that led there (two where a gap came before), in order of `at`. */
export interface Step {
  readonly state: ProbeState;
  readonly transitions: readonly Transition[];
}

export const freshState = (probe: string, now: number): ProbeState => ({
  probe,
  status: "unknown",
  since: now,
  verdict: undefined,
  recent: [],
  undecidedSince: undefined,
  lastAt: undefined,
  coverUntil: undefined,
  flips: [],
  flapping: false,
});

/**
 * Moves one probe's state on by one observation: N of M, for-duration, recovery count, flapping. Pure.
 *
 * - `unknown` is accounted at once, and never changes the verdict that incidents rest on.
 * - A change is dated by the first observation of the streak that showed it, and confirmed by the last.
 * - After a stretch of unknown, nothing is claimed until the observations decide it.
 */
export function advance(before: ProbeState, seen: Seen, policy: Confirm, coverMs: number): Step {
  const gap = fillGap(before, seen.at);
  const state: ProbeState = { ...gap.state, lastAt: seen.at, coverUntil: seen.at + coverMs };
  if (seen.status === "unknown") {
    const step = moveTo(state, "unknown", seen.at, seen.at);
    return { state: step.state, transitions: [...gap.transitions, ...step.transitions] };
  }
  const last = state.recent.at(-1);
  const recent = [...state.recent, { at: seen.at, status: seen.status }].slice(-Math.max(policy.bad[1], policy.good, 2));
  const flips = last
    ? [...state.flips, last.status === seen.status ? 0 : 1].slice(-flapWindow).map((flip) => (flip ? 1 : 0))
    : state.flips;
  const decision = decide(recent, state.verdict, policy, seen.immediate);
  const next: ProbeState = {
    ...state,
    recent,
    flips,
    flapping: isFlapping(flips, state.flapping),
    verdict: decision.verdict,
    undecidedSince: decision.undecidedSince,
  };
  if (
    decision.verdict === undefined ||
    (decision.undecidedSince !== undefined && state.status === "unknown" && !decision.changedAt)
  ) {
    return { state: next, transitions: gap.transitions };
  }
  // What was seen before a stretch of unknown does not say how it was in it.
  const firstKnown = state.status === "unknown" ? (recent.find(({ at }) => at > state.since)?.at ?? seen.at) : 0;
  const at = decision.changedAt === undefined ? seen.at : Math.max(decision.changedAt, firstKnown, state.since + 1);
  const step = moveTo(next, decision.verdict, Math.min(at, seen.at), seen.at);
  return { state: step.state, transitions: [...gap.transitions, ...step.transitions] };
}

/**
 * The stretch that no observation covers (the daemon was down or asleep, or the probe was never run) is unknown: an observation
 * speaks for twice the interval that its probe had then, and no longer.
 */
export function fillGap(state: ProbeState, now: number): Step {
  if (state.coverUntil === undefined || now <= state.coverUntil) return { state, transitions: [] };
  return moveTo(state, "unknown", Math.max(state.coverUntil, state.since + 1), now);
}

/**
 * Nobody looks any more (the probe left the configuration): unknown from now on, or from where its last run ceased to speak, and
 * nothing of before counts towards later.
 */
export function endOfWatch(state: ProbeState, now: number): Step {
  const at = Math.max(Math.min(now, state.coverUntil ?? now), state.lastAt ?? 0, state.since + 1);
  return moveTo({ ...state, recent: [], verdict: undefined, undecidedSince: undefined }, "unknown", at, Math.max(now, at));
}

function moveTo(state: ProbeState, to: Status, at: number, confirmedAt: number): Step {
  if (state.status === to) return { state, transitions: [] };
  return {
    state: { ...state, status: to, since: at },
    transitions: [{ probe: state.probe, from: state.status, to, at, confirmedAt }],
  };
}

interface Decision {
  readonly verdict: Known | undefined;
  /** When the verdict changed: the first observation of the streak that showed it. */
  readonly changedAt?: number;
  readonly undecidedSince: number | undefined;
}

type Recent = ProbeState["recent"];

function decide(recent: Recent, verdict: Known | undefined, policy: Confirm, immediate: boolean): Decision {
  const latest = recent.at(-1);
  if (!latest) return { verdict, undecidedSince: undefined };
  return latest.status === "ok" ? decideGood(recent, verdict, policy) : decideBad(recent, latest, verdict, policy, immediate);
}

function decideGood(recent: Recent, verdict: Known | undefined, policy: Confirm): Decision {
  const streak = trailing(recent, (status) => status === "ok");
  const since = streak[0]?.at;
  if (verdict === "warning" || verdict === "critical") {
    // What is milder than critical may turn out to have begun before the first good one.
    const milder = verdict === "critical" ? startOf(recent, (status) => status !== "critical") : since;
    if (streak.length < policy.good) return { verdict, undecidedSince: milder };
    return { verdict: "ok", changedAt: since ?? 0, undecidedSince: undefined };
  }
  // One good answer is enough to begin with. A bad one before it still counts towards n of m, but no change can be dated before
  // this one any more: nothing is undecided.
  return {
    verdict: "ok",
    ...(verdict === undefined && since !== undefined ? { changedAt: since } : {}),
    undecidedSince: undefined,
  };
}

function decideBad(
  recent: Recent,
  latest: Recent[number],
  verdict: Known | undefined,
  policy: Confirm,
  immediate: boolean,
): Decision {
  const [n, m] = policy.bad;
  const bad = recent.slice(-m).filter(({ status }) => status !== "ok");
  const critical = bad.filter(({ status }) => status === "critical");
  const lasts = (some: Recent): boolean => latest.at - (some[0]?.at ?? latest.at) >= (policy.forMs ?? 0);
  const isCritical = latest.status === "critical" && (immediate || (critical.length >= n && lasts(critical)));
  const isBad = immediate || (bad.length >= n && lasts(bad));

  if (isCritical && verdict !== "critical") {
    return { verdict: "critical", changedAt: startOf(recent, (status) => status === "critical"), undecidedSince: undefined };
  }
  // It is bad; whether it is critical is not decided yet.
  const worseSince = latest.status === "critical" ? startOf(recent, (status) => status === "critical") : undefined;
  if (verdict === "ok" || verdict === undefined) {
    const since = startOf(recent, (status) => status !== "ok");
    return isBad ? { verdict: "warning", changedAt: since, undecidedSince: worseSince } : { verdict, undecidedSince: since };
  }
  if (verdict === "critical" && latest.status === "warning") {
    const milder = trailing(recent, (status) => status !== "critical");
    if (milder.length < policy.good) return { verdict, undecidedSince: milder[0]?.at };
    return { verdict: "warning", changedAt: milder[0]?.at ?? latest.at, undecidedSince: undefined };
  }
  return { verdict, undecidedSince: verdict === "warning" ? worseSince : undefined };
}

function trailing(recent: Recent, fits: (status: Known) => boolean): Recent {
  const broken = recent.findLastIndex(({ status }) => !fits(status));
  return recent.slice(broken + 1);
}

const startOf = (recent: Recent, fits: (status: Known) => boolean): number => trailing(recent, fits)[0]?.at ?? 0;

/** Nagios Core, base/flapping.c: 20 transitions of 21 states, the newest weighted 1.25, the oldest 0.75. */
const flapWindow = 20;
const flapHigh = 30;
const flapLow = 20;

/** Percent of change over the last 20 transitions, the newer ones weighing more. */
export function flapPercent(flips: readonly number[]): number {
  const missing = flapWindow - flips.length;
  const sum = flips.reduce((total, flip, i) => total + flip * (((missing + i) * 0.5) / (flapWindow - 1) + 0.75), 0);
  return (sum * 100) / flapWindow;
}

const isFlapping = (flips: readonly number[], was: boolean): boolean => {
  const percent = flapPercent(flips);
  return was ? percent >= flapLow : percent >= flapHigh;
};
