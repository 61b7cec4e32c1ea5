import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastMails } from "../../src/mail/dkim-signature.ts";
import { readHeader, readTrace, traceFacts } from "../../src/mail/mail-trace.ts";

const parties = { receiver: ["mx.partner.example"], sender: ["mail.own.example"], isPublic: () => true };
const arrivedAt = Date.UTC(2026, 10, 22, 12);
const sender = "sales@own.example";
const recipient = "probe@partner.example";
const given =
  "Received: from mail.own.example (unknown [203.0.113.5])\r\n\tby mx.partner.example (Postfix) with ESMTPS id 4X;\r\n\tSun";
const signature = (domain: string, selector = "s1", more = ""): string =>
  `DKIM-Signature: v=1; a=rsa-sha256; d=${domain}; s=${selector};\r\n\th=From:From:Date:Subject:To;${more} bh=x; b=abc\r\n def`;
const mail = (...fields: readonly string[]): string => `${fields.join("\r\n")}\r\n\r\nHello\r\n`;
const factsOf = (top: string) =>
  traceFacts(readTrace(top, "own.example", parties), { sender, recipient, arrivedAt }).map(
    ({ kind, value }) => `${kind}: ${value}`,
  );
const address = ["sending-address: 203.0.113.5", "helo: 203.0.113.5 mail.own.example"];
const signed = (domain: string, selector = "s1"): string[] => [
  `dkim-selector: ${selector}._domainkey.${domain}`,
  `dkim-signature: ${sender} a=rsa-sha256; d=${domain}; s=${selector}; h=from:from:date:subject:to`,
];

