import { describe, expect, test } from "vitest";
import { median, quantile, ratioOf, short, tableOf, verdictOf, type Goal, type Row } from "../../bench/report.ts";

const row = (ours: readonly number[], theirs: readonly number[] | string, goals: readonly Goal[] = []): Row => ({
  what: "a login",
  ours: { unit: "ms", samples: ours },
  beside: typeof theirs === "string" ? theirs : { name: "a peer", unit: "ms", samples: theirs },
  goals,
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[], NaN],
])("median of %j is %d", (samples, expected) => expect(median(samples)).toEqual(expected));

test("quantile gives the value below which that share is", () => {
  const samples = Array.from({ length: 100 }, (_, i) => i);
  expect([quantile(samples, 0.5), quantile(samples, 0.99), quantile(samples, 1)]).toEqual([50, 99, 99]);
});

describe("ratioOf", () => {
  test("compares pairs, so that what slowed both in one round counts for neither", () => {
    expect(ratioOf(row([1, 10, 1], [2, 20, 1]))).toBe(0.5);
  });
  test("compares the medians where one was measured more often", () => expect(ratioOf(row([3], [5, 6, 7]))).toBe(0.5));
  test("is unknown without a peer", () => expect(ratioOf(row([1], "not installed"))).toBeUndefined());
});

describe("verdictOf", () => {
  const most = (of: Goal["of"], value: number): Goal => ({ of, most: value });
  test.each<[string, Row, string]>([
    ["just met", row([10], [10], [most("ours", 10), most("ratio", 1)]), "met"],
    ["missed, rounded against us", row([10.01], [20], [most("ours", 10)]), "missed by 1 %"],
    ["one of two missed", row([12], [10], [most("ours", 15), most("ratio", 0.8)]), "met; missed by 50 %"],
    ["the peer is missing", row([1], "not installed", [most("ratio", 1)]), "not measured"],
    ["nothing was measured", row([], [1], [most("ours", 1)]), "not measured"],
    ["no goal", row([1], [1]), "–"],
  ])("%s", (_name, of, expected) => expect(verdictOf(of)).toBe(expected));
});

test("short keeps three digits that count", () => {
  expect([0, 0.01234, 0.98765, 12.345, 123.45, 12_345.6, NaN].map(short)).toEqual([
    "0",
    "0.012",
    "0.988",
    "12.3",
    "123",
    "12346",
    "–",
  ]);
});

test("tableOf writes one line a row, with the reason where the peer is missing", () => {
  const lines = tableOf([row([2, 1, 3], [4, 2, 6], [{ of: "ratio", most: 1 }]), row([5], "not installed")]).split("\n");
  expect(lines.slice(2)).toEqual([
    "| a login | 2.00 ms (1.00–3.00) | a peer: 4.00 ms (2.00–6.00) | 0.50 × | ≤ 1 × | met |",
    "| a login | 5.00 ms | not installed | – | – | – |",
  ]);
});
