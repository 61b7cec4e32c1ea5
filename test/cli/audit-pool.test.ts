import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { workThrough } from "../../src/cli/audit-pool.ts";

const limits = { places: 3, patienceMs: 40, most: 6 };

/** Works on numbers, each of which says how long it takes; tells in which order they ended and how many there were at once. */
async function pool(items: readonly number[], over: Partial<typeof limits> = {}) {
  const ended: number[] = [];
  let now = 0;
  let most = 0;
  const began = performance.now();
  const work = async (ms: number): Promise<void> => {
    most = Math.max(most, (now += 1));
    await sleep(ms);
    now -= 1;
    ended.push(ms);
  };
  await workThrough(items, work, { ...limits, ...over });
  return { ended, most, ms: performance.now() - began };
}

test("workThrough() does everything, and only so much at once", async () => {
  const { ended, most } = await pool(Array.from({ length: 20 }, () => 3));
  expect([ended.length, most]).toEqual([20, 3]);
});

test("workThrough() gives the place of who takes long to the next", async () => {
  const { ended, most } = await pool([600, 600, 600, ...Array.from({ length: 12 }, () => 5)]);
  expect(ended).toEqual([...Array.from({ length: 12 }, () => 5), 600, 600, 600]);
  expect(most).toBeLessThanOrEqual(6);
});

test("workThrough() is bounded where all take long", async () => {
  const { ended, most } = await pool(
    Array.from({ length: 12 }, () => 150),
    { patienceMs: 5 },
  );
  expect([ended.length, most]).toEqual([12, 6]);
});

test("workThrough() waits for the last, and fails as one of them did", async () => {
  const done: number[] = [];
  const work = async (ms: number): Promise<void> => {
    await sleep(ms);
    if (ms === 60) throw new Error("broken");
    done.push(ms);
  };
  await workThrough([80, 5], work, limits);
  expect(done).toEqual([5, 80]);
  // It breaks while nobody waits for it any more.
  await expect(workThrough([60, 5, 5, 5, 100, 100, 100], work, { ...limits, patienceMs: 10 })).rejects.toThrow("broken");
  expect(done).toHaveLength(8);
});
