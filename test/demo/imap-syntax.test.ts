import { describe, expect, test } from "vitest";
import { compileSearch } from "../../src/demo/imap-message.ts";
import { ImapSyntaxError, parseSequence, parseTokens, quote } from "../../src/demo/imap-syntax.ts";

const atom = (value: string) => ({ kind: "atom", value });
const string = (value: string) => ({ kind: "string", value });

describe("parseTokens", () => {
  test.each([
    ["LOGIN a b", [atom("LOGIN"), atom("a"), atom("b")]],
    [String.raw`"a b" "say \"x\\\""`, [string("a b"), string('say "x\\"')]],
    [
      "1:* (FLAGS BODY.PEEK[HEADER.FIELDS (TO CC)]<0.9>)",
      [atom("1:*"), { kind: "list", items: [atom("FLAGS"), atom("BODY.PEEK[HEADER.FIELDS (TO CC)]<0.9>")] }],
    ],
    ["", []],
  ])("reads %s", (text, expected) => {
    expect(parseTokens(text)).toEqual(expected);
  });

  test.each(['"open', "(open", "close)", "BODY[", `${"(".repeat(20)}${")".repeat(20)}`])("refuses %s", (text) => {
    expect(() => parseTokens(text)).toThrow(ImapSyntaxError);
  });
});

describe("quote", () => {
  test.each([
    ["plain", '"plain"'],
    ['a"b\\c', String.raw`"a\"b\\c"`],
    ["two\r\nlines", "{10}\r\ntwo\r\nlines"],
    ["caf\u00e9", "{4}\r\ncaf\u00e9"],
  ])("writes %j", (text, expected) => {
    expect(quote(text)).toBe(expected);
  });
});

describe("parseSequence", () => {
  test.each([
    ["1", 9, [1]],
    ["2:4,7", 9, [2, 3, 4, 7]],
    ["8:*", 9, [8, 9]],
    // RFC 3501 6.4.8: `*` is the largest, also where the other end is larger.
    ["20:*", 9, [9]],
    ["*", 0, []],
  ])("%s of %d", (text, largest, expected) => {
    const holds = parseSequence(text, largest);
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9].filter(holds)).toEqual(expected);
  });

  test("refuses what is no sequence", () => {
    expect(() => parseSequence("1:b", 9)).toThrow(ImapSyntaxError);
  });
});

describe("compileSearch", () => {
  const raw = Buffer.from("Subject: Hello\r\nMessage-ID: <1@x>\r\nX-Folded: a\r\n b\r\n\r\nThe body\r\n");
  const message = { uid: 7, at: Date.UTC(2026, 10, 22, 12), raw, flags: new Set(["\\Seen"]) };
  test.each([
    ["ALL", true],
    ["UID 7", true],
    ["UID 8:*", true],
    ["UID 1:6", false],
    ["2", false],
    ['HEADER Message-ID "<1@x>"', true],
    ['HEADER Message-ID "<2@x>"', false],
    ['HEADER X-Folded "a b"', true],
    ["SUBJECT hell", true],
    ["UNSEEN", false],
    ["NOT UNSEEN SUBJECT hello", true],
    ["OR UNSEEN (SEEN UNDELETED)", true],
    ["SINCE 22-Nov-2026 BEFORE 23-Nov-2026", true],
    ["SINCE 23-Nov-2026", false],
    ["BODY body", true],
    ["BODY Hello", false],
    ["CHARSET UTF-8 TEXT Hello", true],
  ])("%s", (text, expected) => {
    expect(compileSearch(parseTokens(text), { uid: 7, sequence: 1 })({ message, sequence: 1 })).toBe(expected);
  });

  test.each(["", "HEADER x", "KEYWORD x", "SINCE yesterday"])("refuses %j", (text) => {
    expect(() => compileSearch(parseTokens(text), { uid: 7, sequence: 1 })).toThrow(ImapSyntaxError);
  });
});
