import { describe, expect, it } from "vitest";
import { cutTitle, withoutBracket } from "../../src/engine/title.ts";

describe("cutTitle()", () => {
  it.each([
    ["short (as it is)", "short (as it is)"],
    ["The server is gone (connect 127.0.0.1: refused)", "The server is gone…"],
    ["一台服务器没有应答（连接 127.0.0.1：连接被拒绝，端口关闭）", "一台服务器没有应答…"],
    ["Nested (one (two) three and more) and so on", "Nested…"],
    ["Closed (one) and then a long tail of words", "Closed (one) and then a…"],
    ["(all of it stands in one bracket)", "(all of it stands in on…"],
  ])("cuts %s to %s", (text, cut) => {
    expect(cutTitle(text, 24)).toBe(cut);
  });
});

describe("withoutBracket()", () => {
  it.each([
    ["Gone (connect: refused (ECONNREFUSED))", ["Gone", "connect: refused (ECONNREFUSED)"]],
    ["没有应答（连接被拒绝（ECONNREFUSED））", ["没有应答", "连接被拒绝（ECONNREFUSED）"]],
    ["Two (one) here (two)", ["Two (one) here", "two"]],
    ["None (in the middle) of it", ["None (in the middle) of it", ""]],
    ["Never opened)", ["Never opened)", ""]],
    ["", ["", ""]],
  ])("parts %s", (text, parts) => {
    expect(withoutBracket(text)).toEqual(parts);
  });
});
