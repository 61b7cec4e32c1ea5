/** Says how late our own event loop was: a time-out that fires on a late loop proves nothing about the far side. */
export interface LoopWatch extends Disposable {
  /** The most the loop was late, in milliseconds, at any moment since `since` (of `performance.now()`). */
  latenessSince(since: number): number;
  /** Milliseconds since the loop last turned; for `/healthz`. */
  ageMs(): number;
}

/** From this much on, in milliseconds, a run's timed findings are not trusted. */
export const lateLoopMs = 250;

/** A beat of 100 ms costs 0.05 % of a core and sees every block that matters (the bound is 250 ms). */
const beatMs = 100;

/** How many late beats are remembered: far more than can happen within one run's deadline. */
const remembered = 256;

export function createLoopWatch(): LoopWatch {
  const late: { at: number; by: number }[] = [];
  let expected = performance.now() + beatMs;
  const timer = setInterval(() => {
    const now = performance.now();
    const by = now - expected;
    if (by >= beatMs) {
      late.push({ at: now, by });
      if (late.length > remembered) late.shift();
    }
    expected = now + beatMs;
  }, beatMs);
  timer.unref();
  return {
    latenessSince(since) {
      // The present block counts too: its beat has not been able to fire yet.
      let worst = Math.max(0, performance.now() - expected);
      for (const { at, by } of late) if (at >= since && by > worst) worst = by;
      return worst;
    },
    ageMs: () => Math.max(0, performance.now() - (expected - beatMs)),
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
