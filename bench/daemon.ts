import Sqlite from "better-sqlite3";
import type { Company } from "./mail-server.ts";
import { launch, type Launched } from "./processes.ts";

/** The whole product as people start it, in a process of its own. */
export interface Daemon extends Launched {
  readonly url: string;
}

/** Starts it and waits until it listens. */
export async function startDaemon(company: Company): Promise<Daemon> {
  const launched = launchDaemon(company);
  const url = (await launched.said(listening))[1] ?? "";
  return { ...launched, url };
}

export const listening = /Mailvigil watches \d+ assets by \d+ probes: (http:\S+)/;

export const launchDaemon = ({ configuration, env }: Company): Launched =>
  launch(process.execPath, ["src/main.ts", "start", "--config", configuration], { env });

/** What the daemon has stored, read beside it. */
export interface Stored extends Disposable {
  /** Of the runs that began in `[from, to)`, milliseconds UTC. */
  runs(from: number, to: number): readonly { readonly probe: string; readonly at: number; readonly ok: boolean }[];
  /** How many probes have an observation that began at `from` or later. */
  probesSince(from: number): number;
}

/** @throws SqliteError while there is no database yet */
export function openStored(database: string): Stored {
  const sql = new Sqlite(database, { readonly: true, fileMustExist: true });
  const runs = sql.prepare<[number, number], { probe: string; at: number; status: string }>(
    `SELECT id AS probe, at, status FROM observation JOIN probe USING (probe) JOIN outcome USING (outcome)
     WHERE at >= ? AND at < ? ORDER BY at`,
  );
  const since = sql.prepare<[number], { n: number }>("SELECT count(*) AS n FROM last_observation WHERE at >= ?");
  return {
    runs: (from, to) => runs.all(from, to).map(({ probe, at, status }) => ({ probe, at, ok: status === "ok" })),
    probesSince: (from) => since.get(from)?.n ?? 0,
    [Symbol.dispose]: () => void sql.close(),
  };
}

/**
 * The runs of a stretch of time, all of which must have found nothing wrong: a failed login is another amount of work.
 * @throws Error for one that did
 */
export function goodRuns(stored: Stored, from: number, to: number): ReturnType<Stored["runs"]> {
  const runs = stored.runs(from, to);
  const bad = runs.filter(({ ok }) => !ok);
  if (bad.length > 0) throw new Error(`${bad.length} of ${runs.length} logins found something, the first ${bad[0]?.probe}`);
  if (runs.length === 0) throw new Error("no login was stored");
  return runs;
}
