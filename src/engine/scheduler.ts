import type { Probe } from "../model/probe.ts";
import { createDueHeap } from "./due-heap.ts";
import { firstRound, nextOnGrid, slotMs, upToSlot } from "./schedule.ts";

/** How many runs may go on at once. An account has one: servers count connections per account (Gmail 15, Microsoft 20). */
export interface Limits {
  /**
   * Of each kind by itself (see `turnOf`): with 100 domains whose name servers kept silent, a third of 40 logins had not begun
   * after 97 s while they shared their places with the looks at records.
   */
  readonly atOnce: number;
  readonly perHost: number;
}

export interface SchedulerOptions {
  /**
   * One whole run of a probe, stored. Returns the milliseconds until it wants to be looked at again, if sooner than its interval.
   * It may give its places free (host, accounts, one of its kind) as soon as the look is over, before it is stored.
   */
  readonly run: (probe: Probe, free: () => void) => Promise<number | undefined>;
  /** How old the last observation of a probe is, by the wall clock. */
  readonly ageMs: (probe: string) => number | undefined;
  readonly limits: Limits;
  /** A run that rejected: a bug of ours, never of a check. */
  readonly onError: (error: unknown) => void;
}

export interface Scheduler {
  /** Sets the probes; used at the start and at each reload. What is running goes on. */
  replace(probes: readonly Probe[]): void;
  /** As soon as the caps allow. False when there is no such probe. */
  runNow(id: string): boolean;
  /** Resolves when a run has ended that began at `since` (`performance.now()`) or later; starts one if it must. Caps do not hold it. */
  runFresh(id: string, since: number): Promise<void>;
  /** Milliseconds UTC; undefined while it runs or waits for a place. */
  nextAt(id: string): number | undefined;
  /** Starts nothing more and waits for what is running. */
  stop(): Promise<void>;
}

/** A jump of the wall clock against the monotonic one that means the machine was asleep, not corrected. */
const sleepMs = 60_000;

/**
 * Who goes first after a start, and who shares places: the own side, because what it says decides how the others are read; the
 * logins; what else says whether mail works, which is asked of the DNS; the rest.
 */
const turnOf = ({ measures, load }: Probe): number => {
  if (measures === "monitor") return 0;
  if (measures !== "service") return 3;
  return load.logins === undefined || load.logins.length === 0 ? 2 : 1;
};

interface Running {
  readonly startedAt: number;
  readonly done: Promise<void>;
}

