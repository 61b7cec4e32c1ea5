import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readWay } from "../../src/mail/hop-delays.ts";

const start = Date.UTC(2026, 10, 22, 2);
const hop = (index: number, seconds: number | undefined, how = "ESMTPS"): string =>
  `from h${index}.example.com (h${index}.example.com [198.51.100.${index}])\r\n\tby h${index + 1}.example.com (Postfix) with ${how} id X;\r\n\t${
    seconds === undefined ? "no date" : new Date(start + seconds * 1_000).toUTCString()
  }`;
/** Seconds of each server in the order that the mail came to them. */
const way = (...seconds: readonly (number | undefined)[]) => readWay(seconds.map((at, index) => hop(index + 1, at)).toReversed());
const waits = (...seconds: readonly (number | undefined)[]) =>
  way(...seconds).hops.map(({ waitedMs, skewed }) => (skewed ? "skewed" : waitedMs === undefined ? null : waitedMs / 1_000));

describe("readWay()", () => {
  const cases: Readonly<Record<string, readonly [readonly (number | undefined)[], readonly unknown[]]>> = {
    "a quick mail": [
      [0, 1, 3],
      [null, 1, 2],
    ],
    "a delay": [
      [0, 1, 1_201],
      [null, 1, 1_200],
    ],
    "a clock that is ahead": [
      [0, 300, 2, 3],
      [null, "skewed", 2, 1],
    ],
    "a clock that is behind": [
      [0, -300, 3],
      [null, "skewed", 3],
    ],
    "the first clock is ahead": [
      [3_600, 0, 1],
      ["skewed", null, 1],
    ],
    "the last clock is behind": [
      [0, 1, -3_600],
      [null, 1, "skewed"],
    ],
    "a time that cannot be read": [
      [0, undefined, 5],
      [null, null, 5],
    ],
    "one hop": [[0], [null]],
    "no hop": [[], []],
  };
  test.each(Object.entries(cases))("%s", (_, [seconds, wanted]) => {
    expect(waits(...seconds)).toEqual(wanted);
  });

  test("names the total and where it waited longest", () => {
    const { totalMs, slowest } = way(0, 2, 1_202, 1_203);
    expect(totalMs).toBe(1_203_000);
    expect(slowest).toMatchObject({ by: "h4.example.com", helo: "h3.example.com", waitedMs: 1_200_000 });
    expect(way(0, 0)).toMatchObject({ totalMs: 0, slowest: undefined });
    expect(way(0)).toMatchObject({ totalMs: undefined });
  });

  test("no wait is below zero, and none exceeds what lies between the first and the last time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: -90_000, max: 90_000 }), { nil: undefined }), { maxLength: 70 }),
        (seconds) => {
          const known = seconds.filter((one) => one !== undefined);
          const { hops, totalMs = 0 } = way(...seconds);
          expect(hops.length).toBeLessThanOrEqual(60);
          expect(hops.every(({ waitedMs = 0 }) => waitedMs >= 0)).toBe(true);
          expect(totalMs).toBeLessThanOrEqual(known.length === 0 ? 0 : (Math.max(...known) - Math.min(...known)) * 1_000);
        },
      ),
    );
  });

  test("a clock that is right is not left out while all agree", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 30 }), (seconds) => {
        expect(way(...seconds.toSorted((a, b) => a - b)).hops.every(({ skewed }) => !skewed)).toBe(true);
      }),
    );
  });

  test("the encryption of each hop", () => {
    const of = (value: string) => readWay([value]).hops[0]?.tls;
    expect(of("from a (a [198.51.100.1]) (using TLSv1.3 with cipher X) by b with ESMTPS; x")).toBe("TLS 1.3");
    expect(of("from a (198.51.100.1) by b with Microsoft SMTP Server (version=TLS1_2, cipher=X); x")).toBe("TLS 1.2");
    expect(of("from a by b with esmtps (TLS1.2) tls TLS_X (Exim 4.96); x")).toBe("TLS 1.2");
    expect(of("from a by b with ESMTPSA id 1; x")).toBe("TLS");
    expect(of("from a by b with ESMTP id 1; x")).toBe("");
    expect(of("by b with local (Exim) id 1; x")).toBeUndefined();
  });
});
