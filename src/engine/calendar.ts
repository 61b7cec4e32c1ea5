import { createTask, schedule, type ScheduledTask } from "node-cron";

/** Work that is due at times of the calendar, in the configured zone. */
interface CalendarJob {
  /** Never reused for another meaning: what was done is stored under it. */
  readonly name: string;
  /** Five fields, as cron writes them. */
  readonly expression: string;
  /** May be done a second time for one due moment, after a crash in between. */
  readonly run: (dueAt: number) => Promise<void> | void;
}

export interface CalendarOptions {
  readonly jobs: readonly CalendarJob[];
  readonly timezone: string;
  readonly runs: { lastDone(name: string): number | undefined; done(name: string, dueAt: number, at: number): void };
  readonly now: () => number;
  readonly onError: (name: string, error: unknown) => void;
}

export interface Calendar {
  /** Does what is due. Called at the start and every minute. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

const minute = 60_000;

/** What was missed is made up for once, however long the daemon was down, and looked for no further back than this. */
const lookBackMs = 32 * 24 * 60 * minute;

/** Minutes looked at before others may have the loop. */
const atATime = 500;

/**
 * node-cron only wakes: it drops a tick that comes late (its tolerance is 1 s) and knows nothing of the time the daemon was
 * down. What is due is decided from what is stored as done.
 */
export function startCalendar(options: CalendarOptions): Calendar {
  const tasks = new Map<string, ScheduledTask>(
    options.jobs.map((job) => [job.name, createTask(job.expression, () => {}, { timezone: options.timezone })]),
  );
  const looked = new Map<string, number>();
  let ticking: Promise<void> | undefined;
  let stopped = false;

  async function look(job: CalendarJob): Promise<void> {
    const now = options.now();
    const last = options.runs.lastDone(job.name);
    if (last === undefined) {
      // Known for the first time: what lay before was not its business.
      options.runs.done(job.name, now, now);
      return;
    }
    const due = await latestDue(tasks.get(job.name), now, Math.max(last, looked.get(job.name) ?? 0, now - lookBackMs));
    if (due !== undefined && !stopped) {
      await job.run(due);
      options.runs.done(job.name, due, options.now());
    }
    looked.set(job.name, now);
  }

  async function tick(): Promise<void> {
    for (const job of options.jobs) {
      if (stopped) return;
      try {
        await look(job);
      } catch (error) {
        options.onError(job.name, error);
      }
    }
  }

  const guarded = (): Promise<void> => (ticking ??= tick().finally(() => (ticking = undefined)));
  const waker = schedule("* * * * *", guarded, { noOverlap: true, suppressMissedWarning: true, unref: true });
  return {
    tick: guarded,
    async stop() {
      stopped = true;
      await Promise.all([waker.destroy(), ...[...tasks.values()].map((task) => task.destroy())]);
      await ticking;
    },
  };
}

/** The latest minute in (after, now] that the expression names. */
async function latestDue(task: ScheduledTask | undefined, now: number, after: number): Promise<number | undefined> {
  let looks = 0;
  for (let at = Math.floor(now / minute) * minute; at > after; at -= minute) {
    if (task?.match(new Date(at))) return at;
    looks += 1;
    if (looks % atATime === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return undefined;
}
