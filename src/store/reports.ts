import type { FrozenMonth, StoredReport } from "../model/report.ts";
import type { NewDelivery } from "../model/state.ts";
import type { Database } from "./database.ts";
import { createDeliveries } from "./deliveries.ts";

interface Row {
  readonly month: string;
  readonly version: number;
  readonly made_at: number;
  readonly sha256: string;
}

const fromRow = ({ month, version, made_at: madeAt, sha256 }: Row): FrozenMonth => ({ month, version, madeAt, sha256 });

/** Its latest version; undefined: it is not stored. */
export function readStoredReport({ sql }: Database, month: string): StoredReport | undefined {
  const row = sql
    .prepare<[string], Row & { readonly report: string }>(
      "SELECT month, version, made_at, sha256, report FROM report_month WHERE month = ? ORDER BY version DESC LIMIT 1",
    )
    .get(month);
  return row && { ...fromRow(row), report: row.report };
}

/** The latest version of each month, the latest month first. */
export const readFrozenMonths = ({ sql }: Database): readonly FrozenMonth[] =>
  sql
    .prepare<[], Row>(
      `SELECT month, version, made_at, sha256 FROM report_month AS one
       WHERE version = (SELECT max(version) FROM report_month WHERE month = one.month) ORDER BY month DESC`,
    )
    .all()
    .map(fromRow);

/**
 * Stores a month for good, and the messages that tell of it, in one transaction. False when that version is there already:
 * nothing is stored then.
 */
export function freezeMonth(db: Database, report: StoredReport, deliveries: readonly NewDelivery[]): boolean {
  const outbox = createDeliveries(db);
  const insert = db.sql.prepare<[string, number, number, string, string]>(
    "INSERT INTO report_month (month, version, made_at, sha256, report) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  return db.transaction(() => {
    const { month, version, madeAt, sha256, report: text } = report;
    if (insert.run(month, version, madeAt, sha256, text).changes === 0) return false;
    for (const delivery of deliveries) outbox.save(delivery);
    return true;
  });
}

/** When the first change of a probe was written down; undefined: nothing ever was. */
export const firstChangeAt = ({ sql }: Database): number | undefined =>
  sql
    .prepare<[], { at: number | null }>(
      "SELECT min((SELECT min(at) FROM transition WHERE transition.probe = probe.probe)) AS at FROM probe",
    )
    .get()?.at ?? undefined;
