import type { Account } from "../model/account.ts";
import type { Closable, Rollups } from "../model/rollup.ts";
import { encodeSketch } from "../model/sketch.ts";
import type { Database } from "./database.ts";
import { createPastReader, nothingClosed, type Tally } from "./tally.ts";

/** With the fsync, a transaction shall hold the event loop for no more than 8 ms. */
const chunkMs = 4;
/** How many probes are looked at before others may have the loop. */
const atATime = 200;

interface Row {
  readonly probe: number;
  readonly since_at: number;
  readonly undecided_since_at: number | null;
  readonly last_at: number;
  readonly first_at: number | null;
  readonly hours_until_at: number | null;
  readonly days_until_at: number | null;
  readonly timezone: string | null;
  readonly runs_from_at: number | null;
}

/** Hours and days as they are closed: made of transitions and runs. */
export function createRollups(db: Database): Rollups {
  const { sql } = db;
  const past = createPastReader(db);
  const closable = sql.prepare<[number, number], Row>(
    `SELECT probe, since_at, undecided_since_at, last_at, hours_until_at, days_until_at, timezone, runs_from_at,
       min(coalesce((SELECT min(at) FROM observation WHERE observation.probe = probe_state.probe), last_at),
         coalesce((SELECT min(at) FROM transition WHERE transition.probe = probe_state.probe), last_at)) AS first_at
     FROM probe_state LEFT JOIN closed USING (probe)
     WHERE probe > ? AND last_at IS NOT NULL ORDER BY probe LIMIT ?`,
  );
  const insertHour = sql.prepare<[number, number, ...AccountColumns, number, Uint8Array | null]>(
    `INSERT INTO hour (probe, from_at, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, runs, sketch)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const hoursClosed = sql.prepare<[number, number]>(
    `INSERT INTO closed (probe, hours_until_at) VALUES (?, ?)
     ON CONFLICT (probe) DO UPDATE SET hours_until_at = excluded.hours_until_at`,
  );
  const hoursUntil = sql.prepare<[number], number>("SELECT hours_until_at FROM closed WHERE probe = ?").pluck();
  const forgetDays = sql.prepare<[number, number]>("DELETE FROM day WHERE probe = ? AND from_at >= ?");
  const insertDay = sql.prepare<[number, number, number, ...AccountColumns, number, Uint8Array | null]>(
    `INSERT INTO day (probe, from_at, to_at, up_ms, degraded_ms, down_ms, unknown_ms, maintenance_ms, runs, sketch)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const daysClosed = sql.prepare<[{ probe: number; from: number; to: number; timezone: string }]>(
    `UPDATE closed SET days_from_at = CASE WHEN timezone = @timezone THEN days_from_at ELSE @from END,
       days_until_at = @to, timezone = @timezone WHERE probe = @probe`,
  );

  return {
    closable: (after) => db.read(() => closable.all(after, atATime).map(fromRow)),
    close(closings, timezone) {
      return db.transaction(() => {
        const start = performance.now();
        let done = 0;
        for (const { kind, probe, from, to } of closings) {
          const account = columnsOf(past.account(probe, { from, to }));
          if (kind === "hour") {
            const tally = past.tally(probe, { from, to }, nothingClosed);
            if (tally.runs > 0) insertHour.run(probe, from, ...account, tally.runs, bytesOf(tally));
            hoursClosed.run(probe, to);
          } else {
            const tally = past.tally(probe, { from, to }, { ...nothingClosed, hoursUntil: hoursUntil.get(probe) ?? 0 });
            forgetDays.run(probe, from);
            insertDay.run(probe, from, to, ...account, tally.runs, bytesOf(tally));
            daysClosed.run({ probe, from, to, timezone });
          }
          done += 1;
          if (performance.now() - start > chunkMs) break;
        }
        return done;
      });
    },
  };
}

type AccountColumns = [up: number, degraded: number, down: number, unknown: number, maintenance: number];

const columnsOf = ({ up, degraded, down, unknown, maintenance }: Account): AccountColumns => [
  up,
  degraded,
  down,
  unknown,
  maintenance,
];

const bytesOf = ({ latencies }: Tally): Uint8Array | null =>
  latencies.counts.size === 0 && latencies.lost === 0 ? null : encodeSketch(latencies);

const fromRow = (row: Row): Closable => ({
  probe: row.probe,
  state: { since: row.since_at, undecidedSince: row.undecided_since_at ?? undefined, lastAt: row.last_at },
  firstAt: row.first_at ?? row.last_at,
  runsFrom: row.runs_from_at ?? 0,
  hoursUntil: row.hours_until_at ?? undefined,
  days: row.days_until_at === null || row.timezone === null ? undefined : { until: row.days_until_at, timezone: row.timezone },
});
