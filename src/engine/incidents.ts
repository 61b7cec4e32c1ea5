import type { Incident, IncidentProbe, Priority, Turn } from "../model/incident.ts";
import type { Json } from "../model/json.ts";
import type { Finding } from "../model/observation.ts";
import type { ProbeState, TimelineEntry } from "../model/state.ts";
import { partsOfId } from "../model/probe.ts";
import { statusFacts, statusOf } from "../model/status.ts";
import { causeOf } from "./incident-key.ts";

/** What one observation of one probe means for its incident. */
export interface Sighting {
  readonly probe: string;
  readonly state: ProbeState;
  readonly findings: readonly Finding[];
  readonly cause: string;
  /** That of the probe's observation before this one; undefined when that was well or not known. */
  readonly lastCause: string | undefined;
  readonly key: string;
  readonly at: number;
  /** The observation itself was known (not unknown). */
  readonly known: boolean;
  /** Its verdict rests on one definite answer, without N of M. */
  readonly immediate: boolean;
  /** One look is all that its probe asks for, so that a verdict is never unconfirmed; default false. */
  readonly isEnough?: boolean;
  /** What it shows now and what it showed before come from one cause: the fault is the same; default false. */
  readonly isSameCause?: boolean;
  /** The first message waits a little for what else is found. */
  readonly gathers: boolean;
  readonly priority: (severity: Incident["severity"]) => Priority;
}

/** A changed incident, with the turn that is to be told, if there is one. */
export interface IncidentStep {
  readonly incident: Incident;
  readonly turn: Turn | undefined;
  readonly timeline: readonly TimelineEntry[];
}

type Bad = Incident["severity"];

/** Opens, joins, worsens, leaves or resolves: at most one turn. Undefined when nothing changes. Pure. */
export function follow(open: Incident | undefined, seen: Sighting, nextId: number): IncidentStep | undefined {
  const { verdict } = seen.state;
  if (verdict === "warning" || verdict === "critical") return open ? suffer(open, seen, verdict) : begin(seen, verdict, nextId);
  // While it flaps it stays one incident: a message for every swing would bury the ones that matter.
  if (open && verdict === "ok" && !seen.state.flapping) return leave(open, seen.probe, seen.at);
  return undefined;
}

function begin(seen: Sighting, severity: Bad, id: number): IncidentStep {
  const incident: Incident = {
    id,
    cause: seen.cause,
    key: seen.key,
    priority: seen.priority(severity),
    severity,
    openedAt: seen.state.status === severity ? seen.state.since : seen.at,
    resolvedAt: undefined,
    unconfirmed: seen.immediate && seen.isEnough !== true,
    acknowledgedBy: undefined,
    acknowledgedUntil: undefined,
    turnCount: 0,
    lastTurnAt: seen.at,
    probes: [{ probe: seen.probe, joinedAt: seen.at, leftAt: undefined, findings: seen.findings }],
  };
  if (!seen.gathers) return turnTo("opened", incident, seen.at, "system");
  return { incident, turn: undefined, timeline: [joined(incident, seen)] };
}

const joined = ({ id }: Incident, { at, probe }: Sighting): TimelineEntry => ({
  incident: id,
  at,
  actor: "system",
  kind: "joined",
  data: probe,
});