/** Starts probes when they are due, within the caps, never two runs of one probe at once. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  let probes = new Map<string, Probe>();
  const heap = createDueHeap();
  const running = new Map<string, Running>();
  const places = new Map<number, number>();
  const hostLoad = new Map<string, number>();
  const accounts = new Set<string>();
  /** Probes that are due but found no place, by what they wait for. */
  const waiting = new Map<string, Probe[]>();
  const queued = new Set<string>();
  const again = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  // Virtual time: begins as the wall clock, goes on with the monotonic one, so that a corrected clock moves no probe.
  let offset = Date.now() - performance.now();
  const now = (): number => performance.now() + offset;

  function arm(): void {
    clearTimeout(timer);
    const next = stopped ? undefined : heap.next();
    if (next === undefined) return;
    // One wake-up a slot; a due time in the past is served in the next turn of the loop.
    timer = setTimeout(wake, Math.min(Math.max(0, next - now()), 60_000));
  }

  function wake(): void {
    if (Math.abs(Date.now() - now()) >= sleepMs) {
      offset = Date.now() - performance.now();
      begin([...probes.values()]);
    }
    for (const id of heap.take(now())) {
      const probe = probes.get(id);
      if (probe) admit(probe);
    }
    arm();
  }

  /** What a probe would have to wait for; undefined when there is a place. */
  function obstacle(probe: Probe): string | undefined {
    const turn = turnOf(probe);
    if ((places.get(turn) ?? 0) >= options.limits.atOnce) return `turn ${turn}`;
    const { host, logins = [] } = probe.load;
    if (host !== undefined && (hostLoad.get(host) ?? 0) >= options.limits.perHost) return `host ${host}`;
    const busy = logins.find(({ account }) => accounts.has(account));
    return busy && `account ${busy.account}`;
  }

  function admit(probe: Probe): void {
    if (stopped || queued.has(probe.id)) return;
    if (running.has(probe.id)) {
      again.add(probe.id);
      return;
    }
    const wait = obstacle(probe);
    if (wait === undefined) {
      void begun(probe);
      return;
    }
    queued.add(probe.id);
    const queue = waiting.get(wait);
    if (queue) queue.push(probe);
    else waiting.set(wait, [probe]);
  }

  function begun(probe: Probe): Promise<void> {
    const { host, logins = [] } = probe.load;
    const startedAt = performance.now();
    const turn = turnOf(probe);
    places.set(turn, (places.get(turn) ?? 0) + 1);
    if (host !== undefined) hostLoad.set(host, (hostLoad.get(host) ?? 0) + 1);
    for (const { account } of logins) accounts.add(account);
    const done = whole(probe, startedAt);
    running.set(probe.id, { startedAt, done });
    return done;
  }

  async function whole(probe: Probe, startedAt: number): Promise<void> {
    const free = placesOf(probe);
    let sooner: number | undefined;
    try {
      sooner = await options.run(probe, free);
    } catch (error) {
      options.onError(error);
    }
    running.delete(probe.id);
    planNext(probe.id, startedAt + offset, sooner);
    free();
  }

  /** Gives back what a run took, once. */
  function placesOf(probe: Probe): () => void {
    const { host, logins = [] } = probe.load;
    const turn = turnOf(probe);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      places.set(turn, (places.get(turn) ?? 1) - 1);
      if (host !== undefined) hostLoad.set(host, (hostLoad.get(host) ?? 1) - 1);
      for (const { account } of logins) accounts.delete(account);
      for (const freed of [`turn ${turn}`, `host ${host}`, ...logins.map(({ account }) => `account ${account}`)]) release(freed);
    };
  }

  function planNext(id: string, startedAt: number, sooner: number | undefined): void {
    const probe = probes.get(id);
    if (!probe || stopped) return;
    const onGrid = Math.max(nextOnGrid(id, probe.everyMs, startedAt), upToSlot(now()));
    const early = sooner === undefined ? Infinity : upToSlot(now() + Math.max(sooner, slotMs));
    heap.put(id, again.delete(id) ? now() : Math.min(onGrid, early));
    arm();
  }

  /** Lets those go on that waited for what has become free. One that meets another obstacle moves to that queue. */
  function release(freed: string): void {
    const queue = waiting.get(freed);
    if (!queue) return;
    waiting.delete(freed);
    let next = 0;
    for (; next < queue.length; next += 1) {
      const id = queue[next]?.id ?? "";
      const probe = probes.get(id);
      // Once the place is taken again the rest keep their order, and are not asked one by one.
      if (probe && obstacle(probe) === freed) break;
      queued.delete(id);
      if (probe) admit(probe);
    }
    if (next < queue.length) waiting.set(freed, [...queue.slice(next), ...(waiting.get(freed) ?? [])]);
  }

  function begin(some: readonly Probe[]): void {
    const first = some.map((probe) => ({
      id: probe.id,
      everyMs: probe.everyMs,
      turn: turnOf(probe),
      ageMs: options.ageMs(probe.id),
    }));
    for (const [id, due] of firstRound(first, now())) heap.put(id, due);
  }

  return {
    replace(next) {
      const known = probes;
      probes = new Map(next.map((probe) => [probe.id, probe]));
      for (const id of known.keys()) if (!probes.has(id)) heap.remove(id);
      begin(next.filter((probe) => known.get(probe.id)?.everyMs !== probe.everyMs));
      arm();
    },
    runNow(id) {
      const probe = probes.get(id);
      if (!probe) return false;
      heap.remove(id);
      admit(probe);
      arm();
      return true;
    },
    async runFresh(id, since) {
      for (let present = running.get(id); present; present = running.get(id)) {
        await present.done;
        if (present.startedAt >= since) return;
      }
      const probe = probes.get(id);
      if (!probe || stopped) return;
      heap.remove(id);
      await begun(probe);
    },
    nextAt: (id) => heap.dueOf(id),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}
