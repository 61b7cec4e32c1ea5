import fc from "fast-check";
import { expect, test } from "vitest";
import { anyListing, readListAnswer } from "../../src/mail/dns-list-answer.ts";
import { isListCode } from "../../src/model/dns-words.ts";
import { dnsLists } from "../../src/mail/dns-lists.ts";

const list = (zone: string) => {
  const found = dnsLists.find((one) => one.zone === zone);
  if (found === undefined) throw new Error(`no list ${zone}`);
  return found;
};
const zen = list("zen.spamhaus.org");

test.each([
  [["127.0.0.2"], "listed", "SBL"],
  [["127.0.0.9", "127.0.0.2"], "listed", "DROP, SBL"],
  [["127.0.0.10", "127.0.0.4"], "listed", "XBL"],
  [["127.0.0.10"], "policy", "PBL"],
  [["127.0.0.2", "127.0.0.99"], "listed", "SBL"],
])("readListAnswer() of ZEN's %j", (answers, verdict, means) =>
  expect(readListAnswer(zen, answers)).toMatchObject({ kind: "listed", verdict, means }),
);

test.each([
  [zen, ["127.0.0.99"], "unknown-code"],
  [zen, ["127.0.0.2", "127.255.255.254"], "refused"],
  [zen, ["127.0.0.1"], "refused"],
  [zen, ["127.0.0.2", "203.0.113.1"], "foreign"],
  [zen, ["::1"], "foreign"],
  [list("list.dnswl.org"), ["127.0.0.255"], "refused"],
  [list("list.dnswl.org"), ["127.0.10.2"], "refused"],
  [list("list.dnswl.org"), ["127.0.9.2"], "good"],
  [list("bl.mailspike.net"), ["127.0.0.15"], "neutral"],
  [list("multi.surbl.org"), ["127.0.0.2"], "unknown-code"],
] as const)("readListAnswer() of %s", (one, answers, kind) => expect(readListAnswer(one, answers).kind).toBe(kind));

test("readListAnswer() of bits names each that is set", () => {
  expect(readListAnswer(list("multi.surbl.org"), ["127.0.0.200"])).toMatchObject({
    verdict: "listed",
    means: "cracked, abuse, phishing",
  });
});

test("isListCode() takes what people write, and every code that ships", () => {
  expect(dnsLists.flatMap(({ codes }) => codes).filter(({ match }) => !isListCode(match))).toEqual([]);
  expect(["127.0.0", "127.0.0.2.", "10.0.0.1", "127.0.0.x", "127.0.0.2-", ""].filter(isListCode)).toEqual([]);
});

test("readListAnswer() never throws, and no refusal and nothing outside 127.0.0.0/8 is ever a listing", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const near = fc
    .tuple(fc.constantFrom(127, 127, 127, 10), fc.constantFrom(0, 255, 1), fc.constantFrom(0, 255, 1), octet)
    .map((o) => o.join("."));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(near, fc.ipV4(), fc.string({ maxLength: 12 })), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(...dnsLists, { codes: anyListing }),
      (answers, one) => {
        const { kind, raw } = readListAnswer(one, answers);
        const isBad = answers.some(
          (answer) => !answer.startsWith("127.") || answer.startsWith("127.255.255.") || answer === "127.0.0.1",
        );
        expect(isBad && kind !== "foreign" && kind !== "refused").toBe(false);
        expect(raw.length).toBeLessThan(120);
      },
    ),
    { numRuns: 500 },
  );
});
