import type { Login } from "../model/check.ts";
import { emptyBatch } from "../model/state.ts";
import type { LiveBoard } from "./board.ts";

/** A person who has unlocked an account may have it tried at once, but not so often that this locks it again. */
const atMostEveryMs = 5 * 60_000;

/** Lets a held login be tried once more because a person asked for it ("run now"). */
export function createForcing(board: LiveBoard, now: () => number): { allow(logins: readonly Login[]): void } {
  const allowedAt = new Map<string, number>();
  return {
    allow(logins) {
      const breakers = logins.flatMap(({ account }) => {
        const breaker = board.breaker(account);
        const last = allowedAt.get(account);
        if (!breaker || (last !== undefined && now() - last < atMostEveryMs)) return [];
        allowedAt.set(account, now());
        return [{ ...breaker, retryAt: now() }];
      });
      // In memory alone: a restart in between would hold it again, which is the safe side.
      if (breakers.length > 0) board.apply({ ...emptyBatch, breakers });
    },
  };
}
