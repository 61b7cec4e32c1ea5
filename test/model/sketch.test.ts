import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeSketch,
  emptySketch,
  encodeSketch,
  measuredIn,
  mergeSketches,
  quantile,
  type Sketch,
  sketchOf,
} from "../../src/model/sketch.ts";

const latency = fc.oneof(
  fc.integer({ min: 0, max: 50 }),
  fc.integer({ min: 0, max: 60_000 }),
  fc.integer({ min: 0, max: 90 * 86_400_000 }),
);
const many = fc.record({ latencies: fc.array(latency, { maxLength: 200 }), lost: fc.integer({ min: 0, max: 20 }) });
const sketch = many.map(({ latencies, lost }) => sketchOf(latencies, lost));
const bytesOf = (some: Sketch): readonly number[] => [...encodeSketch(some)];

/** Nearest rank over everything, written the plain way. */
function exact(latencies: readonly number[], lost: number, q: number): number | undefined {
  const all = [...latencies, ...Array.from({ length: lost }, () => Infinity)].toSorted((a, b) => a - b);
  return all[Math.max(0, Math.ceil(q * all.length) - 1)];
}

describe("quantile()", () => {
  test("is within 2 % of nearest rank over all values, the lost among them", () => {
    fc.assert(
      fc.property(many, fc.double({ min: 0, max: 1, noNaN: true }), ({ latencies, lost }, q) => {
        const found = quantile(sketchOf(latencies, lost), q);
        const wanted = exact(latencies, lost, q);
        const isSame = found === wanted;
        expect(isSame || Math.abs((found ?? Number.NaN) - (wanted ?? Number.NaN)) <= 0.02 * (wanted ?? 0) + 1e-6).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("is exact up to 24 ms, and 0 below one", () => {
    for (let ms = 0; ms < 25; ms += 1) expect(quantile(sketchOf([ms]), 0.5)).toBe(ms);
  });

  test("counts the lost as what never came", () => {
    const hundred = sketchOf(
      Array.from({ length: 98 }, () => 400),
      2,
    );
    expect(quantile(hundred, 0.98)).toBeCloseTo(400, -1);
    expect(quantile(hundred, 0.99)).toBe(Infinity);
    expect(quantile(sketchOf([], 1), 0.5)).toBe(Infinity);
    expect(quantile(emptySketch, 0.5)).toBeUndefined();
  });
});

describe("mergeSketches()", () => {
  test("gives the sketch of everything, whatever the order and the grouping", () => {
    fc.assert(
      fc.property(fc.array(many, { maxLength: 6 }), fc.nat(6), (parts, at) => {
        const whole = sketchOf(
          parts.flatMap(({ latencies }) => latencies),
          parts.reduce((sum, { lost }) => sum + lost, 0),
        );
        const sketches = parts.map(({ latencies, lost }) => sketchOf(latencies, lost));
        const grouped = mergeSketches([mergeSketches(sketches.slice(0, at)), mergeSketches(sketches.slice(at))]);
        for (const merged of [mergeSketches(sketches), mergeSketches(sketches.toReversed()), grouped])
          expect(bytesOf(merged)).toEqual(bytesOf(whole));
        expect(measuredIn(whole)).toBe(parts.reduce((sum, { latencies }) => sum + latencies.length, 0));
      }),
    );
  });
});

describe("its bytes", () => {
  test.each([
    ["nothing", emptySketch, "0100"],
    ["three lost", sketchOf([], 3), "0103"],
    ["0, 1, 1 and 1,000 ms", sketchOf([0, 1, 1, 1_000]), "01000101010 2ad0101".replace(" ", "")],
    ["200 runs of 20 ms", sketchOf(Array.from({ length: 200 }, () => 20)), "01004dc801"],
  ])("of %s", (_name, some, hex) => {
    expect(Buffer.from(encodeSketch(some)).toString("hex")).toBe(hex);
  });

  test("give the sketch again", () => {
    fc.assert(
      fc.property(sketch, (some) => {
        const read = decodeSketch(encodeSketch(some));
        expect(read?.lost).toBe(some.lost);
        expect(new Map(read?.counts)).toEqual(new Map(some.counts));
      }),
    );
  });

  test("an hour of a login every minute has some tens of them", () => {
    const hour = sketchOf(Array.from({ length: 60 }, (_, i) => 120 + ((i * 37) % 90)));
    expect(encodeSketch(hour).length).toBeLessThanOrEqual(60);
  });

  test("that nobody wrote are told apart from those of a sketch: what is read is written the same again", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          fc.uint8Array({ maxLength: 40 }).map((b) => Uint8Array.of(1, ...b)),
        ),
        (bytes) => {
          const read = decodeSketch(bytes);
          expect(read === undefined ? [...bytes] : bytesOf(read)).toEqual([...bytes]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["none at all", ""],
    ["another format", "0200"],
    ["no count of the lost", "01"],
    ["cut in a bucket", "010001"],
    ["cut in a number", "010001c8"],
    ["a bucket twice", "01000101000 1".replace(" ", "")],
    ["a bucket hit by nothing", "01000100"],
    ["a bucket above all", "0100ffff7f01"],
    ["a number without end", `0100${"ff".repeat(64)}`],
    ["a number written too long", "0180000101"],
    ["a count beyond what is exact", "010001ffffffffffffff7f"],
  ])("%s is no sketch", (_name, hex) => {
    expect(decodeSketch(Buffer.from(hex, "hex"))).toBeUndefined();
  });
});
