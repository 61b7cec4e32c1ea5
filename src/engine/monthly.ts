import type { ReportPlan } from "../model/config.ts";
import { dayOf } from "../model/days.ts";
import { earlier, momentIn, monthAfter, monthBefore, monthOf, monthWindow } from "../model/month.ts";

export interface MonthlyOptions {
  readonly now: () => number;
  /** As the configuration is now. */
  readonly settings: () => { readonly timezone: string; readonly report: ReportPlan };
  /** When anything was seen for the first time; undefined: nothing ever was. */
  readonly firstAt: () => number | undefined;
  readonly isFrozen: (month: string) => boolean;
  /** Whether a change that began before a moment is not decided yet. */
  readonly isUndecided: (before: number) => boolean;
  /** Keeps what probes count for ever, as it is now. */
  readonly keepTotals: () => void;
  /** Stores a month for good, and in the same transaction what is sent of it. */
  readonly freeze: (month: string, how: { readonly isTold: boolean }) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

const dayMs = 86_400_000;
/** A flapping probe never decides: on the third day a month is made as it is. */
const patienceMs = 2 * dayMs;
/** Months that nobody made (the daemon was down, or is of yesterday) are made up for so far back. */
const mostMonths = 12;
const tickMs = 60_000;

export interface Due {
  readonly month: string;
  /** Only the last one is news. */
  readonly isTold: boolean;
}

/** The months that are to be made now, the oldest first. Pure. */
export function dueMonths(
  now: number,
  { timezone, report }: { readonly timezone: string; readonly report: Pick<ReportPlan, "day" | "minutes"> },
  known: Pick<MonthlyOptions, "firstAt" | "isFrozen" | "isUndecided">,
): readonly Due[] {
  const first = known.firstAt();
  if (first === undefined) return [];
  const last = monthBefore(now, timezone);
  const begin = monthOf(first, timezone);
  const due: Due[] = [];
  for (let back = mostMonths - 1; back >= 0; back -= 1) {
    const month = earlier(last, back);
    if (month < begin || known.isFrozen(month)) continue;
    const { to } = monthWindow(month, timezone);
    if (now < momentIn(monthAfter(month), report.day, report.minutes, timezone)) continue;
    if (now < to + patienceMs && known.isUndecided(to)) continue;
    due.push({ month, isTold: month === last });
  }
  return due;
}

export interface Monthly {
  /** Does what is due: at the start, and every minute. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Makes each month once. What is due is decided from what is stored, so that whatever was missed is made up for and nothing is
 * done twice; after a kill the next tick finds either all of a month stored or nothing.
 */
export function startMonthly(options: MonthlyOptions): Monthly {
  let keptDay: number | undefined;
  let ticking: Promise<void> | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const now = options.now();
    const settings = options.settings();
    const { from: today } = dayOf(now, settings.timezone);
    try {
      // At the start, too: what was counted before the daemon went down is what the missed midnights would have kept.
      if (keptDay !== today) options.keepTotals();
      keptDay = today;
      for (const { month, isTold } of dueMonths(now, settings, options)) {
        if (stopped) return;
        await options.freeze(month, { isTold });
      }
    } catch (error) {
      options.onError(error);
    }
  }

  const tick = (): Promise<void> => (ticking ??= look().finally(() => (ticking = undefined)));
  const timer = setInterval(() => void tick(), tickMs);
  timer.unref();
  return {
    tick,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await ticking;
    },
  };
}
