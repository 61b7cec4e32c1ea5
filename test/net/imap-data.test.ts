import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLine } from "../../src/net/imap.ts";
import { dataOf, numbersOf } from "../../src/net/imap-data.ts";
import { parseReply } from "../../src/net/pop3.ts";

describe("dataOf()", () => {
  test.each([
    ["STATUS INBOX (MESSAGES 3 SIZE 5)", ["INBOX", ["MESSAGES", "3", "SIZE", "5"]]],
    ['QUOTAROOT INBOX "User quota" ""', ["INBOX", "User quota", ""]],
    ['QUOTA "a \\"b\\\\" ()', ['a "b\\', []]],
    ['NAMESPACE (("" "/")) NIL (("Public/" "/"))', [[["", "/"]], undefined, [["Public/", "/"]]]],
    ["LIST (\\HasNoChildren \\Junk) NIL [Gmail]/Spam", [["\\HasNoChildren", "\\Junk"], undefined, "[Gmail]/Spam"]],
    // What looks like a response code is the name of a folder.
    ["STATUS [Gmail] (SIZE 7)", ["[Gmail]", ["SIZE", "7"]]],
    ['LIST () "/" "NIL"', [[], "/", "NIL"]],
    ["STATUS", []],
    ["STATUS INBOX (SIZE 5", undefined],
    ["STATUS INBOX SIZE 5)", undefined],
    ['QUOTA "open', undefined],
    [`QUOTA ${"(".repeat(50)}${")".repeat(50)}`, undefined],
  ])("%s", (line, data) => {
    expect(dataOf(parseLine(line))).toEqual(data);
  });

  test("numbersOf() takes pairs, and leaves out what is no number", () => {
    const items = dataOf(parseLine("STATUS x (SIZE 5 messages 12 UIDNEXT x UNSEEN)"))?.[1];
    expect([...numbersOf(items)]).toEqual([
      ["SIZE", 5],
      ["MESSAGES", 12],
    ]);
  });

  test("throws at no text, and is quick", () => {
    const piece = fc.constantFrom("(", ")", '"', "\\", " ", "NIL", "STATUS", "[", "]", "a", "7");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 400 }), (pieces) => {
        dataOf(parseLine(pieces.join("")));
      }),
    );
    const began = performance.now();
    for (const part of ["(", '"', "\\", '"\\', " ", '(" '] as const) dataOf(parseLine(`QUOTA ${part.repeat(64 * 1024)}`));
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe("parseReply()", () => {
  test.each([
    ["+OK", { ok: true, code: "", text: "" }],
    ["+OK ready <1.2@host>", { ok: true, code: "", text: "ready <1.2@host>" }],
    ["-ERR [sys/temp] later", { ok: false, code: "SYS/TEMP", text: "later" }],
    ["-ERR", { ok: false, code: "", text: "" }],
    ["+ ", { ok: undefined, code: "", text: "+ " }],
    ["+OKAY", { ok: undefined, code: "", text: "+OKAY" }],
    ["* OK IMAP", { ok: undefined, code: "", text: "* OK IMAP" }],
  ])("%s", (line, reply) => {
    expect(parseReply(line)).toEqual(reply);
  });
});
