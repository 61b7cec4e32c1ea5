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
  /** How many transitions there are in `[from, to)`. */
  transitionCount(probe: string, window: Omit<Window, "limit">): number;
  /** How many runs ended how in `[from, to)`, as far as their rows are still kept. */
  runCounts(probe: string, window: Omit<Window, "limit">): Readonly<Record<Status, number>>;
  /** Whole observations in `[from, to)`: the first of them, or the latest, at most `limit`, in order of `at`. */
  evidenceIn(probe: string, window: Window, which: "first" | "latest"): readonly Observation[];
  /** The probes that were ok when the window began and have not changed in it: one question for all of them. */
  stayedOk(window: Omit<Window, "limit">): ReadonlySet<string>;
  /** The last run of a probe, whole. */
  last(probe: string): Observation | undefined;
  /** The ids of all probes that there ever were. */
  probes(): readonly string[];
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
  const transitions = db.sql.prepare<[string, number, number], { count: number }>(
    `SELECT count(*) AS count FROM probe CROSS JOIN transition ON transition.probe = probe.probe
     WHERE id = ? AND at >= ? AND at < ?`,
  );
  const counts = db.sql.prepare<[string, number, number], { status: Status; count: number }>(
    `SELECT status, count(*) AS count FROM probe CROSS JOIN observation USING (probe) JOIN outcome USING (outcome)
     WHERE id = ? AND at >= ? AND at < ? GROUP BY status`,
  );
  const evidence = (order: "ASC" | "DESC") =>
    db.sql.prepare<[string, number, number, number], { observation: string }>(
      `SELECT observation FROM probe CROSS JOIN evidence USING (probe)
       WHERE id = ? AND at >= ? AND at < ? ORDER BY at ${order} LIMIT ?`,
    );
  const ordered = { first: evidence("ASC"), latest: evidence("DESC") };
  return {
    transitions: (probe, window) => db.read(() => readTransitions(db, probe, window)),
    observations: (probe, { from, to, limit }) =>
      db.read(() => observations.all(probe, from, to, limit).map(fromRow).toReversed()),
    evidence: (probe, at) => db.read(() => readEvidence(db, probe, at)),
    transitionCount: (probe, { from, to }) => db.read(() => transitions.get(probe, from, to)?.count ?? 0),
    runCounts: (probe, { from, to }) =>
      db.read(() => {
        const found = Object.fromEntries(counts.all(probe, from, to).map(({ status, count }) => [status, count]));
        return { ok: 0, warning: 0, critical: 0, unknown: 0, ...found };
      }),
    evidenceIn: (probe, { from, to, limit }, which) =>
      db.read(() => {
        const rows = ordered[which].all(probe, from, to, limit).map(({ observation }) => stored<Observation>(observation));
        return which === "first" ? rows : rows.toReversed();
      }),
    stayedOk: ({ from, to }) =>
      db.read(() => {
        const rows = db.sql
          .prepare<[{ from: number; to: number }], { id: string }>(
            `SELECT id FROM probe
             WHERE NOT EXISTS (SELECT 1 FROM transition WHERE transition.probe = probe.probe AND at >= @from AND at < @to)
               AND (SELECT to_status FROM transition WHERE transition.probe = probe.probe AND at < @from ORDER BY at DESC LIMIT 1) = 'ok'`,
          )
          .all({ from, to });
        return new Set(rows.map(({ id }) => id));
      }),
    last: (probe) =>
      db.read(() => {
        const row = db.sql
          .prepare<[string], { observation: string }>(
            "SELECT observation FROM probe JOIN last_observation USING (probe) WHERE id = ?",
          )
          .get(probe);
        return row && stored<Observation>(row.observation);
      }),
    probes: () =>
      db.read(() =>
        db.sql
          .prepare<[], { id: string }>("SELECT id FROM probe ORDER BY id")
          .all()
          .map(({ id }) => id),
      ),
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
