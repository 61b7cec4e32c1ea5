import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutBytes, cutText } from "../../src/model/cut.ts";

const bytes = (text: string): number => Buffer.byteLength(text);

describe("cutText()", () => {
  it("leaves a text that fits and never cuts a character in two", () => {
    expect(cutText("邮箱已满", 4)).toBe("邮箱已满");
    expect(cutText("ab😀cd", 4)).toBe("ab…");
    expect(cutText("ab😀cd", 5)).toBe("ab😀…");
  });
});

describe("cutBytes()", () => {
  it.each([
    ["邮箱已满", 12, "邮箱已满"],
    ["邮箱已满", 11, "邮箱…"],
    ["a😀b😀", 8, "a😀…"],
    ["abcdef", 5, "ab…"],
    ["abcdef", 2, ""],
  ])("%s in %d bytes is %s", (text, max, cut) => {
    expect(cutBytes(text, max)).toBe(cut);
  });

  it("stays within its bytes and is whole characters of the beginning, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.integer({ min: 0, max: 80 }), (text, max) => {
        const cut = cutBytes(text, max);
        expect(bytes(cut)).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
        expect(cut === text || text.startsWith(cut.replace(/…$/, ""))).toBe(true);
      }),
    );
  });
});
