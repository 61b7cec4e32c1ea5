/* oxlint-disable no-extend-native -- the clock of this process is what is simulated */

/** A clock that stands still while something works, and jumps to the next timer when nothing does. */
export interface SimulatedTime extends Disposable {
  /** Milliseconds UTC, simulated. */
  readonly now: () => number;
  /** Goes on to this moment, timer by timer; between two of them, all that `isBusy` tells of ends first. */
  goTo(moment: number): Promise<void>;
  /** The same until this is settled, a day at most: what waits for the database waits for a timer. */
  until<T>(promise: Promise<T>): Promise<T>;
}

interface Timer {
  due: number;
  /** Of an interval; undefined for a timeout. */
  readonly everyMs: number | undefined;
  readonly call: () => void;
}

/** An interval shorter than this only watches: it is called once a jump, whatever was jumped over. */
const watchesMs = 60_000;
/** Real time that work may take between two timers. */
const stuckMs = 30_000;
/** Turns of the loop without work until all is thought to be quiet: what a finished run sets off takes a few. */
const quietTurns = 30;
/** Work may itself wait for a timer (smtp-server holds its greeting back for 100 ms): after so much real time, one so near is let come. */
const nearMs = 300;
const patienceMs = 3;

/**
 * Replaces `Date`, `performance.now`, `setTimeout` and `setInterval` of this process, so that the product and its servers share one
 * clock. Sockets keep real time: Node's own timers are others. A month takes what its work takes.
 */
export function simulateTime(isBusy: () => boolean): SimulatedTime {
  const real = { Date, setTimeout, clearTimeout, setInterval, clearInterval };
  const realNow = performance.now.bind(performance);
  const [startedAt, startedMonotonic] = [Date.now(), realNow()];
  const timers = new Map<SimulatedTimer, Timer>();
  let elapsed = 0;
  const now = (): number => startedAt + elapsed;

  class SimulatedTimer {
    readonly #ms: number;
    constructor(ms: number, everyMs: number | undefined, call: () => void) {
      this.#ms = ms;
      timers.set(this, { due: elapsed + ms, everyMs, call });
    }
    ref = (): this => this;
    unref = (): this => this;
    hasRef = (): boolean => false;
    refresh(): this {
      const timer = timers.get(this);
      if (timer) timer.due = elapsed + this.#ms;
      return this;
    }
    close(): this {
      timers.delete(this);
      return this;
    }
    [Symbol.dispose](): void {
      timers.delete(this);
    }
  }
  const make = (repeats: boolean) =>
    function start(call: (...args: unknown[]) => void, ms: unknown = 0, ...args: unknown[]): SimulatedTimer {
      // Whole, as Node's own: a clock of milliseconds stays one.
      const delay = Math.max(repeats ? 1 : 0, Math.ceil(Number(ms) || 0));
      return new SimulatedTimer(delay, repeats ? delay : undefined, () => call(...args));
    };
  const end = (timer: unknown): void => {
    if (timer instanceof SimulatedTimer) timer.close();
    else Reflect.apply(real.clearTimeout, undefined, [timer]);
  };
  const SimulatedDate = new Proxy(Date, {
    construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
    apply: () => new real.Date(now()).toString(),
    get: (target, key, receiver): unknown => (key === "now" ? now : Reflect.get(target, key, receiver)),
  });
  const replaced = { setTimeout: make(false), clearTimeout: end, setInterval: make(true), clearInterval: end };
  Object.assign(globalThis, replaced, { Date: SimulatedDate });
  performance.now = () => startedMonotonic + elapsed;

  const waits = ({ everyMs = watchesMs }: Timer): boolean => everyMs >= watchesMs;

  async function quiet(): Promise<void> {
    const since = realNow();
    let waitedSince = since;
    for (let turns = 0; turns < quietTurns;) {
      await new Promise((resolve) => setImmediate(resolve));
      // Those of no time at all are due although the clock stands still.
      const called = callDue(waits);
      turns = called || isBusy() ? 0 : turns + 1;
      if (turns > 0) continue;
      const at = realNow();
      if (at - since > stuckMs) throw new Error(`Work goes on for ${stuckMs / 1000} s without an end`);
      if (at - waitedSince < patienceMs) continue;
      waitedSince = at;
      if (nextDue() - elapsed <= nearMs) jump(startedAt + nextDue());
    }
  }

  const nextDue = (): number => Math.min(...[...timers.values()].filter(waits).map(({ due }) => due));

  /** @returns whether there were any */
  function callDue(which: (timer: Timer) => boolean): boolean {
    let called = false;
    for (const [id, timer] of timers) {
      if (timer.due > elapsed || !which(timer)) continue;
      if (timer.everyMs === undefined) timers.delete(id);
      else timer.due = elapsed + timer.everyMs;
      timer.call();
      called = true;
    }
    return called;
  }

  /** Jumps to the next timer, but no further than to this moment. */
  function jump(moment: number): void {
    const next = Math.min(moment - startedAt, nextDue());
    // Whoever watches the loop sees the jump before anything is done that it could be held against.
    elapsed = Math.max(elapsed, next - 1);
    callDue((timer) => !waits(timer));
    elapsed = Math.max(elapsed, next);
    callDue(waits);
  }

  return {
    now,
    async goTo(moment) {
      do {
        await quiet();
        jump(moment);
      } while (now() < moment);
      await quiet();
    },
    async until(promise) {
      const settled = promise.then(
        () => true,
        () => true,
      );
      const last = now() + 86_400_000;
      while (!(await Promise.race([settled, quiet().then(() => false)]))) {
        if (now() >= last) throw new Error("Nothing came of it within a day");
        jump(last);
      }
      return promise;
    },
    [Symbol.dispose]() {
      Object.assign(globalThis, real);
      performance.now = realNow;
    },
  };
}