function suffer(open: Incident, seen: Sighting, verdict: Bad): IncidentStep | undefined {
  const member = open.probes.find((each) => each.probe === seen.probe && each.leftAt === undefined);
  if (member && !seen.known) return undefined;
  const others = open.probes.filter((each) => each.probe !== seen.probe);
  const probes = [
    ...others,
    { probe: seen.probe, joinedAt: member?.joinedAt ?? seen.at, leftAt: undefined, findings: seen.findings },
  ];
  const severity = worstOf(verdict, others);
  const now: Incident = { ...open, probes, severity, cause: seen.cause, priority: seen.priority(severity) };
  const isGraver = now.priority < open.priority;
  const silently = (incident: Incident, kind: TimelineEntry["kind"], data: Json): IncidentStep => ({
    incident,
    turn: undefined,
    timeline: [{ incident: open.id, at: seen.at, actor: "system", kind, data }],
  });
  const change = statusFacts[severity].rank - statusFacts[open.severity].rank;
  // Worse, or so sure and sudden that it must not wait among others, or of more weight than what is there.
  if (change > 0 || (change === 0 && !member && (seen.immediate || isGraver))) {
    const unacknowledged = { acknowledgedBy: undefined, acknowledgedUntil: undefined };
    const priority = isGraver ? now.priority : open.priority;
    const turn = open.turnCount === 0 ? "opened" : "worsened";
    return turnTo(
      turn,
      { ...now, priority, unconfirmed: seen.immediate && seen.isEnough !== true, ...unacknowledged },
      seen.at,
      "system",
    );
  }
  // It became milder: what is left is shown as it is, and nobody is woken for that.
  if (change < 0) return silently({ ...now, unconfirmed: false }, "note", { severity, cause: seen.cause });
  if (!member) return { incident: { ...open, probes }, turn: undefined, timeline: [joined(open, seen)] };
  if (open.turnCount === 0) return { incident: { ...open, probes }, turn: undefined, timeline: [] };
  // Another fault took the place of the first: seen twice, so that two that take turns do not chatter, and told once the same
  // check finds the first nowhere any more, so that forty mailboxes that change one by one are one message.
  const before = causeOf(member.findings);
  if (seen.cause !== before && seen.cause === seen.lastCause) {
    const { check } = partsOfId(seen.probe);
    const isLeft = others.some(
      ({ probe, leftAt, findings }) => leftAt === undefined && partsOfId(probe).check === check && causeOf(findings) === before,
    );
    if (isLeft || seen.cause === open.cause) return { incident: { ...open, probes }, turn: undefined, timeline: [] };
    // A stopped service is refused, then cut off, then silent: one fault, and the next reminder tells what it looks like then.
    if (seen.isSameCause === true)
      return { incident: { ...open, probes, cause: seen.cause, unconfirmed: false }, turn: undefined, timeline: [] };
    return turnTo(
      "reminder",
      { ...now, priority: isGraver ? now.priority : open.priority, unconfirmed: false },
      seen.at,
      "system",
    );
  }
  // What ends on a day is told again at each rung of the ladder, unless somebody has it in hand.
  const rungs = rungsOf(seen.findings);
  const told = rungsOf(member.findings);
  if (rungs.join() !== told.join()) {
    const isNearer = rungs.some((rung, i) => rung < (told[i] ?? Number.POSITIVE_INFINITY));
    const incident = { ...open, probes, unconfirmed: false };
    if (isNearer && open.acknowledgedUntil === undefined) return turnTo("reminder", incident, seen.at, "system");
    return { incident, turn: undefined, timeline: [] };
  }
  // A second answer, however definite the first was.
  return open.unconfirmed ? { incident: { ...open, unconfirmed: false }, turn: undefined, timeline: [] } : undefined;
}

/** How near the ends are that were found bad, in the ladder's days (`src/model/ladder.ts`), the nearest first. */
const rungsOf = (findings: readonly Finding[]): readonly number[] =>
  findings
    .filter(({ severity }) => severity === "warning" || severity === "critical")
    .flatMap(({ data: { rung } }) => (typeof rung === "number" ? [rung] : []))
    .toSorted((a, b) => a - b);

const worstOf = (verdict: Bad, others: Incident["probes"]): Bad =>
  verdict === "critical" || others.some(({ leftAt, findings }) => leftAt === undefined && statusOf(findings) === "critical")
    ? "critical"
    : "warning";

