import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { caaNamesOf, issuersFor, readCaa, writeCaa } from "../../src/mail/caa.ts";

const issue = (...values: string[]) => values.map((value) => ({ critical: 0, tag: "issue", value }));

describe("readCaa()", () => {
  test.each([
    ["letsencrypt.org", ["letsencrypt.org"]],
    ["  LetsEncrypt.org ; validationmethods=dns-01 ; accounturi=https://acme.example/1 ", ["letsencrypt.org"]],
    [";", []],
    ["", []],
    ["; policy=ev", []],
  ])("reads %j as %j", (value, issuers) => expect(readCaa(issue(value))).toMatchObject({ issue: issuers, broken: [] }));

  test.each([
    "https://letsencrypt.org",
    "lets encrypt.org",
    "letsencrypt.org validationmethods=dns-01",
    "a.example; =",
    "-a.example",
  ])("takes %j as one that allows nobody", (value) =>
    expect(readCaa(issue(value))).toMatchObject({ issue: [], broken: [`0 issue "${value}"`] }),
  );

  test("knows tags in any case, and leaves unknown ones alone unless they are critical", () => {
    const records = [
      { critical: 0, tag: "ISSUE", value: "a.example" },
      { critical: 1, tag: "tbs", value: "x" },
      { critical: 128, tag: "issuemail", value: "b.example" },
    ];
    expect(readCaa(records)).toMatchObject({ issue: ["a.example"], mail: ['128 issuemail "b.example"'], unknownCritical: [] });
    expect(readCaa([{ critical: 128, tag: "tbs", value: "x" }])).toMatchObject({ unknownCritical: ['128 tbs "x"'] });
  });

  test("takes issuewild for wildcards alone, and issue where there is none", () => {
    const both = readCaa([...issue("a.example"), { critical: 0, tag: "issuewild", value: "b.example" }]);
    expect([issuersFor(both, false), issuersFor(both, true)]).toEqual([["a.example"], ["b.example"]]);
    expect(issuersFor(readCaa(issue("a.example")), true)).toEqual(["a.example"]);
    expect(issuersFor(readCaa([{ critical: 0, tag: "iodef", value: "mailto:a@b.example" }]), false)).toBeUndefined();
  });

  test.each([
    ["mailto:security@example.com", true],
    ["https://example.com/report", true],
    ["security@example.com", false],
    ["mailto:security", false],
    ["ftp://example.com", false],
    ["", false],
  ])("iodef %j: %s", (value, good) => {
    expect(readCaa([{ critical: 0, tag: "iodef", value }]).brokenIodef).toEqual(good ? [] : [`0 iodef "${value}"`]);
  });

  test("takes anything, and soon", () => {
    const tag = fc.oneof(fc.constantFrom("issue", "issuewild", "iodef", "issuemail"), fc.string());
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[a-z.;= -]{0,200}$/));
    const record = fc.record({ critical: fc.nat({ max: 255 }), tag, value });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        const { issue: issuers, broken } = readCaa(records);
        expect(broken.length).toBeLessThanOrEqual(records.length);
        expect((issuers ?? []).every((one) => !/[\s;]/.test(one))).toBe(true);
        expect(records.map(writeCaa)).toHaveLength(records.length);
      }),
    );
    const began = performance.now();
    for (const unit of ["a-", "a.", " ", ";", "a=", "\t;"]) {
      const long = unit.repeat(32_768);
      readCaa([...issue(`${long}!`, `a.example; ${long}\n`), { critical: 0, tag: "iodef", value: `mailto:${long}` }]);
    }
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

test.each([
  ["C=US, O=Let's Encrypt, CN=R11", "letsencrypt.org"],
  ["C=US, O=Google Trust Services, CN=WR2", "pki.goog"],
  ["C=US, O=DigiCert Inc, CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1", "digicert.com"],
  ["C=CN, O=TrustAsia Technologies, Inc., CN=TrustAsia DV TLS RSA CA 2025", "trustasia.com"],
  ["C=GB, O=Sectigo Limited, CN=Sectigo RSA Domain Validation Secure Server CA", "sectigo.com"],
  ["CN=Our own authority", undefined],
])("caaNamesOf(%j) begins with %s", (issuer, first) => expect(caaNamesOf(issuer)?.[0]).toBe(first));
