import type { Observation } from "../model/observation.ts";
import type { Database } from "./database.ts";
import type { Interning } from "./interning.ts";
import { stored } from "./stored-json.ts";

/** A row a run, the last observation of each probe in full, and the evidence of transitions. */
export function createObservations({ sql }: Database, intern: Interning) {
  const insert = sql.prepare<[number, number, number, number, number | null]>(
    "INSERT INTO observation (probe, at, outcome, duration_ms, latency_ms) VALUES (?, ?, ?, ?, ?)",
  );
  const replaceLast = sql.prepare<[number, number, string]>(
    `INSERT INTO last_observation (probe, at, observation) VALUES (?, ?, ?)
     ON CONFLICT (probe) DO UPDATE SET at = excluded.at, observation = excluded.observation`,
  );
  return {
    /** The `at` of a probe's observations must go up. */
    save(observation: Observation): void {
      const probe = intern.probe(observation.probe);
      const outcome = intern.outcome(observation.status, observation.findings);
      replaceLast.run(probe, observation.at, JSON.stringify(observation));
      insert.run(
        probe,
        observation.at,
        outcome,
        Math.max(0, Math.round(observation.durationMs)),
        latencyColumn(observation.latencyMs),
      );
    },
  };
}

function latencyColumn(latency: Observation["latencyMs"]): number | null {
  if (latency === undefined) return null;
  if (latency === "none") return -1;
  return latency === "lost" ? -2 : latency;
}

export function readLastObservations({ sql }: Database): readonly Observation[] {
  return sql
    .prepare<[], { observation: string }>("SELECT observation FROM last_observation ORDER BY probe")
    .all()
    .map((row) => stored<Observation>(row.observation));
}

export interface EvidenceRows {
  /** An observation in full. `kept`: it is the first or the last of a transition; else a change is not decided yet. */
  save(observation: Observation, kept: boolean): void;
  /** A transition names this observation, which was saved while nothing was decided. */
  keep(probe: string, at: number): void;
  /** The change is decided, or its first observation is a later one now: what is not kept and older goes. */
  drop(probe: string, undecidedSince: number | undefined): void;
}

/** How many observations of one undecided change are held: its first one and the latest. A flapping probe never decides. */
const mostUndecided = 16;

export function createEvidence({ sql }: Database, intern: Interning): EvidenceRows {
  const insert = sql.prepare<[number, number, number, string]>(
    `INSERT INTO evidence (probe, at, kept, observation) VALUES (?, ?, ?, ?)
     ON CONFLICT (probe, at) DO UPDATE SET kept = max(kept, excluded.kept)`,
  );
  const keep = sql.prepare<[number, number]>("UPDATE evidence SET kept = 1 WHERE probe = ? AND at = ?");
  const dropAll = sql.prepare<[number]>("DELETE FROM evidence WHERE probe = ? AND kept = 0");
  const dropBefore = sql.prepare<[number, number]>("DELETE FROM evidence WHERE probe = ? AND kept = 0 AND at < ?");
  const dropMiddle = sql.prepare<[number, number, number, number]>(
    `DELETE FROM evidence WHERE probe = ? AND kept = 0 AND at > ? AND at <
       (SELECT at FROM evidence WHERE probe = ? AND kept = 0 ORDER BY at DESC LIMIT 1 OFFSET ?)`,
  );
  return {
    save(observation, kept) {
      insert.run(intern.probe(observation.probe), observation.at, kept ? 1 : 0, JSON.stringify(observation));
    },
    keep(probe, at) {
      keep.run(intern.probe(probe), at);
    },
    drop(id, undecidedSince) {
      const probe = intern.probe(id);
      if (undecidedSince === undefined) {
        dropAll.run(probe);
        return;
      }
      dropBefore.run(probe, undecidedSince);
      dropMiddle.run(probe, undecidedSince, probe, mostUndecided - 2);
    },
  };
}

export function readEvidence({ sql }: Database, probe: string, at: number): Observation | undefined {
  const row = sql
    .prepare<[string, number], { observation: string }>(
      "SELECT observation FROM evidence JOIN probe USING (probe) WHERE id = ? AND at = ?",
    )
    .get(probe, at);
  return row && stored<Observation>(row.observation);
}
