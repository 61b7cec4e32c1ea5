import { describe, expect, test } from "vitest";
import { decodeText } from "../../src/net/decode.ts";
import { extensionsOf } from "../../src/net/smtp.ts";

describe("extensionsOf()", () => {
  test("reads keywords in any case, and both ways of writing AUTH", () => {
    const found = extensionsOf(["mail.example.test hello", "size 1000", "AUTH LOGIN plain", "AUTH=LOGIN", "STARTTLS", ""]);
    expect(Object.fromEntries(found)).toEqual({ SIZE: ["1000"], AUTH: ["LOGIN", "PLAIN", "LOGIN"], STARTTLS: [] });
  });
});

describe("decodeText()", () => {
  test("reads UTF-8, else GBK, and throws at nothing", () => {
    expect(decodeText(Buffer.from("登录太频繁"))).toBe("登录太频繁");
    expect(decodeText(Buffer.from("b5c7c2bc", "hex"))).toBe("登录");
    expect(decodeText(Buffer.from("plain"))).toBe("plain");
    expect(typeof decodeText(Buffer.from([0xff, 0xfe, 0x80]))).toBe("string");
  });
});
