import { setTimeout as sleep } from "node:timers/promises";

export interface PoolLimits {
  /** How many are begun at once. */
  readonly places: number;
  /** Who has taken so long waits for somebody else, which costs nothing: its place is given to the next. */
  readonly patienceMs: number;
  /** How many there may be in all, those that wait included. */
  readonly most: number;
}

const usual: PoolLimits = { places: 4, patienceMs: 10_000, most: 32 };

/**
 * Works on many things, a few at a time, in their order. Some of them may take a minute each without keeping the others: a name
 * server that is silent, a mail server that says a word a second. Rejects with the first failure, when all have ended.
 */
export async function workThrough<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  { places, patienceMs, most }: PoolLimits = usual,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: Error[] = [];
  const fail = (error: unknown): void => void failures.push(error instanceof Error ? error : new Error(String(error)));
  const left = items.values();
  const place = async (): Promise<void> => {
    for (const item of left) {
      while (running.size >= most) await Promise.race(running);
      const one = work(item)
        .catch(fail)
        .finally(() => running.delete(one));
      running.add(one);
      await Promise.race([one, sleep(patienceMs, undefined, { ref: false })]);
    }
  };
  await Promise.all(Array.from({ length: places }, place));
  await Promise.all(running);
  const [failure] = failures;
  if (failure) throw failure;
}
