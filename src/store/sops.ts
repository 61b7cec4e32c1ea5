import type { Json } from "../model/json.ts";
import { hasEnded, runName, type SopEntry, type SopEntryKind, type SopRun } from "../model/sop.ts";
import type { Database } from "./database.ts";
import { stored } from "./stored-json.ts";

interface Row {
  readonly id: number;
  readonly sop: string;
  readonly state: SopRun["state"];
  readonly drill: 0 | 1;
  readonly incident: number | null;
  readonly proposed_at: number;
  readonly ended_at: number | null;
  readonly run: string;
}

interface EntryRow {
  readonly run: number;
  readonly at: number;
  readonly actor: string;
  readonly kind: SopEntryKind;
  readonly step: string | null;
  readonly data: string;
}

/** Runs of SOPs, each whole with the SOP as it was, and what happened in them. Kept for ever. */
export function createSopRuns({ sql }: Database) {
  const replace = sql.prepare<[Row]>(
    `INSERT INTO sop_run (id, sop, state, drill, incident, proposed_at, ended_at, run)
     VALUES (@id, @sop, @state, @drill, @incident, @proposed_at, @ended_at, @run)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, incident = excluded.incident, ended_at = excluded.ended_at, run = excluded.run`,
  );
  const insertEntry = sql.prepare<[EntryRow]>(
    "INSERT INTO sop_entry (run, at, actor, kind, step, data) VALUES (@run, @at, @actor, @kind, @step, @data)",
  );
  const callOff = sql.prepare<[number, string]>(
    "UPDATE outbox SET state = 'obsolete', finished_at = ? WHERE about = ? AND state = 'pending'",
  );
  return {
    /** Whole; the one of the same id is replaced. What an aborted or dismissed one has not sent yet, it will not. @throws StoreError when that one has ended */
    save(run: SopRun): void {
      replace.run({
        id: run.id,
        sop: run.sop.name,
        state: run.state,
        drill: run.drill ? 1 : 0,
        incident: run.incident ?? null,
        proposed_at: run.proposedAt,
        ended_at: hasEnded(run) ? (run.endedAt ?? null) : null,
        run: JSON.stringify(run),
      });
      if (run.state === "aborted" || run.state === "dismissed") callOff.run(run.endedAt ?? run.proposedAt, runName(run.id));
    },
    append(entry: SopEntry): void {
      insertEntry.run({ ...entry, step: entry.step ?? null, data: JSON.stringify(entry.data) });
    },
  };
}

/** Those that go on, and those that ended since a moment; in order of their ids. */
export const readSopRunsSince = ({ sql }: Database, endedSince: number): readonly SopRun[] =>
  sql
    .prepare<[number], { run: string }>("SELECT run FROM sop_run WHERE ended_at IS NULL OR ended_at >= ? ORDER BY id")
    .all(endedSince)
    .map(fromRow);

/** One, however old. */
export function readSopRun({ sql }: Database, id: number): SopRun | undefined {
  const row = sql.prepare<[number], { run: string }>("SELECT run FROM sop_run WHERE id = ?").get(id);
  return row && fromRow(row);
}

/** Whether there was ever a run of this SOP, a drill apart, for this incident. */
export const wasAnswered = ({ sql }: Database, sop: string, incident: number): boolean =>
  sql
    .prepare<[string, number], { found: number }>(
      "SELECT 1 AS found FROM sop_run WHERE sop = ? AND incident = ? AND drill = 0 LIMIT 1",
    )
    .get(sop, incident) !== undefined;

export function readNextSopRun({ sql }: Database): number {
  const row = sql.prepare<[], { next: number }>("SELECT coalesce(max(id), 0) + 1 AS next FROM sop_run").get();
  return row?.next ?? 1;
}

/** What happened in one run, oldest first; at most `limit`, the latest. */
export const readSopEntries = ({ sql }: Database, run: number, limit: number): readonly SopEntry[] =>
  sql
    .prepare<[number, number], EntryRow>(
      "SELECT run, at, actor, kind, step, data FROM sop_entry WHERE run = ? ORDER BY entry DESC LIMIT ?",
    )
    .all(run, limit)
    .map((row) => ({ ...row, step: row.step ?? undefined, data: stored<Json>(row.data) }))
    .toReversed();

/** JSON leaves out what is undefined; `input` and the rest are as they were. */
const fromRow = ({ run }: { readonly run: string }): SopRun => stored<SopRun>(run);
