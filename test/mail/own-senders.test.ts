import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostedMail, isHostedMail } from "../../src/mail/hosted-mail.ts";
import { findOwnSenders, seenSenders } from "../../src/mail/own-senders.ts";
import { ptrName, reversed } from "../../src/mail/reverse-name.ts";
import { greetingName, isGenericName, isSendingName, sameAddress } from "../../src/mail/sending-name.ts";
import { createZone, type Zone } from "../support/zone.ts";

const question = { domain: "example.com", given: [], seen: [], providers: [], bySpf: true };
const find = async (zone: Zone) => {
  const { ask, calls } = createZone(zone);
  return { found: await findOwnSenders(question, ask, new AbortController().signal), calls };
};

describe("findOwnSenders()", () => {
  test("stays within its bound in a zone that leads on for ever", async () => {
    const zone: Record<string, Zone[string]> = {};
    for (let index = 0; index < 60; index++) {
      const includes = Array.from({ length: 20 }, (_, next) => `include:n${(index * 7 + next) % 60}.example.com`).join(" ");
      zone[`n${index}.example.com`] = { TXT: [`v=spf1 a:h${index}.example.com mx ${includes} -all`], MX: ["10 m.example.com"] };
    }
    zone["example.com"] = { TXT: ["v=spf1 include:n1.example.com redirect=example.com"] };
    zone["*.example.com"] = { A: Array.from({ length: 200 }, (_, index) => `198.51.100.${index}`) };
    const { found, calls } = await find(zone);
    expect(found.senders).toHaveLength(16);
    expect(calls.length).toBeLessThanOrEqual(6 + 6 + 40);
  });
  test("believes no record where there are two", async () => {
    const { found } = await find({ "example.com": { TXT: ["v=spf1 ip4:203.0.113.1 -all", "v=spf1 ip4:203.0.113.2 -all"] } });
    expect(found.senders).toEqual([]);
  });
  test("leaves includes of others alone, and names the question that had no answer", async () => {
    const { found, calls } = await find({
      "example.com": { TXT: ["v=spf1 include:_spf.other.example mx a:gone.example.com -all"], MX: "SERVFAIL" },
      "gone.example.com": "TIMEOUT",
    });
    expect(calls).not.toContain("TXT _spf.other.example");
    expect(found.unanswered.map((text) => text.split(":")[0])).toEqual([
      "MX example.com",
      "A gone.example.com",
      "AAAA gone.example.com",
    ]);
  });
  test("never throws, whatever the record says", async () => {
    const term = fc.oneof(
      fc.string({ unit: "binary-ascii", maxLength: 20 }),
      fc.constantFrom(
        "mx",
        "a",
        "a:",
        "mx:x.example.com/33",
        "ip4:1.2.3.4",
        "ip6:::1",
        "ip4:1.2.3",
        "redirect=",
        "include:example.com",
        "%{i}",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(term, { maxLength: 12 }), async (terms) => {
        const { found } = await find({ "example.com": { TXT: [`v=spf1 ${terms.join(" ")}`] } });
        expect(found.senders.length).toBeLessThanOrEqual(16);
      }),
      { numRuns: 200 },
    );
  });
});

test("seenSenders() tells the company's own machines from a provider's, and forgets after a week", () => {
  const day = 86_400_000;
  const now = 100 * day;
  const all = [
    ["sending-address", "203.0.113.5", 1],
    ["helo", "203.0.113.5 old.example.com", 3],
    ["helo", "203.0.113.5 mail.example.com", 1],
    ["sending-address", "203.0.113.6", 2],
    ["sending-address", "198.51.100.7", 1],
    ["helo", "198.51.100.7 mail-ed1-f41.google.com", 1],
    ["sending-address", "198.51.100.8", 1],
    ["helo", "198.51.100.8 out.preset.example", 1],
    ["sending-address", "203.0.113.9", 8],
  ] as const;
  const facts = (kind: string) =>
    all.filter((fact) => fact[0] === kind).map(([, value, days]) => ({ kind, value, firstSeen: 1, lastSeen: now - days * day }));
  const seen = seenSenders(facts, now, ["preset.example"]);
  expect(seen.addresses).toEqual(["203.0.113.5", "198.51.100.7", "198.51.100.8", "203.0.113.6"]);
  expect(seen.own).toEqual(["203.0.113.5", "203.0.113.6"]);
  expect([...seen.helos]).toEqual([["203.0.113.5", "mail.example.com"]]);
});

test("reversed() and ptrName() spell addresses backwards", () => {
  expect(reversed("192.0.2.1")).toBe("1.2.0.192");
  expect(ptrName("192.0.2.1")).toBe("1.2.0.192.in-addr.arpa");
  expect(reversed("2001:db8::5")).toBe("5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
  expect(reversed("::ffff:127.0.0.2")).toBe("2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0");
  expect([reversed("fe80::1%eth0"), reversed("mail.example.com"), ptrName("")]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ["host-203-0-113-5.isp.example", "203.0.113.5", true],
  ["5.113.0.203.dynamic.example", "203.0.113.5", true],
  ["static203000113005.isp.example", "203.0.113.5", true],
  ["cb007105.isp.example", "203.0.113.5", true],
  ["mail5.example.com", "203.0.113.5", false],
  ["mx-113-5.example.com", "203.0.113.5", false],
  ["mail1111.example.com", "1.1.1.1", false],
  ["1-1-1-1.example.com", "1.1.1.1", true],
  ["2001-db8-0-0-abcd-ef01-2345-6789.isp.example", "2001:db8::abcd:ef01:2345:6789", true],
  ["mail.example.com", "2001:db8::abcd:ef01:2345:6789", false],
])("isGenericName(%s, %s) is %s", (name, address, expected) => expect(isGenericName(name, address)).toBe(expected));

test("greetingName() and isSendingName() take host names alone", () => {
  expect(greetingName("220 Mail.Example.com ESMTP")).toBe("mail.example.com");
  expect(greetingName("220-mail.example.com")).toBe("mail.example.com");
  for (const line of [
    "220 ESMTP",
    "220",
    "554 mail.example.com",
    "220 [203.0.113.5] hi",
    "220 203.0.113.5",
    `220 ${"a".repeat(300)}.b`,
  ]) {
    expect(greetingName(line)).toBeUndefined();
  }
  expect(isSendingName("a.b1")).toBe(true);
  expect(["localhost", "a..b", "a.1", "-a.b", "a_b.c"].filter(isSendingName)).toEqual([]);
  expect([sameAddress("::1", "0:0::1"), sameAddress("1.2.3.4", "::ffff:1.2.3.4"), sameAddress("x", "x")]).toEqual([
    true,
    false,
    false,
  ]);
});

test("isHostedMail() knows providers by whole labels, and every suffix is one", () => {
  expect(isHostedMail("mxbiz1.qq.com.")).toBe(true);
  expect(isHostedMail("EXAMPLE-COM.mail.protection.outlook.com")).toBe(true);
  expect(isHostedMail("mail.notqq.com")).toBe(false);
  expect(isHostedMail("mx.partner.example", ["partner.example"])).toBe(true);
  expect(hostedMail.suffixes.filter((suffix) => !isSendingName(suffix))).toEqual([]);
  expect(new Set(hostedMail.suffixes).size).toBe(hostedMail.suffixes.length);
});
