import type { Database } from "./database.ts";
import { stored } from "./stored-json.ts";

/** What a probe counts for ever, as it was at a moment: the values of its metrics, by name. */
export interface TotalRow {
  readonly at: number;
  readonly totals: Readonly<Record<string, number>>;
}

interface Row {
  readonly at: number;
  readonly totals: string;
}

/**
 * Keeps the metrics of these names of every probe that has all of them, as its last run told them. One that is kept already
 * changes nothing. Returns how many were new.
 */
export function keepTotals(db: Database, names: readonly string[]): number {
  const has = names.map(() => "json_extract(observation, '$.metrics.' || ?) IS NOT NULL").join(" AND ");
  const values = names.map(() => "?, json_extract(observation, '$.metrics.' || ?)").join(", ");
  const insert = db.sql.prepare<string[]>(
    `INSERT INTO total (probe, at, totals) SELECT probe, at, json_object(${values}) FROM last_observation WHERE ${has}
     ON CONFLICT DO NOTHING`,
  );
  return db.transaction(() => insert.run(...names.flatMap((name) => [name, name]), ...names).changes);
}

/** Of one probe: the latest at or before `from` (or the first after it), and those up to `to`; in order of `at`. */
export function readTotals({ sql }: Database, probe: string, from: number, to: number): readonly TotalRow[] {
  return sql
    .prepare<[{ probe: string; from: number; to: number }], Row>(
      `SELECT at, totals FROM probe CROSS JOIN total USING (probe)
       WHERE id = @probe AND at <= @to
         AND at >= coalesce((SELECT max(at) FROM total WHERE probe = probe.probe AND at <= @from), @from)
       ORDER BY at`,
    )
    .all({ probe, from, to })
    .map(({ at, totals }) => ({ at, totals: stored<TotalRow["totals"]>(totals) }));
}

/** When a probe was first looked at, as far as its rows are kept. */
export const firstRunAt = ({ sql }: Database, probe: string): number | undefined =>
  sql
    .prepare<[string], { at: number | null }>(
      "SELECT (SELECT min(at) FROM observation WHERE observation.probe = probe.probe) AS at FROM probe WHERE id = ?",
    )
    .get(probe)?.at ?? undefined;
