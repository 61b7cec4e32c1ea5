/** Keeps one channel below the pace its far side stands. */
export interface TokenBucket {
  /** Milliseconds until the next message may go; 0: now. */
  waitMs(now: number): number;
  take(now: number): void;
}

/** @param perMinute never more than so many in any minute; a quarter of them may go at once */
export function createTokenBucket(perMinute: number, startedAt: number): TokenBucket {
  const size = Math.max(1, Math.floor(perMinute / 4));
  // What goes at once is taken off the refill: the worst minute has both.
  const perMs = Math.max(1, perMinute - size) / 60_000;
  let tokens = size;
  let at = startedAt;
  const refill = (now: number): void => {
    // A clock that was put back takes nothing away.
    if (now > at) tokens = Math.min(size, tokens + (now - at) * perMs);
    at = now;
  };
  return {
    waitMs: (now) => {
      refill(now);
      return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perMs);
    },
    take: (now) => {
      refill(now);
      tokens -= 1;
    },
  };
}
