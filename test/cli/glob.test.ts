import { expect, test } from "vitest";
import { globs } from "../../src/cli/glob.ts";

test("globs() compares the whole id; * is any text, slashes too", () => {
  const cases: readonly (readonly [patterns: readonly string[], id: string, fits: boolean])[] = [
    [["*"], "a/b", true],
    [["a/b"], "a/b", true],
    [["a"], "a/b", false],
    [["a*"], "a/b/c", true],
    [["*b"], "a/b", true],
    [["*b"], "a/bc", false],
    [["a*b*c"], "a/b/c", true],
    [["a*b*c"], "a/c/b", false],
    [["ab*ba"], "aba", false],
    [["*@Example.com/*"], "sales@example.com/imap-login", true],
    [["a.c"], "abc", false],
    [["x", "*login"], "a/imap-login", true],
    [["x", "y"], "z", false],
    [[""], "", true],
  ];
  expect(cases.map(([patterns, id]) => globs(patterns)(id))).toEqual(cases.map(([, , fits]) => fits));
});

test("globs() takes no exponential time", () => {
  const began = performance.now();
  expect(globs([`${"*a".repeat(5_000)}b`])("a".repeat(20_000))).toBe(false);
  expect(performance.now() - began).toBeLessThan(1_000);
});
