import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startTimer } from "../../src/net/timer.ts";

function block(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return end;
}

describe("startTimer()", () => {
  test("expires in its time on a loop that turns", async () => {
    const began = performance.now();
    const expired = await new Promise<number>((resolve) => startTimer(60, () => resolve(performance.now() - began)));
    expect(expired).toBeGreaterThanOrEqual(59);
    expect(expired).toBeLessThan(500);
  });

  test("gives the time again in which a blocked loop could not listen", async () => {
    let end = 0;
    const expired = await new Promise<number>((resolve) => {
      startTimer(80, () => resolve(performance.now() - end));
      end = block(400);
    });
    expect(expired).toBeGreaterThanOrEqual(79);
  });

  test("reads what has arrived before it expires", async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      startTimer(20, () => {
        order.push("expired");
        resolve();
      });
      setTimeout(() => {
        order.push("timers");
        setImmediate(() => order.push("read"));
      }, 20);
      // Both are due when the loop turns again: a millisecond between them would put them into two turns.
      block(40);
    });
    expect(order).toEqual(["timers", "read", "expired"]);
  });

  test("does not expire once it is ended, whenever that is", async () => {
    let expired = 0;
    startTimer(10, () => (expired += 1))();
    const stop = startTimer(10, () => (expired += 1));
    block(100);
    setImmediate(stop);
    await sleep(150);
    expect(expired).toBe(0);
  });
});
