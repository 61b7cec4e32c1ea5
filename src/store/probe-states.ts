import type { ProbeState } from "../model/state.ts";
import type { Status } from "../model/status.ts";
import type { Database } from "./database.ts";
import type { Interning } from "./interning.ts";
import { stored } from "./stored-json.ts";

interface Row {
  readonly id: string;
  readonly status: Status;
  readonly since_at: number;
  readonly verdict: Exclude<Status, "unknown"> | null;
  readonly recent: string;
  readonly undecided_since_at: number | null;
  readonly last_at: number | null;
  readonly cover_until_at: number | null;
  readonly flips: string;
  readonly flapping: number;
}

export function createProbeStates({ sql }: Database, intern: Interning) {
  const replace = sql.prepare<
    [number, Status, number, Status | null, string, number | null, number | null, number | null, string, number]
  >(
    `INSERT INTO probe_state (probe, status, since_at, verdict, recent, undecided_since_at, last_at, cover_until_at, flips, flapping)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (probe) DO UPDATE SET status = excluded.status, since_at = excluded.since_at, verdict = excluded.verdict,
       recent = excluded.recent, undecided_since_at = excluded.undecided_since_at, last_at = excluded.last_at,
       cover_until_at = excluded.cover_until_at,
       flips = excluded.flips, flapping = excluded.flapping`,
  );
  return {
    save(state: ProbeState): void {
      replace.run(
        intern.probe(state.probe),
        state.status,
        state.since,
        state.verdict ?? null,
        JSON.stringify(state.recent),
        state.undecidedSince ?? null,
        state.lastAt ?? null,
        state.coverUntil ?? null,
        state.flips.join(""),
        state.flapping ? 1 : 0,
      );
    },
  };
}

export function readProbeStates({ sql }: Database): readonly ProbeState[] {
  return sql
    .prepare<[], Row>("SELECT id, probe_state.* FROM probe_state JOIN probe USING (probe) ORDER BY probe")
    .all()
    .map((row) => ({
      probe: row.id,
      status: row.status,
      since: row.since_at,
      verdict: row.verdict ?? undefined,
      recent: stored<ProbeState["recent"]>(row.recent),
      undecidedSince: row.undecided_since_at ?? undefined,
      lastAt: row.last_at ?? undefined,
      coverUntil: row.cover_until_at ?? undefined,
      flips: row.flips.split("").map((flip) => (flip === "1" ? 1 : 0)),
      flapping: row.flapping === 1,
    }));
}
