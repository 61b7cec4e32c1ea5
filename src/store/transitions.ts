import type { Transition } from "../model/incident.ts";
import type { Status } from "../model/status.ts";
import type { Database } from "./database.ts";
import type { Interning } from "./interning.ts";

interface Row {
  readonly id: string;
  readonly at: number;
  readonly confirmed_at: number;
  readonly from_status: Status;
  readonly to_status: Status;
}

const fromRow = (row: Row): Transition => ({
  probe: row.id,
  from: row.from_status,
  to: row.to_status,
  at: row.at,
  confirmedAt: row.confirmed_at,
});

export function createTransitions({ sql }: Database, intern: Interning) {
  const insert = sql.prepare<[number, number, number, Status, Status]>(
    "INSERT INTO transition (probe, at, confirmed_at, from_status, to_status) VALUES (?, ?, ?, ?, ?)",
  );
  return {
    /** Append-only; the `at` of a probe's transitions must go up. */
    save({ probe, at, confirmedAt, from, to }: Transition): void {
      insert.run(intern.probe(probe), at, confirmedAt, from, to);
    },
  };
}

/** Of every probe: those since a moment, in order of `at`, and its last one before. */
export function readTransitionsSince({ sql }: Database, since: number): readonly Transition[] {
  // One seek a probe (CROSS JOIN keeps that order): the table is kept for ever and has no index on time alone.
  return sql
    .prepare<[number, number], Row>(
      `SELECT id, at, confirmed_at, from_status, to_status
       FROM probe CROSS JOIN transition ON transition.probe = probe.probe
         AND at >= coalesce((SELECT max(at) FROM transition WHERE probe = probe.probe AND at < ?), ?)
       ORDER BY at`,
    )
    .all(since, since)
    .map(fromRow);
}

/** Of one probe: those in `[from, to)`, in order of `at`, and the last one before; at most `limit`, the latest. */
export function readTransitions(
  { sql }: Database,
  probe: string,
  window: { readonly from: number; readonly to: number; readonly limit: number },
): readonly Transition[] {
  const { from, to, limit } = window;
  return sql
    .prepare<[{ probe: string; from: number; to: number; limit: number }], Row>(
      `SELECT id, at, confirmed_at, from_status, to_status
       FROM probe CROSS JOIN transition ON transition.probe = probe.probe
         AND at >= coalesce((SELECT max(at) FROM transition WHERE probe = probe.probe AND at < @from), @from) AND at < @to
       WHERE id = @probe
       ORDER BY at DESC LIMIT @limit`,
    )
    .all({ probe, from, to, limit })
    .map(fromRow)
    .toReversed();
}
