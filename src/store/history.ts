import type { Transition } from "../model/incident.ts";
import type { Observation } from "../model/observation.ts";
import type { TimelineEntry } from "../model/state.ts";
import type { Severity, Status } from "../model/status.ts";
import type { Database } from "./database.ts";
import { readTimeline } from "./incidents.ts";
import { readEvidence } from "./observations.ts";
import { readTransitions } from "./transitions.ts";
import { stored } from "./stored-json.ts";

/** `[from, to)`, milliseconds UTC; at most `limit` rows, the latest. */
interface Window {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** An observation as its row remembers it: the findings without their data. */
interface ObservationRow {
  readonly at: number;
  readonly status: Status;
  readonly findings: readonly { readonly code: string; readonly severity: Severity }[];
  readonly durationMs: number;
}

/** The past, read from the disk. Rows are in order of `at`. Every call throws StoreError when the disk fails. */
export interface History {
  /** Those in the window, and the last one before it. */
  transitions(probe: string, window: Window): readonly Transition[];
  observations(probe: string, window: Window): readonly ObservationRow[];
  /** The whole observation, where it is the first or the last of a transition, or of a change that is not decided yet. */
  evidence(probe: string, at: number): Observation | undefined;
  timeline(incident: number, limit: number): readonly TimelineEntry[];
}

interface Row {
  readonly at: number;
  readonly status: Status;
  readonly findings: string;
  readonly duration_ms: number;
}

export function createHistory(db: Database): History {
  const observations = db.sql.prepare<[string, number, number, number], Row>(
    `SELECT at, status, findings, duration_ms FROM probe CROSS JOIN observation USING (probe) JOIN outcome USING (outcome)
     WHERE id = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?`,
  );
  return {
    transitions: (probe, window) => db.read(() => readTransitions(db, probe, window)),
    observations: (probe, { from, to, limit }) =>
      db.read(() => observations.all(probe, from, to, limit).map(fromRow).toReversed()),
    evidence: (probe, at) => db.read(() => readEvidence(db, probe, at)),
    timeline: (incident, limit) => db.read(() => readTimeline(db, incident, limit)),
  };
}

const fromRow = (row: Row): ObservationRow => ({
  at: row.at,
  status: row.status,
  findings: stored<readonly (readonly [string, Severity])[]>(row.findings).map(([code, severity]) => ({
    code,
    severity,
  })),
  durationMs: row.duration_ms,
});
