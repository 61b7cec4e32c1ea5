import { setImmediate } from "node:timers/promises";
import { maxFactsOfAKind } from "../model/observation.ts";
import type { Database } from "./database.ts";
import { hourMs } from "./tally.ts";

/** What one clean-up removed, in rows. */
export interface Removed {
  readonly observations: number;
  readonly hours: number;
  readonly evidence: number;
  readonly deliveries: number;
  readonly facts: number;
}

const dayMs = 86_400_000;
/** One chunk shall hold the event loop for about this long, its fsync included. */
const chunkMs = 8;

/**
 * Removes what is older than it is to be kept (400 days where nothing is said): rows of observations and of hours, evidence, finished
 * deliveries but those of open incidents, and facts that were not seen since, or are more than an asset may have. Days, transitions,
 * incidents and their timeline stay for ever, and so does the last observation of each probe. A run goes only when its hour and its
 * day are closed, or when its probe was not run for as long; an hour only when its day is closed.
 * Works in small transactions and lets others run in between; a part of it done is a part of it done.
 * @throws StoreError
 */
export async function applyRetention(
  db: Database,
  now: number,
  options: { readonly observationsMs?: number; readonly hoursMs?: number; readonly signal?: AbortSignal } = {},
): Promise<Removed> {
  const before = now - (options.observationsMs ?? 400 * dayMs);
  const hoursBefore = now - (options.hoursMs ?? 400 * dayMs);
  const { sql } = db;
  const probes = db.read(() =>
    sql
      .prepare<[], ProbeRow>(
        `SELECT probe, last_at, min(hours_until_at, days_until_at) AS closed_until_at, days_until_at
         FROM probe LEFT JOIN probe_state USING (probe) LEFT JOIN closed USING (probe)`,
      )
      .all(),
  );
  const removeObservations = sql.prepare<[number, number, number]>(
    "DELETE FROM observation WHERE probe = ? AND at < ? ORDER BY at LIMIT ?",
  );
  const runsFrom = sql.prepare<[number, number]>("UPDATE closed SET runs_from_at = max(runs_from_at, ?) WHERE probe = ?");
  const removeHours = sql.prepare<[number, number, number]>(
    "DELETE FROM hour WHERE probe = ? AND from_at <= ? ORDER BY from_at LIMIT ?",
  );
  const removeEvidence = sql.prepare<[number, number, number]>(
    "DELETE FROM evidence WHERE probe = ? AND at < ? ORDER BY at LIMIT ?",
  );
  const removeDeliveries = sql.prepare<[number, number]>(
    `DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox LEFT JOIN incident ON incident.id = outbox.incident
       WHERE finished_at < ? AND (incident IS NULL OR resolved_at IS NOT NULL) LIMIT ?)`,
  );
  const removeFacts = sql.prepare<[number, number, number]>(
    `DELETE FROM fact WHERE (asset, kind, value) IN (SELECT asset, kind, value FROM
       (SELECT asset, kind, value, last_seen_at, row_number() OVER (PARTITION BY asset, kind ORDER BY last_seen_at DESC) AS place FROM fact)
       WHERE last_seen_at < ? OR place > ? LIMIT ?)`,
  );
  const removed = { observations: 0, hours: 0, evidence: 0, deliveries: 0, facts: 0 };
  const inChunks = createChunks(db, options.signal);
  for (const row of probes) {
    const { probe } = row;
    const isGone = row.last_at === null || row.last_at < before;
    const runsBefore = isGone ? before : Math.min(before, row.closed_until_at ?? 0);
    removed.observations += await inChunks((most) => {
      const { changes } = removeObservations.run(probe, runsBefore, most);
      if (changes > 0) runsFrom.run(runsBefore, probe);
      return changes;
    });
    const lastHour = Math.min(hoursBefore, row.days_until_at ?? 0) - hourMs;
    removed.hours += await inChunks((most) => removeHours.run(probe, lastHour, most).changes);
    removed.evidence += await inChunks((most) => removeEvidence.run(probe, before, most).changes);
  }
  removed.deliveries += await inChunks((most) => removeDeliveries.run(before, most).changes);
  removed.facts += await inChunks((most) => removeFacts.run(before, maxFactsOfAKind, most).changes);
  return removed;
}

interface ProbeRow {
  readonly probe: number;
  readonly last_at: number | null;
  /** Null: nothing is closed. */
  readonly closed_until_at: number | null;
  readonly days_until_at: number | null;
}

/** Repeats a bounded removal until it finds no more, and fits the bound to what this disk does in `chunkMs`. */
function createChunks(db: Database, signal: AbortSignal | undefined) {
  let most = 500;
  return async (remove: (most: number) => number): Promise<number> => {
    let total = 0;
    for (;;) {
      signal?.throwIfAborted();
      const asked = most;
      const start = performance.now();
      const count = db.transaction(() => remove(asked));
      const took = performance.now() - start;
      if (took > chunkMs) most = Math.max(50, Math.floor(most / 2));
      else if (took < chunkMs / 4) most = Math.min(5_000, most * 2);
      total += count;
      await setImmediate();
      if (count < asked) return total;
    }
  };
}
