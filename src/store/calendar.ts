import type { Database } from "./database.ts";

/** What the calendar has done, so that a tick that came late or never is made up for. */
export interface CalendarRuns {
  /** The latest due moment of this name that was done. */
  lastDone(name: string): number | undefined;
  /** What was due at `dueAt` was done at `at`. A second time changes nothing. */
  done(name: string, dueAt: number, at: number): void;
}

export function createCalendarRuns(db: Database): CalendarRuns {
  const last = db.sql.prepare<[string], { due: number | null }>("SELECT max(due_at) AS due FROM calendar_run WHERE name = ?");
  const insert = db.sql.prepare<[string, number, number]>(
    "INSERT INTO calendar_run (name, due_at, done_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  return {
    lastDone: (name) => db.read(() => last.get(name)?.due ?? undefined),
    done(name, dueAt, at) {
      db.transaction(() => insert.run(name, dueAt, at));
    },
  };
}
