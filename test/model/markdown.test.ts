import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeMarkdown, fencedMarkdown, plainMarkdown } from "../../src/model/markdown.ts";

describe("plainMarkdown()", () => {
  test.each([
    ["sales@own.test is locked (535)", "sales@own.test is locked (535)"],
    ["*a* _b_ `c` ~d~ [e](f) <g> | \\ &amp;", "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~ \\[e\\](f) \\<g\\> \\| \\\\ \\&amp;"],
    ["# head", "\\# head"],
    ["- item", "\\- item"],
    ["1. item", "1\\. item"],
    ["192.0.2.1 is down", "192.0.2.1 is down"],
    ["=== ", "\\=== "],
    ["> quote", "\\> quote"],
    ["https://a.example www.b.example", "https\\://a.example www\\.b.example"],
    ["a\nb\u202ec", "a\\\\x0ab\\\\u202ec"],
    ["邮箱「a」已满", "邮箱「a」已满"],
  ])("of %j is %j", (text, expected) => {
    expect(plainMarkdown(text)).toBe(expected);
  });
});

describe("codeMarkdown()", () => {
  test.each([
    ["a", "`a`"],
    ["a`b", "``a`b``"],
    ["``", "``` `` ```"],
    ["`", "`` ` ``"],
    ["", "`  `"],
    ["a|b", "`a\\|b`"],
  ])("of %j is %j", (text, expected) => {
    expect(codeMarkdown(text)).toBe(expected);
  });
});

test("no line of a fenced block can end it", () => {
  const piece = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("```", "````", "~~~", "\n```\n", "   ```", "`````````"));
  fc.assert(
    fc.property(fc.array(fc.array(piece).map((parts) => parts.join(""))), (lines) => {
      const [first = "", ...rest] = fencedMarkdown(lines);
      const fence = /^(`{3,})text$/.exec(first)?.[1] ?? "";
      expect(fence).not.toBe("");
      expect(rest).toHaveLength(lines.length + 1);
      expect(rest.pop()).toBe(fence);
      for (const line of rest) expect(line).not.toContain(fence);
      expect(rest.join("")).not.toMatch(/[\r\n]/);
    }),
  );
});
