import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DkimKey, readDkimKey } from "../../src/mail/dkim-key.ts";
import { lintSignature, readDkimSignature, selectorFact } from "../../src/mail/dkim-signature.ts";
import { rsaKey } from "../support/dkim-keys.ts";

const now = Date.UTC(2026, 10, 22, 12);
const seconds = (at: number): number => Math.floor(at / 1000);
const headers = "h=From:From:Date:Subject:To:Message-ID";
const start = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=Example.com;\r\n\ts=S1; ";
const strict = readDkimKey([`v=DKIM1; t=s; p=${rsaKey(2048)}`]);
const loose = readDkimKey([`v=DKIM1; p=${rsaKey(2048)}`]);

const cases: readonly (readonly [name: string, value: string, codes: readonly string[], key: DkimKey | undefined])[] = [
  ["a whole one", `${start}${headers}; t=${seconds(now)}; x=${seconds(now) + 60}; bh=x; b=y`, [], undefined],
  ["DK-10 i= below d= where the key says t=s", `${start}${headers}; i=@mail.example.com; b=y`, ["identity"], strict],
  ["DK-10 i= below d= where the key says nothing", `${start}${headers}; i=a@mail.example.com; b=y`, [], loose],
  ["DK-10 i= of d= itself where the key says t=s", `${start}${headers}; i=a@example.com; b=y`, [], strict],
  ["DK-10 i= of somebody else", `${start}${headers}; i=@notexample.com; b=y`, ["identity"], undefined],
  ["DK-11 rsa-sha1", `${start.replace("sha256", "sha1")}${headers}; b=y`, ["sha1"], undefined],
  ["DK-15 l= is used", `${start}${headers}; l=100; b=y`, ["partial"], undefined],
  ["DK-15 From is not signed", `${start}h=date:subject:to; b=y`, ["from-unsigned"], undefined],
  ["DK-15 From is signed once", `${start}h=from:date:subject:to; b=y`, ["from-once"], undefined],
  ["DK-15 x= is over", `${start}${headers}; x=${seconds(now) - 1}; b=y`, ["expired"], undefined],
  ["DK-15 t= is to come", `${start}${headers}; t=${seconds(now) + 301}; b=y`, ["future"], undefined],
  ["DK-15 t= is four minutes off", `${start}${headers}; t=${seconds(now) + 240}; b=y`, [], undefined],
  ["DK-15 Date, Subject and To are not signed", `${start}h=from:from; b=y`, ["headers-unsigned"], undefined],
];

describe("lintSignature", () => {
  test.each(cases)("%s", (_, value, codes, key) => {
    const signature = readDkimSignature(value);
    expect(signature).toBeDefined();
    expect(signature && lintSignature(signature, now, key).map((problem) => problem.code)).toEqual(codes);
    expect(signature && selectorFact(signature)).toBe("s1._domainkey.example.com");
  });
});

test("readDkimSignature takes nothing for a signature that lacks its parts, and never throws", () => {
  for (const value of ["", "v=1", "a=rsa-sha256; d=example.com; h=from", "a=x; d=a; d=b; s=c; h=from", "a=x; s=c; d=e; h= : "]) {
    expect(readDkimSignature(value), value).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 3_000 }), (text) => {
      const signature = readDkimSignature(`${start}${headers};${text}`);
      expect(signature === undefined ? 0 : lintSignature(signature, now).length).toBeLessThan(10);
    }),
    { numRuns: 500 },
  );
});
