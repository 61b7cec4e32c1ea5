import { expect, test } from "vitest";
import { table, width } from "../../src/cli/table.ts";

test("width() counts two places for what is written wide", () => {
  expect(["ok", "正常", "注意。", "é", "「a」"].map(width)).toEqual([2, 4, 6, 1, 5]);
});

test("table() aligns by places, with nothing behind the last column", () => {
  expect(
    table([
      ["正常", "a", "1"],
      ["ok", "bcd", "22"],
    ]),
  ).toBe("正常  a    1\nok    bcd  22");
});
