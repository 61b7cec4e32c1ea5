import type { Diagnosis } from "../model/cause.ts";
import type { Incident, IncidentProbe } from "../model/incident.ts";
import type { Json } from "../model/json.ts";
import type { Finding } from "../model/observation.ts";
import type { TimelineEntry } from "../model/state.ts";
import type { Database } from "./database.ts";
import type { Interning } from "./interning.ts";
import { stored } from "./stored-json.ts";

interface Row {
  readonly id: number;
  readonly cause: string;
  readonly key: string;
  readonly priority: Incident["priority"];
  readonly severity: Incident["severity"];
  readonly opened_at: number;
  readonly resolved_at: number | null;
  readonly unconfirmed: number;
  readonly acknowledged_by: string | null;
  readonly acknowledged_until_at: number | null;
  readonly turn_count: number;
  readonly last_turn_at: number;
  readonly diagnosis: string | null;
  readonly merged_into: number | null;
}

interface ProbeRow {
  readonly incident: number;
  readonly id: string;
  readonly joined_at: number;
  readonly left_at: number | null;
  readonly findings: string;
}

interface TimelineRow {
  readonly incident: number;
  readonly at: number;
  readonly actor: string;
  readonly kind: TimelineEntry["kind"];
  readonly data: string;
}

/** Incidents with their probes, and their timeline. Kept for ever. */
export function createIncidents({ sql }: Database, intern: Interning) {
  const replace = sql.prepare<[Row]>(
    `INSERT INTO incident (id, cause, key, priority, severity, opened_at, resolved_at, unconfirmed, acknowledged_by,
       acknowledged_until_at, turn_count, last_turn_at, diagnosis, merged_into)
     VALUES (@id, @cause, @key, @priority, @severity, @opened_at, @resolved_at, @unconfirmed, @acknowledged_by,
       @acknowledged_until_at, @turn_count, @last_turn_at, @diagnosis, @merged_into)
     ON CONFLICT (id) DO UPDATE SET cause = excluded.cause, key = excluded.key, priority = excluded.priority,
       severity = excluded.severity, opened_at = excluded.opened_at, resolved_at = excluded.resolved_at,
       unconfirmed = excluded.unconfirmed, acknowledged_by = excluded.acknowledged_by,
       acknowledged_until_at = excluded.acknowledged_until_at, turn_count = excluded.turn_count,
       last_turn_at = excluded.last_turn_at, diagnosis = excluded.diagnosis, merged_into = excluded.merged_into`,
  );
  const removeProbes = sql.prepare<[number]>("DELETE FROM incident_probe WHERE incident = ?");
  const insertProbe = sql.prepare<[number, number, number, number, number | null, string]>(
    "INSERT INTO incident_probe (incident, position, probe, joined_at, left_at, findings) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const insertEntry = sql.prepare<[number, number, string, string, string]>(
    "INSERT INTO timeline (incident, at, actor, kind, data) VALUES (?, ?, ?, ?, ?)",
  );
  return {
    /** Whole, with its probes; the one of the same id is replaced. */
    save(incident: Incident): void {
      replace.run({
        id: incident.id,
        cause: incident.cause,
        key: incident.key,
        priority: incident.priority,
        severity: incident.severity,
        opened_at: incident.openedAt,
        resolved_at: incident.resolvedAt ?? null,
        unconfirmed: incident.unconfirmed ? 1 : 0,
        acknowledged_by: incident.acknowledgedBy ?? null,
        acknowledged_until_at: incident.acknowledgedUntil ?? null,
        turn_count: incident.turnCount,
        last_turn_at: incident.lastTurnAt,
        diagnosis: incident.diagnosis === undefined ? null : JSON.stringify(incident.diagnosis),
        merged_into: incident.mergedInto ?? null,
      });
      removeProbes.run(incident.id);
      for (const [position, probe] of incident.probes.entries()) {
        const findings = JSON.stringify(probe.findings);
        insertProbe.run(incident.id, position, intern.probe(probe.probe), probe.joinedAt, probe.leftAt ?? null, findings);
      }
    },
    append({ incident, at, actor, kind, data }: TimelineEntry): void {
      insertEntry.run(incident, at, actor, kind, JSON.stringify(data));
    },
  };
}

