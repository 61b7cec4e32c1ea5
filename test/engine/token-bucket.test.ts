import fc from "fast-check";
import { expect, it } from "vitest";
import { createTokenBucket } from "../../src/engine/token-bucket.ts";

it("createTokenBucket() lets a quarter go at once, then one by one", () => {
  const bucket = createTokenBucket(20, 0);
  for (let sent = 0; sent < 5; sent++) {
    expect(bucket.waitMs(0)).toBe(0);
    bucket.take(0);
  }
  expect(bucket.waitMs(0)).toBe(4_000);
  expect(bucket.waitMs(3_000)).toBe(1_000);
  expect(bucket.waitMs(4_000)).toBe(0);
  // A clock that was put back.
  expect(bucket.waitMs(-60_000)).toBe(0);
});

it("createTokenBucket() never lets more than its pace go in any minute, whenever one asks", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 120 }),
      fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 100, maxLength: 400 }),
      (perMinute, gaps) => {
        const bucket = createTokenBucket(perMinute, 0);
        const sent: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          if (bucket.waitMs(now) > 0) continue;
          bucket.take(now);
          sent.push(now);
        }
        for (const [index, at] of sent.entries()) {
          expect(sent.slice(index).filter((other) => other < at + 60_000).length).toBeLessThanOrEqual(perMinute);
        }
      },
    ),
    { numRuns: 50 },
  );
});
