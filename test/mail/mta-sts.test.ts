import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesStsPattern, meaningOf, readStsPolicy, readStsRecords, stsModes, writeStsPolicy } from "../../src/mail/mta-sts.ts";

describe("readStsRecords()", () => {
  test.each([
    [["v=STSv1; id=20260101T000000"], { kind: "record", id: "20260101T000000" }],
    [["v=STSv1;id=1"], { kind: "record", id: "1" }],
    [["v=STSv1 ; id=1"], { kind: "bad", text: "v=STSv1 ; id=1" }],
    [["v=STSv1; id=1;", "some=verification"], { kind: "record", id: "1" }],
    [["v=STSv1; x-y.z=some:thing; id=1 ;\t"], { kind: "record", id: "1" }],
    [["v=STSv1; id=1", "v=STSv1; id=2"], { kind: "many", count: 2 }],
    [["v=STSv1; id=1", "v=STSv2; id=2"], { kind: "record", id: "1" }],
    [["v=spf1 -all"], { kind: "none" }],
    [[], { kind: "none" }],
    ...[
      "v=STSv1;",
      "v=STSv1",
      "v=stsv1; id=1",
      "V=STSv1; id=1",
      "v=STSv1; id=",
      "v=STSv1; id=2026-01-01",
      `v=STSv1; id=${"1".repeat(33)}`,
      "v=STSv1; id=1; id=2",
      "v=STSv1; id=1; something",
      "v=STSv1; ID=1",
      "v=STSv1;; id=1",
      "v=STSv1; id=1; a=b c",
    ].map((text) => [[text], { kind: "bad", text }] as const),
  ] as const)("%j is %j", (texts, reading) => expect(readStsRecords(texts)).toEqual(reading));
});

const good = "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 604800\n";

describe("readStsPolicy()", () => {
  test.each([
    ["LF", good],
    ["CRLF", good.replaceAll("\n", "\r\n")],
    ["no final line end", good.trimEnd()],
    ["spaces and tabs where they may stand", "version:STSv1  \nmode:\t enforce\n\n \nmx:mx1.example.com\nmax_age: 604800\t"],
    ["another order", "max_age: 604800\nmx: MX1.example.com\nmode: enforce\nversion: STSv1"],
    ["fields that nobody knows", `${good}x-some: thing\ncomment: mode: none\n`],
    ["second values of what may stand once", `${good}mode: none\nmax_age: 1\nversion: STSv9\n`],
    ["a host twice", `${good}mx: mx1.example.com\n`],
  ])("reads %s", (_what, body) => {
    const policy = { mode: "enforce", maxAge: 604_800, mx: ["mx1.example.com"] };
    expect(readStsPolicy(body)).toEqual({ kind: "policy", policy });
  });

  test("reads a policy of mode none without hosts", () => {
    const reading = readStsPolicy("version: STSv1\nmode: none\nmax_age: 86400");
    expect(reading).toEqual({ kind: "policy", policy: { mode: "none", maxAge: 86_400, mx: [] } });
  });

  test.each([
    ["", ["version", "mode", "max_age", "mx"]],
    [good.replace("STSv1", "STSv2"), ["version"]],
    [good.replace("STSv1", "stsv1"), ["version"]],
    [`\ufeff${good}`, ["line", "version"]],
    [good.replace("version:", "version :"), ["line", "version"]],
    [good.replace("mode:", "  mode:"), ["line", "mode"]],
    [good.replace("enforce", "Enforce"), ["mode"]],
    [good.replace("enforce", "report"), ["mode"]],
    [good.replace("604800", "31557601"), ["max_age"]],
    [good.replace("604800", "1 week"), ["max_age"]],
    [good.replace("604800", "00000604800"), ["max_age"]],
    [good.replace("604800", "-1"), ["max_age"]],
    [good.replace("max_age: 604800\n", "max_age:\n"), ["max_age"]],
    [good.replace("mx: mx1.example.com\n", ""), ["mx"]],
    [good.replace("mx1.example.com", "mx1.example.com."), ["mx"]],
    [good.replace("mx1.example.com", "*"), ["mx"]],
    [good.replace("mx1.example.com", "*.*.example.com"), ["mx"]],
    [good.replace("mx1.example.com", "mx*.example.com"), ["mx"]],
    [good.replace("mx1.example.com", "a.example.com, b.example.com"), ["mx"]],
    [good.replace("mx1.example.com", "邮件.example.com"), ["mx"]],
    [`${good}mx: .example.com\n`, ["mx"]],
    [`${good}<html>\n`, ["line"]],
    [`${good}x-empty:\n`, ["line"]],
  ])("refuses %j for %j", (body, fields) => {
    const reading = readStsPolicy(body);
    expect(reading.kind === "bad" ? reading.problems.map(({ field }) => field) : reading).toEqual(fields);
  });

  test("tells at most five problems, whatever the length", () => {
    const reading = readStsPolicy("<p>\n".repeat(16_000));
    expect(reading.kind === "bad" && reading.problems).toHaveLength(5);
  });

  test("reads again what writeStsPolicy() wrote", () => {
    const host = fc.stringMatching(/^(\*\.)?[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z0-9]{1,10}){1,3}$/);
    const mx = fc.uniqueArray(host, { minLength: 1, maxLength: 10 });
    const policies = fc.record({ mode: fc.constantFrom(...stsModes), maxAge: fc.integer({ min: 0, max: 31_557_600 }), mx });
    fc.assert(
      fc.property(policies, (policy) => {
        expect(readStsPolicy(writeStsPolicy(policy))).toEqual({ kind: "policy", policy });
      }),
    );
  });

  test("ends on anything, and soon", () => {
    const piece = fc.constantFrom("version:", "mode:", "mx:", "max_age:", "STSv1", "*.", "a.", "\n", "\r\n", " ", "\t", "9", ":");
    const noise = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(piece, { maxLength: 200 }).map((some) => some.join("")),
    );
    fc.assert(
      fc.property(noise, (text) => {
        expect(["policy", "bad"]).toContain(readStsPolicy(text).kind);
        expect(["none", "record", "many", "bad"]).toContain(readStsRecords([text, `v=STSv1;${text}`]).kind);
      }),
    );
    const began = performance.now();
    for (const unit of [" ", "\t", "a", "a.", "a:", "\n", "mx: a\n", ";", " ;", "id=1;", "-"]) {
      const long = unit.repeat(Math.floor(65_536 / unit.length));
      readStsPolicy(`${long}x`);
      readStsPolicy(`mx: ${long}!`);
      readStsRecords([`v=STSv1;${long}x`]);
    }
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("matchesStsPattern()", () => {
  test.each([
    ["mx.example.com", "mx.example.com", true],
    ["MX.Example.com", "mx.EXAMPLE.com", true],
    ["mx.example.com", "*.example.com", true],
    ["a.mx.example.com", "*.example.com", false],
    ["example.com", "*.example.com", false],
    ["xexample.com", "*.example.com", false],
    [".example.com", "*.example.com", false],
    ["mx.example.com", "example.com", false],
    ["mx.example.com.evil.example", "*.example.com", false],
  ])("%s by %s: %s", (host, one, matches) => expect(matchesStsPattern(host, one)).toBe(matches));
});

test("meaningOf() is the same for policies that mean the same", () => {
  const policy = { mode: "enforce", maxAge: 1, mx: ["a.example", "b.example"] } as const;
  expect(meaningOf({ ...policy, mx: policy.mx.toReversed() })).toBe(meaningOf(policy));
  expect(meaningOf({ ...policy, mode: "testing" })).not.toBe(meaningOf(policy));
});
