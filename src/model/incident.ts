import type { Diagnosis } from "./cause.ts";
import type { Severity, Status } from "./status.ts";
import type { Finding } from "./observation.ts";

/** A confirmed change of a probe's status: the append-only source of truth for availability. */
export interface Transition {
  readonly probe: string;
  readonly from: Status;
  readonly to: Status;
  /** The first observation that showed it. */
  readonly at: number;
  readonly confirmedAt: number;
}

export const priorities = ["P1", "P2", "P3", "P4"] as const;
export type Priority = (typeof priorities)[number];

export const turns = ["opened", "worsened", "reminder", "acknowledged", "resolved"] as const;
export type Turn = (typeof turns)[number];

/** What a message is: a turn of an incident, word of a run of an SOP, a monthly report. */
export type MessageKind = Turn | "sop" | "report";

/** A stretch of time in which one cause made one or more probes fail. */
export interface Incident {
  /** Shown as `M-1042`. */
  readonly id: number;
  /** The code of the worst finding. */
  readonly cause: string;
  /** At most one incident with a key is open: the probe's id, or `monitor`. */
  readonly key: string;
  readonly priority: Priority;
  readonly severity: Extract<Severity, "warning" | "critical">;
  /** The first observation that showed it. */
  readonly openedAt: number;
  readonly resolvedAt: number | undefined;
  /** Opened on one definite answer, not yet seen twice. */
  readonly unconfirmed: boolean;
  readonly acknowledgedBy: string | undefined;
  readonly acknowledgedUntil: number | undefined;
  /** Counts the turns; part of each alert's key. */
  readonly turnCount: number;
  readonly lastTurnAt: number;
  /** The probes it holds, those that are still bad and those that have recovered. */
  readonly probes: readonly IncidentProbe[];
  /** What explains it, as far as it is known. */
  readonly diagnosis?: Diagnosis | undefined;
  /** The older incident that it turned out to be a part of, when it ended for that. */
  readonly mergedInto?: number | undefined;
}

export interface IncidentProbe {
  readonly probe: string;
  readonly joinedAt: number;
  readonly leftAt: number | undefined;
  /** What was found when it joined, or when it last got worse. */
  readonly findings: readonly Finding[];
}

export const incidentName = (id: number): string => `M-${id}`;
