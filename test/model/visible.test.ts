import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { visible } from "../../src/model/visible.ts";

describe("visible()", () => {
  test.each([
    ["220 mx.example.com ESMTP", "220 mx.example.com ESMTP"],
    ["\u001b[2J\u001b[1;31mall is well", "\\x1b[2J\\x1b[1;31mall is well"],
    ["invoice\u202Efdp.exe", "invoice\\u202efdp.exe"],
    ["\u2066left\u2069", "\\u2066left\\u2069"],
    ["one\r\ntwo\ttabs\0", "one\\x0d\\x0atwo\\x09tabs\\x00"],
    ["C1 \u009b and DEL \u007f", "C1 \\x9b and DEL \\x7f"],
    ["zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"],
    ["lone \ud800 surrogate", "lone \\ud800 surrogate"],
    ["tag \u{e0041}", "tag \\u{e0041}"],
    ["line\u2028separator", "line\\u2028separator"],
    ["销售邮箱已满，😀 naïve", "销售邮箱已满，😀 naïve"],
  ])("shows %j as %j", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test("caps the length and says how long it was", () => {
    expect(visible("a".repeat(100), 10)).toBe("aaaaaaaaaa… (100 characters)");
    expect(visible("a".repeat(10), 10)).toBe("aaaaaaaaaa");
    expect(visible("\u001b".repeat(5), 10)).toBe("\\x1b\\x1b… (5 characters)");
    expect(visible("123\u{e0041}", 12)).toBe("123\\u{e0041}");
    expect(visible("123\u{e0041}", 11)).toBe("123… (5 characters)");
    expect(visible("1234567890😀", 11)).toBe("1234567890… (12 characters)");
  });

  test("leaves nothing hidden, whatever comes, and is bounded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.integer({ min: 1, max: 300 }), (text, max) => {
        const shown = visible(text, max);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(shown.length).toBeLessThanOrEqual(max + 30);
      }),
    );
  });
});