/** A probe is well again, or is watched no more. The incident is over when it was the last. */
export function leave(open: Incident, probe: string, at: number): IncidentStep | undefined {
  const member = open.probes.find((each) => each.probe === probe && each.leftAt === undefined);
  if (!member) return undefined;
  const probes = open.probes.map((each) => (each === member ? { ...each, leftAt: at } : each));
  const incident: Incident = { ...open, probes };
  if (probes.some((each) => each.leftAt === undefined)) {
    return { incident, turn: undefined, timeline: [{ incident: open.id, at, actor: "system", kind: "left", data: probe }] };
  }
  const over: Incident = { ...incident, resolvedAt: at };
  // Nobody was told that it began.
  if (open.turnCount === 0)
    return { incident: over, turn: undefined, timeline: [{ incident: open.id, at, actor: "system", kind: "left", data: probe }] };
  return turnTo("resolved", over, at, "system");
}

/**
 * Where the first of several is well again, the others are worth a look at once: an outage is over when its last mailbox is,
 * and not when its turn comes. Pure.
 */
export function worthALook(incident: Incident): readonly string[] {
  if (incident.resolvedAt !== undefined) return [];
  const present = incident.probes.filter(({ leftAt }) => leftAt === undefined);
  return incident.probes.length - present.length === 1 ? present.map(({ probe }) => probe) : [];
}

/** Somebody has it in hand: reminders stop until the acknowledgement expires or the incident grows worse. */
export const acknowledge = (open: Incident, by: string, until: number, now: number): IncidentStep =>
  turnTo("acknowledged", { ...open, acknowledgedBy: by, acknowledgedUntil: until }, now, by);

/** How long the first message of what is no service outage waits for what else is found, milliseconds. */
const gatherMs = 180_000;
/** How soon after a message those who joined since are told of. */
const newsMs: Readonly<Record<Priority, number>> = { P1: 120_000, P2: 300_000, P3: 300_000, P4: 300_000 };

/** What is due without a new observation: the first message, news of who joined, a reminder, an acknowledgement's end. Pure. */
export function remind(open: Incident, now: number, everyMs: Readonly<Record<Priority, number>>): IncidentStep | undefined {
  if (open.resolvedAt !== undefined) return undefined;
  if (open.turnCount === 0) return now - open.lastTurnAt >= gatherMs ? turnTo("opened", open, now, "system") : undefined;
  if (now - open.lastTurnAt >= newsMs[open.priority] && hasNews(open)) return turnTo("reminder", open, now, "system");
  if (open.acknowledgedUntil !== undefined) {
    if (now < open.acknowledgedUntil) return undefined;
    return turnTo("reminder", { ...open, acknowledgedBy: undefined, acknowledgedUntil: undefined }, now, "system");
  }
  const every = everyMs[open.priority];
  return every > 0 && now - open.lastTurnAt >= every ? turnTo("reminder", open, now, "system") : undefined;
}

/**
 * Since the last message something of another kind joined, or so many of the same that the message gave a wrong idea: twice as
 * many. Who has it in hand is told of other kinds alone.
 */
function hasNews({ probes, lastTurnAt, acknowledgedUntil }: Incident): boolean {
  const present = probes.filter(({ leftAt }) => leftAt === undefined);
  const kind = ({ probe, findings }: IncidentProbe): string => `${partsOfId(probe).check} ${causeOf(findings)}`;
  const told = probes.filter(({ joinedAt }) => joinedAt <= lastTurnAt);
  const kinds = new Set(told.map(kind));
  const newcomers = present.filter(({ joinedAt }) => joinedAt > lastTurnAt);
  if (newcomers.some((one) => !kinds.has(kind(one)))) return true;
  return acknowledgedUntil === undefined && newcomers.length > 0 && present.length >= 2 * (present.length - newcomers.length);
}

function turnTo(turn: Turn, incident: Incident, at: number, actor: string): IncidentStep {
  return {
    incident: { ...incident, turnCount: incident.turnCount + 1, lastTurnAt: at },
    turn,
    timeline: [
      {
        incident: incident.id,
        at,
        actor,
        kind: "turn",
        data: { turn, priority: incident.priority, severity: incident.severity, cause: incident.cause },
      },
    ],
  };
}
