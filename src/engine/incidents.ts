import type { Incident, Priority, Turn } from "../model/incident.ts";
import type { Finding } from "../model/observation.ts";
import type { ProbeState, TimelineEntry } from "../model/state.ts";
import { statusFacts } from "../model/status.ts";

/** What one observation of one probe means for its incident. */
export interface Sighting {
  readonly probe: string;
  readonly state: ProbeState;
  readonly findings: readonly Finding[];
  readonly cause: string;
  readonly key: string;
  readonly at: number;
  /** The observation itself was known (not unknown). */
  readonly known: boolean;
  /** Its verdict rests on one definite answer, without N of M. */
  readonly immediate: boolean;
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
    unconfirmed: seen.immediate,
    acknowledgedBy: undefined,
    acknowledgedUntil: undefined,
    turnCount: 0,
    lastTurnAt: seen.at,
    probes: [{ probe: seen.probe, joinedAt: seen.at, leftAt: undefined, findings: seen.findings }],
  };
  return turnTo("opened", incident, seen.at, "system");
}

function suffer(open: Incident, seen: Sighting, verdict: Bad): IncidentStep | undefined {
  const member = open.probes.find((each) => each.probe === seen.probe);
  const worse = statusFacts[verdict].rank > statusFacts[open.severity].rank;
  // A second answer, however definite the first was.
  const confirmed = open.unconfirmed && seen.known;
  if (member && member.leftAt === undefined && !worse) {
    return confirmed ? { incident: { ...open, unconfirmed: false }, turn: undefined, timeline: [] } : undefined;
  }
  const joined = { probe: seen.probe, joinedAt: member?.joinedAt ?? seen.at, leftAt: undefined, findings: seen.findings };
  const incident: Incident = { ...open, probes: [...open.probes.filter((each) => each !== member), joined] };
  if (!worse) {
    return {
      incident,
      turn: undefined,
      timeline: [{ incident: open.id, at: seen.at, actor: "system", kind: "joined", data: seen.probe }],
    };
  }
  return turnTo(
    "worsened",
    {
      ...incident,
      severity: verdict,
      cause: seen.cause,
      priority: seen.priority(verdict),
      unconfirmed: seen.immediate,
      acknowledgedBy: undefined,
      acknowledgedUntil: undefined,
    },
    seen.at,
    "system",
  );
}

/** A probe is well again, or is watched no more. The incident is over when it was the last. */
export function leave(open: Incident, probe: string, at: number): IncidentStep | undefined {
  const member = open.probes.find((each) => each.probe === probe && each.leftAt === undefined);
  if (!member) return undefined;
  const probes = open.probes.map((each) => (each === member ? { ...each, leftAt: at } : each));
  const incident: Incident = { ...open, probes };
  if (probes.some((each) => each.leftAt === undefined)) {
    return { incident, turn: undefined, timeline: [{ incident: open.id, at, actor: "system", kind: "left", data: probe }] };
  }
  return turnTo("resolved", { ...incident, resolvedAt: at }, at, "system");
}

/** Somebody has it in hand: reminders stop until the acknowledgement expires or the incident grows worse. */
export const acknowledge = (open: Incident, by: string, until: number, now: number): IncidentStep =>
  turnTo("acknowledged", { ...open, acknowledgedBy: by, acknowledgedUntil: until }, now, by);

/** The reminder that is due, or an acknowledgement that has expired. */
export function remind(open: Incident, now: number, everyMs: Readonly<Record<Priority, number>>): IncidentStep | undefined {
  if (open.resolvedAt !== undefined) return undefined;
  if (open.acknowledgedUntil !== undefined) {
    if (now < open.acknowledgedUntil) return undefined;
    return turnTo("reminder", { ...open, acknowledgedBy: undefined, acknowledgedUntil: undefined }, now, "system");
  }
  const every = everyMs[open.priority];
  return every > 0 && now - open.lastTurnAt >= every ? turnTo("reminder", open, now, "system") : undefined;
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
