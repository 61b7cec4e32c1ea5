import { setImmediate } from "node:timers/promises";
import { dayOf } from "../model/days.ts";
import type { Closable, Closing, Rollups } from "../model/rollup.ts";
import type { ProbeState } from "../model/state.ts";

const hourMs = 3_600_000;

/**
 * Until when the past of a probe can never change any more; undefined: it has none.
 *
 * Whatever comes is dated after the last run and after the last transition, but for a change that is not decided yet: that may be
 * dated back to the first run that showed it. How long the last run speaks is not known before the next one.
 */
export function settledUntil(state: Pick<ProbeState, "since" | "undecidedSince" | "lastAt">): number | undefined {
  const { since, undecidedSince, lastAt } = state;
  if (lastAt === undefined) return undefined;
  return Math.max(since, Math.min(undecidedSince ?? lastAt, lastAt));
}

/** What can be closed of one probe, in order: all hours, and after them the days that they are in. */
export function* closingsOf(closable: Closable, timezone: string): Generator<Closing> {
  const { probe, state, firstAt, hoursUntil } = closable;
  const until = settledUntil(state) ?? 0;
  let from = hoursUntil ?? Math.floor(firstAt / hourMs) * hourMs;
  for (; from + hourMs <= until; from += hourMs) yield { probe, kind: "hour", from, to: from + hourMs };
  let day = firstDay(closable, timezone);
  for (; day.to <= until; day = dayOf(day.to, timezone)) yield { probe, kind: "day", ...day };
}

/** After a change of the zone the days are made anew, from the first one on of which all runs are still kept. */
function firstDay({ days, runsFrom, firstAt }: Closable, timezone: string) {
  if (days?.timezone === timezone) return dayOf(days.until, timezone);
  if (runsFrom === 0) return dayOf(firstAt, timezone);
  const cut = dayOf(runsFrom, timezone);
  return cut.from < runsFrom ? dayOf(cut.to, timezone) : cut;
}

/** More than one transaction has time for. */
const atATime = 200;

/**
 * Closes what can be closed, in small transactions, and lets others run in between. A part of it done is a part of it done: the rest
 * is closed the next time.
 * @throws StoreError
 */
export async function closeAll(rollups: Rollups, timezone: string, signal?: AbortSignal): Promise<void> {
  let waiting: Closing[] = [];
  const close = async (): Promise<void> => {
    signal?.throwIfAborted();
    if (waiting.length > 0) waiting = waiting.slice(rollups.close(waiting, timezone));
    await setImmediate();
  };
  let some = rollups.closable(0);
  while (some.length > 0) {
    for (const closable of some) {
      for (const closing of closingsOf(closable, timezone)) {
        waiting.push(closing);
        if (waiting.length >= atATime) await close();
      }
    }
    do await close();
    while (waiting.length > 0);
    some = rollups.closable(some.at(-1)?.probe ?? 0);
  }
}

export interface Rolling {
  /** Closes what can be closed, then does this work; nothing is closed meanwhile. */
  before<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

const everyMs = 5 * 60_000;

/** Closes hours and days at the start and every five minutes. */
export function startRolling(options: {
  readonly rollups: Rollups;
  readonly timezone: () => string;
  readonly onError: (error: unknown) => void;
}): Rolling {
  const stopping = new AbortController();
  let tail: Promise<unknown> = Promise.resolve();
  const serially = <T>(work: () => Promise<T>): Promise<T> => {
    const next = tail.then(work);
    tail = next.catch(() => undefined);
    return next;
  };
  const close = (): Promise<void> => closeAll(options.rollups, options.timezone(), stopping.signal);
  let isWaiting = false;
  const tick = (): void => {
    // What a slow disk does not get done in five minutes is not asked for twice.
    if (isWaiting) return;
    isWaiting = true;
    serially(close)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) options.onError(error);
      })
      .finally(() => (isWaiting = false));
  };
  const timer = setInterval(tick, everyMs);
  timer.unref();
  tick();
  return {
    before: (work) =>
      serially(async () => {
        await close();
        return work();
      }),
    async stop() {
      clearInterval(timer);
      stopping.abort(new Error("the daemon is stopping"));
      await tail;
    },
  };
}