describe("readTrace() and traceFacts()", () => {
  const cases: Readonly<Record<string, readonly [top: string, facts: readonly string[]]>> = {
    "the sender's address, name and signature": [
      mail("Return-Path: <x>", given, signature("own.example"), "From: a"),
      [...address, ...signed("own.example")],
    ],
    "what the receiver's servers added above is theirs": [
      mail(signature("partner.example"), given, signature("own.example"), "From: a"),
      [...address, ...signed("own.example")],
    ],
    "the sender's own signature first, and others beside it": [
      mail(given, signature("relay.example", "r1"), signature("own.example"), "From: a"),
      [...address, ...signed("own.example"), ...signed("relay.example", "r1")],
    ],
    "a mail without a signature": [mail(given, "From: a"), [...address, `dkim-signature: ${sender} unsigned`]],
    "one whose signature only the receiver put there": [
      mail(signature("own.example"), given, "From: a"),
      [...address, `dkim-signature: ${sender} unsigned`],
    ],
    "a signature that cannot be read is not none": [mail(given, "DKIM-Signature: hello", "From: a"), address],
    "names that are none become no facts": [
      mail(given, signature("own.example", "s1 x"), signature("own"), signature("own.example", "-"), "From: a"),
      address,
    ],
    "within one service the address is not known, and only own signatures count": [
      mail(
        "Received: from a ([203.0.113.5]) by in.own.example with ESMTP",
        signature("qq.example"),
        signature("own.example"),
        "From: a",
      ),
      signed("own.example"),
    ],
    "within one service an unsigned mail shows nothing": [
      mail("Received: from a ([203.0.113.5]) by in.own.example with ESMTP"),
      [],
    ],
    "a header that goes on says nothing about what is missing": [`${given}\r\nFrom: a\r\nSubject: cut of`, address],
    "a field that was cut off is none": [`${given}\r\n${signature("own.example").slice(0, 90)}`, address],
    "no header": ["", []],
  };
  test.each(Object.entries(cases))("%s", (_, [top, facts]) => {
    expect(factsOf(top)).toEqual(facts);
  });

  test("the same way of signing is the same fact, whatever the mail", () => {
    const at = (when: number): string => {
      const seconds = Math.floor(when / 1000);
      return mail(given, signature("own.example", "s1", ` t=${seconds}; x=${seconds + 86_400}; l=${seconds % 97};`));
    };
    expect(factsOf(at(arrivedAt))).toEqual(factsOf(at(arrivedAt - 3_600_000)));
    expect(factsOf(at(arrivedAt)).at(-1)).toMatch(/; l=0$/);
    expect(factsOf(at(arrivedAt - 2 * 86_400_000)).at(-1)).toMatch(/; l=0; x=0$/);
    expect(factsOf(at(arrivedAt + 3_600_000)).at(-1)).toMatch(/; l=0; t=999999999999$/);
  });

  const verdict = (by: string, ...results: readonly string[]): string =>
    `Authentication-Results: ${[by, ...results].join(";\r\n\t")}`;
  const [spf, dkim] = ["spf=pass smtp.mailfrom=own.example", "dkim=pass header.d=own.example"];
  const verdicts: Readonly<Record<string, readonly [top: string, spf: string, dkim: string]>> = {
    "above its line": [mail(verdict("partner.example", spf, dkim), given, "From: a"), "own.example", "own.example"],
    "directly below its line, as Gmail has it": [
      mail(given, "Received-SPF: pass", verdict("mx.partner.example", spf, dkim), signature("own.example"), "From: a"),
      "own.example",
      "own.example",
    ],
    "without a name, as Exchange Online has it": [
      mail(given, `Authentication-Results: ${spf}; dkim=none (message not signed)`, "From: a"),
      "own.example",
      "-",
    ],
    "by two programs of one server": [
      mail(verdict("partner.example", dkim), verdict("partner.example", spf), given, "From: a"),
      "own.example",
      "own.example",
    ],
    "not by another server that the mail passed before": [
      mail(verdict("partner.example", spf), verdict("other.example", dkim), given, "From: a"),
      "own.example",
      "?",
    ],
  };
  test.each(Object.entries(verdicts))("the receiver's own verdict is told %s", (_, [top, bySpf, byDkim]) => {
    expect(factsOf(top)).toContain(`authentication: ${sender}~${recipient} spf=${bySpf} dkim=${byDkim}`);
    expect(readTrace(top, "own.example", parties).results).toMatch(/=pass/);
  });

  test.each([
    ["under another name", mail(given, verdict("mx.own.example", spf), "From: a")],
    ["among what the sender wrote", mail(given, "From: a", verdict("mx.partner.example", spf))],
    [
      "below the line of the sender's own server",
      mail(given, "Received: from a by b.own.example", verdict("mx.partner.example", spf)),
    ],
    ["and who took the mail is not known", mail(verdict("partner.example", spf), "From: a")],
  ])("no verdict from below is told, %s", (_, top) => {
    expect(readTrace(top, "own.example", parties)).toMatchObject({ results: undefined, authenticated: undefined });
  });

  test("stays within its bounds on a mail that is made of headers", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => signature("own.example", `s${index}`));
    expect(factsOf(mail(given, ...many))).toHaveLength(2 + 2 * 4);
    expect(readHeader(mail(...many)).fields).toHaveLength(200);
    const long = `own.example; i=@${"x".repeat(60_000)}.own.example`;
    for (const fact of factsOf(mail(given, signature(long)))) expect(fact.length).toBeLessThan(700);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3_000 }), (noise) => {
        expect(factsOf(`${given}\r\n${noise}`).length).toBeLessThanOrEqual(10);
      }),
      { numRuns: 300 },
    );
  });
});

test("lastMails() reads what traceFacts() writes, of each sender the newest", () => {
  const facts = (lastSeen: number, from: string, top: string) =>
    traceFacts(readTrace(top, "own.example", parties), { sender: from, recipient, arrivedAt })
      .filter(({ kind }) => kind === "dkim-signature")
      .map(({ kind, value }) => ({ kind, value, firstSeen: 1, lastSeen }));
  const both = mail(given, signature("own.example"), signature("relay.example", "r1"));
  const mails = lastMails([
    ...facts(20, "a@own.example", both),
    ...facts(10, "a@own.example", mail(given)),
    ...facts(10, "b@own.example", both),
    ...facts(11, "b@own.example", mail(given)),
  ]);
  expect(mails.map((one) => [one.sender, one.seenAt, one.signatures.map(({ domain }) => domain)])).toEqual([
    ["a@own.example", 20, ["own.example", "relay.example"]],
    ["b@own.example", 11, []],
  ]);
});
