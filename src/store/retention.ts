import { setImmediate } from "node:timers/promises";
import { maxFactsOfAKind } from "../model/observation.ts";
import type { Database } from "./database.ts";

/** What one clean-up removed, in rows. */
export interface Removed {
  readonly observations: number;
  readonly evidence: number;
  readonly deliveries: number;
  readonly facts: number;
}

const dayMs = 86_400_000;
/** One chunk shall hold the event loop for about this long, its fsync included. */
const chunkMs = 8;

/**
 * Removes what is older than `days` (default 400): rows of observations, evidence, finished deliveries of incidents that are
 * over, and facts that were not seen since, or are more than an asset may have. Transitions, incidents and their timeline stay for ever, and so does the last observation of each probe.
 * Works in small transactions and lets others run in between; a part of it done is a part of it done.
 * @throws StoreError
 */
export async function applyRetention(
  db: Database,
  now: number,
  options: { readonly days?: number; readonly signal?: AbortSignal } = {},
): Promise<Removed> {
  const before = now - (options.days ?? 400) * dayMs;
  const { sql } = db;
  const probes = db.read(() => sql.prepare<[], { probe: number }>("SELECT probe FROM probe").all());
  const removeObservations = sql.prepare<[number, number, number]>(
    "DELETE FROM observation WHERE probe = ? AND at < ? ORDER BY at LIMIT ?",
  );
  const removeEvidence = sql.prepare<[number, number, number]>(
    "DELETE FROM evidence WHERE probe = ? AND at < ? ORDER BY at LIMIT ?",
  );
  const removeDeliveries = sql.prepare<[number, number]>(
    `DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox JOIN incident ON incident.id = outbox.incident
       WHERE finished_at < ? AND resolved_at IS NOT NULL LIMIT ?)`,
  );
  const removeFacts = sql.prepare<[number, number, number]>(
    `DELETE FROM fact WHERE (asset, kind, value) IN (SELECT asset, kind, value FROM
       (SELECT asset, kind, value, last_seen_at, row_number() OVER (PARTITION BY asset, kind ORDER BY last_seen_at DESC) AS place FROM fact)
       WHERE last_seen_at < ? OR place > ? LIMIT ?)`,
  );
  const removed = { observations: 0, evidence: 0, deliveries: 0, facts: 0 };
  const inChunks = createChunks(db, options.signal);
  for (const { probe } of probes) {
    removed.observations += await inChunks((most) => removeObservations.run(probe, before, most).changes);
    removed.evidence += await inChunks((most) => removeEvidence.run(probe, before, most).changes);
  }
  removed.deliveries += await inChunks((most) => removeDeliveries.run(before, most).changes);
  removed.facts += await inChunks((most) => removeFacts.run(before, maxFactsOfAKind, most).changes);
  return removed;
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