/** Open, and those resolved since a moment; in order of their ids. */
export function readIncidents(db: Database, resolvedSince: number): readonly Incident[] {
  const rows = db.sql
    .prepare<[number], Row>("SELECT * FROM incident WHERE resolved_at IS NULL OR resolved_at >= ? ORDER BY id")
    .all(resolvedSince);
  return withProbes(db, rows);
}

/** Those that were open at some moment of `[from, to)`, in order of their ids. */
export function readIncidentsIn(db: Database, { from, to }: { readonly from: number; readonly to: number }): readonly Incident[] {
  const rows = db.sql
    .prepare<[number, number], Row>(
      "SELECT * FROM incident WHERE opened_at < ? AND (resolved_at IS NULL OR resolved_at >= ?) ORDER BY id",
    )
    .all(to, from);
  return withProbes(db, rows);
}

/** Those of a probe of one asset that were open at some moment of `[from, to)`, the latest first; at most `limit`. */
export function readIncidentsOf(
  db: Database,
  asset: string,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
): readonly Incident[] {
  // The ids of its probes: `asset/` and what follows, up to the character after the slash.
  const rows = db.sql
    .prepare<[number, number, string, string, number], Row>(
      `SELECT * FROM incident WHERE opened_at < ? AND (resolved_at IS NULL OR resolved_at >= ?) AND EXISTS
         (SELECT 1 FROM incident_probe JOIN probe USING (probe) WHERE incident = incident.id AND probe.id >= ? AND probe.id < ?)
       ORDER BY id DESC LIMIT ?`,
    )
    .all(to, from, `${asset}/`, `${asset}0`, limit);
  return withProbes(db, rows);
}

/** One, however old. */
export function readIncident(db: Database, id: number): Incident | undefined {
  const row = db.sql.prepare<[number], Row>("SELECT * FROM incident WHERE id = ?").get(id);
  return row && withProbes(db, [row])[0];
}

/** The ids that exist next to a number, the nearest first. */
export const readIncidentIdsNear = ({ sql }: Database, id: number, limit: number): readonly number[] =>
  sql
    .prepare<[number, number], { id: number }>("SELECT id FROM incident ORDER BY abs(id - ?), id LIMIT ?")
    .all(id, limit)
    .map((row) => row.id);

function withProbes({ sql }: Database, rows: readonly Row[]): readonly Incident[] {
  const probes = sql.prepare<[number], ProbeRow>(
    `SELECT incident, id, joined_at, left_at, findings FROM incident_probe JOIN probe USING (probe)
     WHERE incident = ? ORDER BY position`,
  );
  return rows.map((row) => ({
    id: row.id,
    cause: row.cause,
    key: row.key,
    priority: row.priority,
    severity: row.severity,
    openedAt: row.opened_at,
    resolvedAt: row.resolved_at ?? undefined,
    unconfirmed: row.unconfirmed === 1,
    acknowledgedBy: row.acknowledged_by ?? undefined,
    acknowledgedUntil: row.acknowledged_until_at ?? undefined,
    turnCount: row.turn_count,
    lastTurnAt: row.last_turn_at,
    // A database of an older version that is only read has no such columns.
    ...(typeof row.diagnosis === "string" ? { diagnosis: stored<Diagnosis>(row.diagnosis) } : {}),
    ...(typeof row.merged_into === "number" ? { mergedInto: row.merged_into } : {}),
    probes: probes.all(row.id).map((probe): IncidentProbe => ({
      probe: probe.id,
      joinedAt: probe.joined_at,
      leftAt: probe.left_at ?? undefined,
      findings: stored<readonly Finding[]>(probe.findings),
    })),
  }));
}

export function readNextIncident({ sql }: Database): number {
  const row = sql.prepare<[], { next: number }>("SELECT coalesce(max(id), 0) + 1 AS next FROM incident").get();
  return row?.next ?? 1;
}

/** The timeline of one incident, oldest first; at most `limit`, the latest. */
export function readTimeline({ sql }: Database, incident: number, limit: number): readonly TimelineEntry[] {
  return sql
    .prepare<[number, number], TimelineRow>(
      "SELECT incident, at, actor, kind, data FROM timeline WHERE incident = ? ORDER BY entry DESC LIMIT ?",
    )
    .all(incident, limit)
    .map((row) => ({ ...row, data: stored<Json>(row.data) }))
    .toReversed();
}
