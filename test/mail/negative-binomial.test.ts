import { describe, expect, test } from "vitest";
import { atLeast, logAtMost } from "../../src/mail/negative-binomial.ts";

describe("logAtMost", () => {
  // R 4: ppois(q, lambda, log.p = TRUE), pnbinom(q, size = mu^2 / (v - mu), mu = mu, log.p = TRUE), from their definitions.
  test.each([
    { most: 0, mean: 12, variance: 12, log: -12 },
    { most: 3, mean: 10, variance: 10, log: Math.log(Math.exp(-10) * (1 + 10 + 50 + 1000 / 6)) },
    { most: 0, mean: 20, variance: 20 + 0.1 * 400, log: -10 * Math.log(3) },
    { most: 1, mean: 4, variance: 12, log: Math.log((1 / 3) ** 2 * (1 + 2 * (2 / 3))) },
    { most: 5, mean: 0, variance: 0, log: 0 },
  ])("at most $most of $mean, scattered by $variance", ({ most, mean, variance, log }) => {
    expect(logAtMost(most, { mean, variance })).toBeCloseTo(log, 9);
  });

  test("holds for thousands, where single terms are smaller or larger than a number can be", () => {
    for (const variance of [5_000, 500_000]) {
      expect(logAtMost(0, { mean: 5_000, variance })).toBeLessThan(-200);
      expect(Math.exp(logAtMost(5_000, { mean: 5_000, variance }))).toBeCloseTo(0.5, 1);
      expect(logAtMost(20_000, { mean: 5_000, variance })).toBeCloseTo(0, 6);
    }
  });
});

test("atLeast is the other side", () => {
  expect(atLeast(0, { mean: 3, variance: 3 })).toBe(1);
  expect(atLeast(1, { mean: 3, variance: 3 })).toBeCloseTo(1 - Math.exp(-3), 12);
  expect(atLeast(200, { mean: 20, variance: 40 })).toBeLessThan(1e-10);
});
